namespace Concentrator.Ports;

/// <summary>Who did what, to what, and what stood there before and after.</summary>
/// <param name="Sequence">Of its record in the ledger, by which it is proven.</param>
/// <param name="At">When; null where the box had no time.</param>
public sealed record AuditLine(ulong Sequence, DateTime? At, string Who, string What, string Subject, string Before, string After);

/// <summary>What was done to the box and through it, as the ledger holds it.</summary>
public interface IAuditTrail
{
    /// <summary>The newest lines before a sequence, newest first.</summary>
    /// <param name="before">Lines of earlier records only; the greatest number for all.</param>
    IReadOnlyList<AuditLine> Newest(int limit, ulong before);
}
