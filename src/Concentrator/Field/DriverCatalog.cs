using System.Net;
using Drivers.Dlms;
using Drivers.Dlms.Push;
using Drivers.Im871a;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;

namespace Concentrator.Field;

/// <summary>What every driver is given.</summary>
/// <param name="Receive">Takes a wM-Bus telegram to what it says.</param>
/// <param name="Memory">Small values that outlive a restart.</param>
/// <param name="Admission">Who may join a network.</param>
internal sealed record DriverNeeds(
    Func<ReadOnlyMemory<byte>, LinkFacts, BoxTime, DriverEvent> Receive, IKeyRing Keys, ICounterStore Counters, ITimeSource Time, TimeProvider Clock, IDriverMemory Memory, IMeterAdmission Admission);

/// <summary>Makes drivers by family: one line for each, no reflection.</summary>
internal static class DriverCatalog
{
    /// <summary>A driver that opens its port when it is run.</summary>
    /// <param name="dlms">What a driver of family dlms needs more; <paramref name="baud"/> is its tty's speed.</param>
    /// <param name="push">The same of one that only listens; null for one that asks.</param>
    /// <exception cref="InvalidOperationException">The family is none of this version; the configuration check says so before.</exception>
    internal static IMeterDriver Make(string family, string name, string port, string mode, int baud, Func<DlmsOptions> dlms, Func<PushPortOptions?> push, DriverNeeds needs) => family switch
    {
        "im871a" => new Im871aDriver(
            new Im871aOptions(name, port, Im871aOptions.TryParseMode(mode) ?? throw new InvalidOperationException($"driver {name}: mode {mode} is none of an iM871A")),
            stop => OpenAsync(port, Im871aOptions.Baud, stop), needs.Receive, needs.Time, needs.Clock),
        "dlms" when push() is { } hears => new PushListener(hears, SourceOf(hears, baud), needs.Keys, needs.Counters, needs.Time, needs.Clock),
        "dlms" => new DlmsDriver(dlms(), stop => OpenPortAsync(port, baud, stop), needs.Keys, needs.Counters, needs.Time, needs.Clock, needs.Memory),
        _ => throw new InvalidOperationException($"driver {name}: family {family} is not in this version"),
    };

    private static PushSource SourceOf(PushPortOptions hears, int baud)
    {
        if (hears.Push.Repeats)
        {
            return PushSource.OfLine(stop => OpenAsync(hears.Port, baud, stop));
        }

        var url = new Uri(hears.Port);
        var at = new IPEndPoint(IPAddress.Parse(url.Host.Trim('[', ']')), url.Port);
        return url.Scheme == "udp" ? PushSource.OfDatagrams(() => new UdpDoor(at)) : PushSource.OfCallers(stop => TcpDoor.Open(at, stop), hears.MostConnections);
    }

    private static async ValueTask<IPort> OpenPortAsync(string port, int baud, CancellationToken stop) =>
        Uri.TryCreate(port, UriKind.Absolute, out var url) && url.Scheme == "udp" ? await UdpLink.OpenAsync(url.IdnHost, url.Port, stop).ConfigureAwait(false)
            : await OpenAsync(port, baud, stop).ConfigureAwait(false);

    private static ValueTask<ILink> OpenAsync(string port, int baud, CancellationToken stop) =>
        Uri.TryCreate(port, UriKind.Absolute, out var url) && url.Scheme == "tcp" ? TcpLink.OpenAsync(url.Host, url.Port, stop) : new(SerialLink.Open(port, baud));
}
