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

/// <summary>How one meter of an order stands.</summary>
public sealed record OrderMeterView(MeterId Meter, OrderState State, string Code, string Sentence, string? Before, string? After, DateTime? At);

/// <summary>An order as it stands.</summary>
/// <param name="Issuer">Who gave it.</param>
/// <param name="Done">Meters that are through, of <see cref="Meters"/>.</param>
public sealed record OrderView(
    string Id, string Verb, string Issuer, DateTime? TakenAt, DateTime? NotBefore, DateTime ExpiresAt, OrderState State, string Code, string Sentence, int Done, IReadOnlyList<OrderMeterView> Meters)
{
    /// <summary>When the whole of it came to where it stands.</summary>
    public DateTime? ChangedAt { get; init; }
}

/// <summary>What is said to whoever gave an order: how it stands now.</summary>
/// <param name="Code">Word of the refusal; empty for none.</param>
/// <param name="IsDuplicate">It was there already.</param>
public sealed record OrderReceipt(string OrderId, OrderState State, string Code, string Sentence, bool IsDuplicate);

/// <summary>What comes with an order of a head-end.</summary>
/// <param name="Upstream">The head-end it came from.</param>
/// <param name="Verb">Of its topic; null where there is none, and the order says itself what it is.</param>
/// <param name="IsRetained">A broker kept it: such a one is refused.</param>
/// <param name="ResponseTopic">Where the answers go besides; null for nowhere.</param>
/// <param name="Correlation">What goes back with them.</param>
public sealed record OrderEnvelope(string Upstream, string? Verb, bool IsRetained, string? ResponseTopic, ReadOnlyMemory<byte> Correlation)
{
    /// <summary>Who stands at the door, as far as it knows; null where the upstream is one head-end.</summary>
    public string? Who { get; init; }
}

/// <summary>Takes orders from head-ends and people, judges them and writes them down before it says so.</summary>
public interface IOrderDoor
{
    /// <summary>An order as a head-end wrote it.</summary>
    /// <exception cref="Metering.Ledger.StorageFaultException">It is not written down: it was not taken.</exception>
    ValueTask<OrderReceipt> TakeAsync(OrderEnvelope envelope, ReadOnlyMemory<byte> body, CancellationToken stop);

    /// <summary>An order of somebody at the local socket; <paramref name="body"/> as over MQTT, where what is missing of id, times and nonce is filled in.</summary>
    /// <param name="user">By the kernel's word.</param>
    ValueTask<OrderReceipt> SubmitAsync(string user, string verb, ReadOnlyMemory<byte> body, CancellationToken stop);

    /// <summary>Somebody gave an order where nobody gives any: it is refused unread, and audited as others that are.</summary>
    ValueTask<OrderReceipt> DenyAsync(string who, string verb, string sentence, CancellationToken stop);

    /// <summary>The newest first.</summary>
    IReadOnlyList<OrderView> List(int limit);

    /// <summary>One of them; null for none.</summary>
    OrderView? Find(string id);
}
