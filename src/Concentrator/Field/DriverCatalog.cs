using System.Net;
using Drivers.Dlms;
using Drivers.Dlms.Push;
using Drivers.G3;
using Drivers.Im871a;
using Drivers.Ports;
using Drivers.Prime;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;

namespace Concentrator.Field;

/// <summary>What every driver is given.</summary>
/// <param name="Receive">Takes a wM-Bus telegram to what it says.</param>
/// <param name="Memory">Small values that outlive a restart.</param>
/// <param name="Admission">Who may join a network.</param>
/// <param name="Wrap">Wraps keys that a driver makes itself.</param>
internal sealed record DriverNeeds(
    Func<ReadOnlyMemory<byte>, LinkFacts, BoxTime, DriverEvent> Receive, IKeyRing Keys, ICounterStore Counters, ITimeSource Time, TimeProvider Clock, IDriverMemory Memory, IMeterAdmission Admission,
    IKeyWrap Wrap);

/// <summary>What the families are told by the configuration, each in its own words; asked for when a driver is made.</summary>
/// <param name="Baud">Speed of a tty that leads to a DLMS meter.</param>
/// <param name="Push">Null for a DLMS driver that asks.</param>
/// <param name="Meters">How meters of a kind are spoken with behind a power line modem; null for the kind the driver is configured with.</param>
internal sealed record DriverForms(int Baud, Func<DlmsOptions> Dlms, Func<PushPortOptions?> Push, Func<string?, DlmsOptions> Meters, Func<PrimeOptions> Prime, Func<G3Options> G3);

/// <summary>Makes drivers by family: one line for each, no reflection.</summary>
internal static class DriverCatalog
{
    /// <summary>A driver that opens its port when it is run.</summary>
    /// <exception cref="InvalidOperationException">The family is none of this version; the configuration check says so before.</exception>
    internal static IMeterDriver Make(string family, string name, string port, string mode, DriverForms forms, DriverNeeds needs) => family switch
    {
        "im871a" => new Im871aDriver(
            new Im871aOptions(name, port, Im871aOptions.TryParseMode(mode) ?? throw new InvalidOperationException($"driver {name}: mode {mode} is none of an iM871A")),
            stop => OpenAsync(port, Im871aOptions.Baud, stop), needs.Receive, needs.Time, needs.Clock),
        "dlms" when forms.Push() is { } hears => new PushListener(hears, SourceOf(hears, forms.Baud), needs.Keys, needs.Counters, needs.Time, needs.Clock),
        "dlms" => new DlmsDriver(forms.Dlms(), stop => OpenPortAsync(port, forms.Baud, stop), needs.Keys, needs.Counters, needs.Time, needs.Clock, needs.Memory),
        "prime" => PrimeOf(port, forms.Prime(), forms.Meters, needs),
        "g3" => G3Of(port, forms.G3(), needs),
        _ => throw new InvalidOperationException($"driver {name}: family {family} is not in this version"),
    };

    private static PrimeDriver PrimeOf(string port, PrimeOptions prime, Func<string?, DlmsOptions> meters, DriverNeeds needs) =>
        new(prime, stop => OpenAsync(port, prime.Baud, stop), meters, needs.Admission, needs.Keys, needs.Counters, needs.Time, needs.Clock, needs.Memory);

    private static G3Driver G3Of(string port, G3Options g3, DriverNeeds needs) =>
        new(g3, stop => OpenAsync(port, g3.Baud, stop), needs.Keys, needs.Wrap, needs.Counters, needs.Time, needs.Clock, needs.Memory, needs.Admission);

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
