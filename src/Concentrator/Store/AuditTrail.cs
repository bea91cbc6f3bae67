using System.Globalization;
using Concentrator.Ports;
using Concentrator.Store.Books;
using Metering.Ledger;
using Metering.Orders.Records;

namespace Concentrator.Store;

/// <summary>The audit, read out of both logs on demand, from the newest back: it is asked for seldom, and costs nothing else.</summary>
internal sealed class AuditTrail(Ledger ledger) : IAuditTrail
{
    /// <summary>Sequences of the first step back; each that finds nothing doubles the next.</summary>
    private const ulong FirstStep = 20_000;

    private const int ShownOfHash = 8;

    public IReadOnlyList<AuditLine> Newest(int limit, ulong before)
    {
        var found = new List<AuditLine>();
        var step = FirstStep;
        for (var last = Math.Min(ledger.DurableSequence, before > 0 ? before - 1 : 0); last > 0 && found.Count < limit;)
        {
            var first = last > step ? last - step + 1 : 1;
            var lines = ledger.ReadAll(LogKind.Books, first, last).Concat(ledger.ReadAll(LogKind.Bulk, first, last)).Select(Line).OfType<AuditLine>().OrderByDescending(line => line.Sequence).ToList();
            found.AddRange(lines);
            (last, step) = (first - 1, lines.Count == 0 ? step * 2 : step);
        }

        return [.. found.Take(limit)];
    }

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
