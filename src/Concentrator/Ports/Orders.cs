using Metering;
using Metering.Orders;

namespace Concentrator.Ports;

/// <summary>Takes orders to the drivers that reach their meters. What meters tell goes into the ledger, whoever asked.</summary>
public interface IOrderDesk
{
    /// <summary>Executes an order; its steps as they come, the last one final.</summary>
    IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, CancellationToken stop);
}

/// <summary>One event out of a meter's own log, as it is stored.</summary>
public sealed record StoredMeterEvent(ulong Sequence, MeterId Meter, string Source, DateTime? ReadAt, Metering.Driver.MeterEvent Event);

/// <summary>The stored events of meters.</summary>
public interface IEventArchive
{
    /// <summary>The newest, newest first.</summary>
    /// <param name="meter">Of one meter, or of all.</param>
    IReadOnlyList<StoredMeterEvent> Newest(MeterId? meter, int limit);
}
