using Concentrator.Ports;
using Metering.Ledger;

namespace Concentrator.Upstream;

/// <summary>Records of one class without a hole, on their way.</summary>
/// <param name="Id">What an acknowledgement names.</param>
/// <param name="Lane">live, backfill or ondemand: decided at sending.</param>
/// <param name="Records">In order.</param>
internal sealed record DeliveryBatch(BatchId Id, string Lane, IReadOnlyList<StoredRecord> Records);

/// <summary>
/// What one head-end still has to get: per class the undelivered ranges. They shrink on acknowledgement, never before. Losing the newest state costs duplicates, never rows.
/// Alarms first, then orders, then live readings, then the backlog beside them. Not thread-safe: its publisher owns it.
/// </summary>
internal sealed class Delivery(string upstream, ILedgerReader ledger, ISlotStore slots, ulong bootId)
{
    private const byte Version = 2, WithoutKept = 1;
    private static readonly RecordClass[] Classes = [RecordClass.Alarm, RecordClass.Order, RecordClass.Reading], All = [.. Classes, RecordClass.Kept];
    private readonly Dictionary<RecordClass, RangeSet> _undelivered = Load(slots.Load(upstream));
    private readonly List<BatchId> _inFlight = [];
    private ulong _liveFrom = 1;
    private bool _backlogsTurn;

    /// <summary>Undelivered sequences per class, up to what is durable.</summary>
    internal IReadOnlyDictionary<RecordClass, long> Backlog
    {
        get
        {
            lock (_undelivered)
            {
                return Classes.ToDictionary(recordClass => recordClass, recordClass => (long)_undelivered[recordClass].CountUpTo(ledger.DurableSequence));
            }
        }
    }

    /// <summary>Batches that were sent and not settled.</summary>
    internal int InFlight => _inFlight.Count;

    /// <summary>True where every record up to a sequence was delivered.</summary>
    internal bool IsDelivered(ulong last)
    {
        lock (_undelivered)
        {
            return _undelivered.Values.All(set => set.Ranges.Count == 0 || set.Ranges[0].First > last);
        }
    }

    /// <summary>A session began: what is durable now is backlog, what comes is live. What was on its way will be sent again.</summary>
    internal void SessionBegan()
    {
        _inFlight.Clear();
        _liveFrom = ledger.DurableSequence + 1;
    }

    /// <summary>The next batch to send; null where nothing waits.</summary>
    internal DeliveryBatch? Take(int maxRecords, int maxOctets)
    {
        foreach (var recordClass in Classes)
        {
            if (recordClass != RecordClass.Reading)
            {
                if (TakeFrom(recordClass, 1, maxRecords, maxOctets, recordClass == RecordClass.Order ? "ondemand" : "live") is { } urgent)
                {
                    return urgent;
                }

                continue;
            }

            // Live readings and the backlog take turns, so that neither waits for the other to end.
            _backlogsTurn = !_backlogsTurn;
            var first = _backlogsTurn ? TakeFrom(recordClass, 1, maxRecords, maxOctets, null) : TakeFrom(recordClass, _liveFrom, maxRecords, maxOctets, null);
            first ??= _backlogsTurn ? null : TakeFrom(recordClass, 1, maxRecords, maxOctets, null);
            if (first is not null)
            {
                return first;
            }
        }

        return TakeFrom(RecordClass.Kept, 1, maxRecords, maxOctets, "ondemand");
    }

    /// <summary>A batch is the head-end's now; any batch, in any order, twice harmlessly. False where nothing changed.</summary>
    internal bool Settle(BatchId id)
    {
        _inFlight.Remove(id);
        bool changed;
        lock (_undelivered)
        {
            if (!_undelivered.TryGetValue(id.Class, out var set) || id.Last > ledger.DurableSequence)
            {
                return false; // nobody can have what was not written yet: an acknowledgement of another box, or a forged one
            }

            var before = set.CountUpTo(ledger.DurableSequence);
            set.Remove(id.First, id.Last);
            changed = set.CountUpTo(ledger.DurableSequence) != before;
        }

        Save();
        return changed;
    }

    /// <summary>A batch is not on its way any more: it will be sent again.</summary>
    internal void Return(BatchId id) => _inFlight.Remove(id);

    /// <summary>Delivered sequences of a class are undelivered again: the head-end refused them and a person wants them sent once more.</summary>
    internal void SendAgain(RecordClass recordClass, ulong first, ulong last)
    {
        lock (_undelivered)
        {
            if (_undelivered.TryGetValue(recordClass, out var set) && first <= last && last <= ledger.DurableSequence)
            {
                set.Add(first, last);
            }
        }

        Save();
    }

    private DeliveryBatch? TakeFrom(RecordClass recordClass, ulong from, int maxRecords, int maxOctets, string? lane)
    {
        var set = _undelivered[recordClass];
        var durable = ledger.DurableSequence;
        foreach (var (rangeFirst, rangeLast) in set.Ranges.ToArray())
        {
            var first = Math.Max(rangeFirst, from);
            var last = Math.Min(rangeLast, durable);
            while (first <= last)
            {
                if (_inFlight.Find(batch => batch.Class == recordClass && batch.First <= first && first <= batch.Last) is { Last: > 0 } busy)
                {
                    first = busy.Last + 1;
                    continue;
                }

                var until = _inFlight.Where(batch => batch.Class == recordClass && batch.First > first).Select(batch => batch.First - 1).Append(last).Min();
                var records = ledger.Read(first, until, recordClass, maxRecords, maxOctets, out var next);
                if (records.Count > 0)
                {
                    Forget(set, first, records[0].Sequence - 1);
                    var id = new BatchId(bootId, recordClass, records[0].Sequence, records[^1].Sequence);
                    _inFlight.Add(id);
                    return new DeliveryBatch(id, lane ?? (records[0].Sequence >= _liveFrom ? "live" : "backfill"), records);
                }

                Forget(set, first, next - 1);
                first = next;
            }
        }

        return null;
    }

    /// <summary>Sequences that hold no record of the class (others', or dropped with their segment, which is a gap of its own).</summary>
    private void Forget(RangeSet set, ulong first, ulong last)
    {
        if (first <= last)
        {
            lock (_undelivered)
            {
                set.Remove(first, last);
            }
        }
    }

    private void Save()
    {
        var to = new OctetWriter();
        to.Byte(Version);
        foreach (var recordClass in All)
        {
            var ranges = _undelivered[recordClass].Ranges;
            to.Number((ulong)ranges.Count);
            foreach (var (first, last) in ranges)
            {
                to.Number(first);
                to.Number(last);
            }
        }

        slots.Save(upstream, to.ToArray());
    }

    private static Dictionary<RecordClass, RangeSet> Load(ReadOnlyMemory<byte> octets)
    {
        var sets = All.ToDictionary(recordClass => recordClass, recordClass => recordClass == RecordClass.Kept ? new RangeSet([]) : new RangeSet()); // what is kept here nobody waits for
        var from = new OctetReader(octets);
        if (octets.IsEmpty || from.Byte() is not (Version or WithoutKept))
        {
            return sets;
        }

        foreach (var recordClass in octets.Span[0] == WithoutKept ? Classes : All)
        {
            var ranges = new (ulong, ulong)[from.Count()];
            for (var i = 0; i < ranges.Length; i++)
            {
                ranges[i] = (from.Number(), from.Number());
            }

            sets[recordClass] = new RangeSet(ranges);
        }

        return sets;
    }
}
