using Metering;
using Metering.Ledger;

namespace Concentrator.Ports;

/// <summary>A record as the ledger gives it back: header facts and payload.</summary>
/// <param name="Sequence">Its place; one sequence runs through both logs and never restarts.</param>
/// <param name="Type">What the payload holds.</param>
/// <param name="Class">How it is delivered.</param>
/// <param name="Time">When it was taken.</param>
/// <param name="Payload">Octets; a telegram's are read by <see cref="LedgerRecord.Parse"/>.</param>
public sealed record StoredRecord(ulong Sequence, RecordType Type, RecordClass Class, BoxTime Time, ReadOnlyMemory<byte> Payload);

/// <summary>Reads what the ledger has synced; never more.</summary>
public interface ILedgerReader
{
    /// <summary>The last sequence that is synced; 0 before the first.</summary>
    ulong DurableSequence { get; }

    /// <summary>
    /// The records of one class with <paramref name="first"/> &lt;= sequence &lt;= <paramref name="last"/>, in order, at most so many records and payload octets
    /// (but one at least). Sequences of other classes, and those dropped with old segments, are simply not there.
    /// </summary>
    /// <param name="next">Where to read on: everything of the class below it in the range was returned or does not exist.</param>
    IReadOnlyList<StoredRecord> Read(ulong first, ulong last, RecordClass recordClass, int maxRecords, int maxOctets, out ulong next);

    /// <summary>Completes when a sequence beyond <paramref name="sequence"/> is synced.</summary>
    Task WaitBeyondAsync(ulong sequence, CancellationToken stop);
}

/// <summary>Ways through the ledger.</summary>
public static class LedgerWalk
{
    private const int RecordsAtOnce = 1000, OctetsAtOnce = 1 << 20;

    /// <summary>The records of one class in a range, one after another, however many they are.</summary>
    public static IEnumerable<StoredRecord> Walk(this ILedgerReader ledger, ulong first, ulong last, RecordClass recordClass)
    {
        for (var next = first; next <= last;)
        {
            foreach (var record in ledger.Read(next, last, recordClass, RecordsAtOnce, OctetsAtOnce, out next))
            {
                yield return record;
            }
        }
    }
}

/// <summary>
/// Small state that may be lost at the price of duplicates: two slots with CRC in one file, written with the next group commit.
/// </summary>
public interface ISlotStore
{
    /// <summary>The newest slot whose CRC holds; empty where there is none.</summary>
    ReadOnlyMemory<byte> Load(string name);

    /// <summary>Takes octets (at most 16 KiB) to be written with the next group commit; the last one wins.</summary>
    void Save(string name, ReadOnlyMemory<byte> octets);
}

/// <summary>A row that a head-end refused: kept, listed, alarmed, re-sendable.</summary>
/// <param name="Upstream">Which head-end.</param>
/// <param name="Key">The row's key; <c>*</c> for every row of the batch.</param>
/// <param name="Reason">In the head-end's words.</param>
/// <param name="Class">Class of its batch.</param>
/// <param name="First">First sequence of its batch.</param>
/// <param name="Last">Last sequence of its batch.</param>
public sealed record DeadLetter(string Upstream, string Key, string Reason, RecordClass Class, ulong First, ulong Last);

/// <summary>Keeps what head-ends refused.</summary>
public interface IDeadLetters
{
    /// <summary>Writes it down; durable when it returns.</summary>
    ValueTask AddAsync(IReadOnlyList<DeadLetter> letters, CancellationToken stop);

    /// <summary>Those of one head-end, oldest first.</summary>
    IReadOnlyList<DeadLetter> List(string upstream);

    /// <summary>Strikes out all of one head-end, because they are on their way again; durable when it returns.</summary>
    ValueTask ClearAsync(string upstream, CancellationToken stop);
}
