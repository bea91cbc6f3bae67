namespace Metering.Ledger;

/// <summary>How long a batch may wait for company before it is synced.</summary>
public enum Urgency
{
    /// <summary>Up to 10 s (1 s below 200 meters).</summary>
    Reading,
    /// <summary>Up to 100 ms.</summary>
    OnDemand,
    /// <summary>Up to 50 ms.</summary>
    Order,
}

/// <summary>A record to be written down.</summary>
/// <param name="Type">What it holds; decides which log.</param>
/// <param name="Class">How it is delivered.</param>
/// <param name="Time">When it was taken.</param>
/// <param name="Payload">Its octets, at most <see cref="RecordHeader.MaxPayload"/>.</param>
public sealed record NewRecord(RecordType Type, RecordClass Class, BoxTime Time, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Which log a type belongs to.</summary>
    public LogKind Log => Type is RecordType.Telegram or RecordType.Gap or RecordType.MeterEvents or RecordType.OrderNews or RecordType.PassedApdus or RecordType.BoxEvent ? LogKind.Bulk : LogKind.Books;
}

/// <summary>The truth. Append only; what it has synced is ours, nothing before.</summary>
public interface ILedger
{
    /// <summary>
    /// Writes records down and returns the sequence of the last one when the batch that holds them is synced.
    /// </summary>
    /// <exception cref="StorageFaultException">They are not durable: neither acknowledge nor publish them.</exception>
    ValueTask<ulong> AppendAsync(IReadOnlyList<NewRecord> records, Urgency urgency, CancellationToken stop);

    /// <summary>The last sequence that is synced; 0 before the first.</summary>
    ulong DurableSequence { get; }
}

/// <summary>The disk did not take what it was given.</summary>
public sealed class StorageFaultException : Exception
{
    public StorageFaultException()
    {
    }

    public StorageFaultException(string message)
        : base(message)
    {
    }

    public StorageFaultException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
