using System.Globalization;
using Concentrator.Ports;
using Concentrator.Store.Books;
using Metering.Ledger;
using Metering.Orders.Records;

namespace Concentrator.Store;

/// <summary>The audit, read out of both logs on demand, from the newest back: it is asked for seldom, and costs nothing else.</summary>
internal sealed class AuditTrail(Ledger ledger) : IAuditTrail
{
    private const int ShownOfHash = 8;

    public IReadOnlyList<AuditLine> Newest(int limit, ulong before) => NewestFirst.Take(
        Math.Min(ledger.DurableSequence, before > 0 ? before - 1 : 0), limit,
        (first, last) => ledger.ReadAll(LogKind.Books, first, last).Concat(ledger.ReadAll(LogKind.Bulk, first, last)).Select(Line).OfType<AuditLine>().OrderByDescending(line => line.Sequence));

    private static AuditLine? Line(StoredRecord record)
    {
        switch (record.Type)
        {
            case RecordType.Audit:
                var audit = AuditRecord.Parse(record.Payload);
                return new AuditLine(record.Sequence, record.Time.Utc, audit.Who, audit.What, audit.Subject, audit.Before, audit.After);
            case RecordType.PassedApdus:
                var passed = PassedApdus.Parse(record.Payload);
                return new AuditLine(record.Sequence, record.Time.Utc, passed.Who, "apdus passed", passed.Meter.Text, "", string.Join(", ", passed.Apdus.Select(Text)));
            default:
                return null;
        }
    }

    private static string Text(PassedApdu apdu) => string.Create(
        CultureInfo.InvariantCulture, $"{(apdu.ToMeter ? "to" : "from")} the meter {apdu.Tag:X2} {apdu.Octets} octets {Convert.ToHexStringLower(apdu.Hash.Span[..Math.Min(ShownOfHash, apdu.Hash.Length)])}");
}
