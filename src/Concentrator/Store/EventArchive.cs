using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Store;

/// <summary>Events of meters, read out of the ledger on demand: they are few, and asked for seldom.</summary>
internal sealed class EventArchive(ILedgerReader ledger) : IEventArchive
{
    public IReadOnlyList<StoredMeterEvent> Newest(MeterId? meter, int limit) => NewestFirst.Take(ledger.DurableSequence, limit, (first, last) => Between(first, last, meter).Reverse());

    private IEnumerable<StoredMeterEvent> Between(ulong first, ulong last, MeterId? meter)
    {
        foreach (var record in ledger.Walk(first, last, RecordClass.Alarm).Where(record => record.Type == RecordType.MeterEvents))
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
