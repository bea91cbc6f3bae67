using Concentrator.Store.Files;
using Metering;
using Metering.Ledger;

namespace Concentrator.Store.Ledgers;

/// <summary>
/// Makes room by whole oldest bulk segments. Each drop is a books record; one that held undelivered records is a gap, with its range, that is delivered as an alarm.
/// </summary>
internal sealed class Retention(LedgerOptions options, ILedgerFiles files, SegmentPool pool, SegmentLog bulk, ITimeSource time)
{
    private readonly List<NewRecord> _toRecord = [];

    /// <summary>Drops of undelivered records since start.</summary>
    internal long Gaps { get; private set; }

    /// <summary>Records about drops that are still to be written down.</summary>
    internal IReadOnlyList<NewRecord> ToRecord => [.. _toRecord];

    /// <summary>The first <paramref name="count"/> of them are durable.</summary>
    internal void Recorded(int count) => _toRecord.RemoveRange(0, count);

    /// <summary>Drops what is beyond the budget, and keeps the next segment ready.</summary>
    internal void Tidy()
    {
        while ((long)bulk.SegmentCount * options.SegmentOctets > options.BulkOctets && DropOldest())
        {
        }

        while (pool.Count < 2 && !(files.FreeOctets > options.FreeFloorOctets + options.SegmentOctets && pool.TryFill(2, out _)) && DropOldest())
        {
        }
    }

    /// <summary>Drops the oldest bulk segment whatever it holds. False where only the last is left.</summary>
    internal bool DropOldest()
    {
        if (bulk.DropOldest() is not { } range)
        {
            return false;
        }

        var delivered = options.IsDelivered(range.Last);
        var to = new OctetWriter();
        to.Number(range.First);
        to.Number(range.Last);
        to.Byte(delivered ? (byte)1 : (byte)0);
        to.Text(delivered ? "retention" : "no room: dropped before it was delivered");
        _toRecord.Add(new NewRecord(RecordType.SegmentDropped, RecordClass.None, time.Now, to.ToArray()));
        if (!delivered)
        {
            Gaps++;
            _toRecord.Add(GapRecord(range.First, range.Last, range.Last - range.First + 1, "no room: dropped before it was delivered"));
        }

        return true;
    }

    /// <summary>A gap: range of sequences (0, 0 where they never got one), how many records, why.</summary>
    internal NewRecord GapRecord(ulong first, ulong last, ulong count, string reason)
    {
        var to = new OctetWriter();
        to.Number(first);
        to.Number(last);
        to.Number(count);
        to.Text(reason);
        return new NewRecord(RecordType.Gap, RecordClass.Alarm, time.Now, to.ToArray());
    }
}
