using Concentrator.Ports;
using Metering.Ledger;

namespace Unit;

/// <summary>A ledger in a list, durable at once: for tests of rooms that write to it.</summary>
internal sealed class ListLedger : ILedger, ILedgerReader
{
    private readonly Lock _lock = new();
    private readonly List<NewRecord> _records = [];

    internal IReadOnlyList<NewRecord> Records
    {
        get
        {
            lock (_lock)
            {
                return [.. _records];
            }
        }
    }

    /// <summary>The disk takes nothing while this is true.</summary>
    internal bool IsFull { get; set; }

    public ulong DurableSequence
    {
        get
        {
            lock (_lock)
            {
                return (ulong)_records.Count;
            }
        }
    }

    public ValueTask<ulong> AppendAsync(IReadOnlyList<NewRecord> records, Urgency urgency, CancellationToken stop)
    {
        lock (_lock)
        {
            if (IsFull)
            {
                throw new StorageFaultException("the disk is full");
            }

            _records.AddRange(records);
            return ValueTask.FromResult((ulong)_records.Count);
        }
    }

    public IReadOnlyList<StoredRecord> Read(ulong first, ulong last, RecordClass recordClass, int maxRecords, int maxOctets, out ulong next)
    {
        next = last + 1;
        lock (_lock)
        {
            return [.. Sequenced(_records).Where(record => record.Class == recordClass && record.Sequence >= first && record.Sequence <= last)];
        }
    }

    public Task WaitBeyondAsync(ulong sequence, CancellationToken stop) => Task.CompletedTask;

    internal IEnumerable<StoredRecord> Stored(RecordType type) => All().Where(record => record.Type == type);

    /// <summary>The record of a sequence.</summary>
    internal NewRecord At(ulong sequence)
    {
        lock (_lock)
        {
            return _records[(int)sequence - 1];
        }
    }

    internal IEnumerable<StoredRecord> All() => Sequenced(Records);

    private static IEnumerable<StoredRecord> Sequenced(IReadOnlyList<NewRecord> records) =>
        records.Select((record, index) => new StoredRecord((ulong)index + 1, record.Type, record.Class, record.Time, record.Payload));
}
