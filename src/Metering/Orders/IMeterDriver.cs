using Metering.Driver;

namespace Metering.Orders;

/// <summary>What a driver can do, as data.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Family">Its family (<c>im871a</c>).</param>
/// <param name="Medium">wM-Bus, PRIME, G3, serial, TCP: for people.</param>
/// <param name="Hears">It takes readings that nobody asked for.</param>
/// <param name="Orders">Kinds of orders it can execute; empty for a receiver.</param>
public sealed record DriverFacts(string Name, string Family, string Medium, bool Hears, IReadOnlySet<OrderKind> Orders)
{
    /// <summary>Meters that had better be worked at the same time, so that its medium is never idle while one of them thinks; more only wait for each other.</summary>
    public int MetersAtOnce { get; init; } = 1;
}

/// <summary>The whole contract a modem or radio driver implements.</summary>
public interface IMeterDriver : IAsyncDisposable
{
    /// <summary>What it can do.</summary>
    DriverFacts Facts { get; }

    /// <summary>Opens the link and tells what it hears until stopped. Ends or throws when the link is lost; the supervisor runs it again with back-off.</summary>
    IAsyncEnumerable<DriverEvent> RunAsync(CancellationToken stop);

    /// <summary>Executes one order: progress, parts, and one final step.</summary>
    IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, CancellationToken stop);
}

/// <summary>Small values a driver keeps across restarts; the last one wins; written to the ledger's books.</summary>
public interface IDriverMemory
{
    /// <summary>The last octets saved under the name, empty where there are none.</summary>
    ReadOnlyMemory<byte> Load(string driver, string name);

    /// <summary>Keeps octets (at most 64 KiB); they are durable when the task completes.</summary>
    ValueTask SaveAsync(string driver, string name, ReadOnlyMemory<byte> octets, CancellationToken stop);
}
