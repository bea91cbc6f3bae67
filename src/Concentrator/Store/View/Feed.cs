using Concentrator.Ports;
using Metering.Ledger;

namespace Concentrator.Store.View;

/// <summary>Takes what the view shows out of the ledger.</summary>
internal sealed class Feed(ILedgerReader ledger)
{
    private const int RecordsAtOnce = 512, OctetsAtOnce = 1 << 20;

    private static readonly RecordClass[] Classes = [RecordClass.Alarm, RecordClass.Order, RecordClass.Reading, RecordClass.Kept];

    /// <summary>Records that this version cannot read.</summary>
    internal long Unreadable { get; private set; }

    /// <summary>Gap records seen: the ledger itself says what is missing there.</summary>
    internal long Gaps { get; private set; }

    /// <summary>Brings the rows of the records from <paramref name="first"/> to <paramref name="last"/> to <paramref name="pending"/>.</summary>
    internal void Take(ulong first, ulong last, Pending pending)
    {
        foreach (var recordClass in Classes)
        {
            for (var at = first; at <= last;)
            {
                var records = ledger.Read(at, last, recordClass, RecordsAtOnce, OctetsAtOnce, out var next);
                foreach (var record in records)
                {
                    Take(record, pending);
                    at = record.Sequence;
                }

                at = Math.Max(at + 1, next);
            }
        }
    }

    private void Take(StoredRecord stored, Pending pending)
    {
        if (stored.Type == RecordType.Gap)
        {
            Gaps++;
        }

        if (stored.Type != RecordType.Telegram)
        {
            return;
        }

        try
        {
            var record = LedgerRecord.Parse(stored.Time, stored.Payload);
            if (record.Block is { } block)
            {
                foreach (var entry in Flatten.Entries(stored, record, block))
                {
                    pending.Add(block.Meter, block.Profile, entry);
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or ArgumentException or OverflowException)
        {
            Unreadable++;
        }
    }
}
