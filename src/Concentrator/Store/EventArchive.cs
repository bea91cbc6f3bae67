using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Store;

/// <summary>Events of meters, read out of the ledger on demand: they are few, and asked for seldom.</summary>
internal sealed class EventArchive(ILedgerReader ledger) : IEventArchive
{
    /// <summary>Records are read in steps of so many sequences, from the newest back.</summary>
    private const ulong Step = 20_000;

    public IReadOnlyList<StoredMeterEvent> Newest(MeterId? meter, int limit)
    {
        var found = new List<StoredMeterEvent>();
        for (var last = ledger.DurableSequence; last > 0 && found.Count < limit;)
        {
            var first = last > Step ? last - Step + 1 : 1;
            found.AddRange(Between(first, last, meter).Reverse());
            last = first - 1;
        }

        return [.. found.Take(limit)];
    }

    private IEnumerable<StoredMeterEvent> Between(ulong first, ulong last, MeterId? meter)
    {
        for (var next = first; next <= last;)
        {
            foreach (var record in ledger.Read(next, last, RecordClass.Alarm, 1000, 1 << 20, out next).Where(record => record.Type == RecordType.MeterEvents))
            {
                var told = MeterEventsRecord.Parse(record.Payload);
                if (meter is null || told.Meter == meter)
                {
                    foreach (var one in told.Events)
                    {
                        yield return new StoredMeterEvent(record.Sequence, told.Meter, told.Source, record.Time.Utc, one);
                    }
                }
            }
        }
    }
}
