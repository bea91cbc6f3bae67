using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Store.Books;

/// <summary>Rows that head-ends refused, in the books; at most 10,000 are remembered, the books keep all.</summary>
internal sealed class DeadLetterBook(ILedger ledger, ITimeSource time) : IDeadLetters
{
    private const int Most = 10_000;
    private const string StruckOut = ""; // no row has an empty key
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

    public async ValueTask ClearAsync(string upstream, CancellationToken stop)
    {
        await ledger.AppendAsync([ToRecord(new DeadLetter(upstream, StruckOut, "", RecordClass.None, 0, 0))], Urgency.OnDemand, stop).ConfigureAwait(false);
        Forget(upstream);
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
        var letter = new DeadLetter(from.Text(), from.Text(), from.Text(), (RecordClass)from.Byte(), from.Number(), from.Number());
        if (letter.Key == StruckOut)
        {
            Forget(letter.Upstream);
        }
        else
        {
            Remember(letter);
        }
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

    private void Forget(string upstream)
    {
        lock (_lock)
        {
            var others = _letters.Where(letter => letter.Upstream != upstream).ToArray();
            _letters.Clear();
            foreach (var letter in others)
            {
                _letters.Enqueue(letter);
            }
        }
    }

    private NewRecord ToRecord(DeadLetter letter)
    {
        var to = new OctetWriter();
        to.Text(letter.Upstream);
        to.Text(letter.Key);
        to.Text(letter.Reason);
        to.Byte((byte)letter.Class);
        to.Number(letter.First);
        to.Number(letter.Last);
        return new NewRecord(RecordType.DeadLetter, RecordClass.None, time.Now, to.ToArray());
    }
}
