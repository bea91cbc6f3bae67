using Concentrator.Ports;
using Metering.Ledger;

namespace Unit;

/// <summary>A ledger in a list, durable at once: for tests of rooms that write to it.</summary>
internal sealed class ListLedger : ILedger, ILedgerReader
{
    internal List<NewRecord> Records { get; } = [];

    public ulong DurableSequence => (ulong)Records.Count;

    public ValueTask<ulong> AppendAsync(IReadOnlyList<NewRecord> records, Urgency urgency, CancellationToken stop)
    {
        Records.AddRange(records);
        return ValueTask.FromResult(DurableSequence);
    }

    public IReadOnlyList<StoredRecord> Read(ulong first, ulong last, RecordClass recordClass, int maxRecords, int maxOctets, out ulong next)
    {
        next = last + 1;
        return [.. All().Where(record => record.Class == recordClass && record.Sequence >= first && record.Sequence <= last)];
    }

    public Task WaitBeyondAsync(ulong sequence, CancellationToken stop) => Task.CompletedTask;

    internal IEnumerable<StoredRecord> Stored(RecordType type) => All().Where(record => record.Type == type);

    private IEnumerable<StoredRecord> All() =>
        Records.Select((record, index) => new StoredRecord((ulong)index + 1, record.Type, record.Class, record.Time, record.Payload));
}
