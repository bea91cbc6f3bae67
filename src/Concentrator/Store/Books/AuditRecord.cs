using Metering;
using Metering.Ledger;

namespace Concentrator.Store.Books;

/// <summary>Who did what, to what, with what before and after. Never a key.</summary>
internal sealed record AuditRecord(string Who, string What, string Subject, string Before, string After)
{
    internal NewRecord ToRecord(BoxTime now)
    {
        var to = new OctetWriter();
        to.Text(Who);
        to.Text(What);
        to.Text(Subject);
        to.Text(Before);
        to.Text(After);
        return new NewRecord(RecordType.Audit, RecordClass.None, now, to.ToArray());
    }

    internal static AuditRecord Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new AuditRecord(from.Text(), from.Text(), from.Text(), from.Text(), from.Text());
    }
}
