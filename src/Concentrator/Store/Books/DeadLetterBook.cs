using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Store.Books;

/// <summary>Rows that head-ends refused, in the books; at most 10,000 are remembered, the books keep all.</summary>
internal sealed class DeadLetterBook(ILedger ledger, ITimeSource time) : IDeadLetters
{
    private const int Most = 10_000;
    private readonly Lock _lock = new();
    private readonly Queue<DeadLetter> _letters = new();

    public async ValueTask AddAsync(IReadOnlyList<DeadLetter> letters, CancellationToken stop)
    {
        await ledger.AppendAsync([.. letters.Select(ToRecord)], Urgency.OnDemand, stop).ConfigureAwait(false);
        foreach (var letter in letters)
        {
            Remember(letter);
        }
    }

    public IReadOnlyList<DeadLetter> List(string upstream)
    {
        lock (_lock)
        {
            return [.. _letters.Where(letter => letter.Upstream == upstream)];
        }
    }

    /// <summary>Takes a record of the books at start.</summary>
    internal void Replay(StoredRecord record)
    {
        var from = new OctetReader(record.Payload);
        Remember(new DeadLetter(from.Text(), from.Text(), from.Text(), from.Number(), from.Number()));
    }

    /// <summary>Those remembered, for a new books segment.</summary>
    internal IEnumerable<NewRecord> LiveState()
    {
        lock (_lock)
        {
            return [.. _letters.Select(ToRecord)];
        }
    }

    private void Remember(DeadLetter letter)
    {
        lock (_lock)
        {
            _letters.Enqueue(letter);
            if (_letters.Count > Most)
            {
                _letters.Dequeue();
            }
        }
    }

    private NewRecord ToRecord(DeadLetter letter)
    {
        var to = new OctetWriter();
        to.Text(letter.Upstream);
        to.Text(letter.Key);
        to.Text(letter.Reason);
        to.Number(letter.First);
        to.Number(letter.Last);
        return new NewRecord(RecordType.DeadLetter, RecordClass.None, time.Now, to.ToArray());
    }
}
