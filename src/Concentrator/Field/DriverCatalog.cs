using Drivers.Im871a;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Orders;

namespace Concentrator.Field;

/// <summary>Makes drivers by family: one line for each, no reflection.</summary>
internal static class DriverCatalog
{
    /// <summary>A driver that opens its port when it is run.</summary>
    /// <param name="receive">Takes a wM-Bus telegram to what it says.</param>
    /// <exception cref="InvalidOperationException">The family is none of this version; the configuration check says so before.</exception>
    internal static IMeterDriver Make(
        string family, string name, string port, string mode, Func<ReadOnlyMemory<byte>, LinkFacts, BoxTime, DriverEvent> receive, ITimeSource time, TimeProvider clock) => family switch
    {
        "im871a" => new Im871aDriver(
            new Im871aOptions(name, port, Im871aOptions.TryParseMode(mode) ?? throw new InvalidOperationException($"driver {name}: mode {mode} is none of an iM871A")),
            stop => OpenAsync(port, Im871aOptions.Baud, stop), receive, time, clock),
        _ => throw new InvalidOperationException($"driver {name}: family {family} is not in this version"),
    };

    private static ValueTask<ILink> OpenAsync(string port, int baud, CancellationToken stop) =>
        Uri.TryCreate(port, UriKind.Absolute, out var url) && url.Scheme == "tcp" ? TcpLink.OpenAsync(url.Host, url.Port, stop) : new(SerialLink.Open(port, baud));
}
