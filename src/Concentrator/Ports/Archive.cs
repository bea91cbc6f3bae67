using Metering;

namespace Concentrator.Ports;

/// <summary>One value as the archive gives it back: the shape of a truth line plus <c>rev</c>, <c>q</c>, <c>seq</c> (CONTRACTS section 6).</summary>
public sealed record ArchivedRow(
    MeterId Meter, string Key, string Column, string Profile, string? Obis, ushort Class, byte Attribute, ushort Index,
    string? At, int Occurrence, string? Value, int Scaler, string Unit, uint Status, int Revision, RowQuality Quality, ulong Sequence, DateTime? ReceivedAt);

/// <summary>What to look for; null means all.</summary>
/// <param name="Meter">One meter.</param>
/// <param name="Obis">One quantity, reduced OBIS with F.</param>
/// <param name="From">Received at or after, UTC.</param>
/// <param name="To">Received before, UTC.</param>
/// <param name="Limit">At most so many values.</param>
public sealed record ArchiveQuery(MeterId? Meter, string? Obis, DateTime? From, DateTime? To, int Limit);

/// <summary>The stored readings, for tools and the console.</summary>
public interface IReadingArchive
{
    /// <summary>Null when it can answer; else how far the rebuilding has come, in percent.</summary>
    int? RebuildingPercent { get; }

    /// <summary>Oldest first.</summary>
    /// <exception cref="ArchiveBusyException">It is being rebuilt.</exception>
    IAsyncEnumerable<ArchivedRow> QueryAsync(ArchiveQuery query, CancellationToken stop);
}

/// <summary>The archive is being rebuilt from the ledger: nothing is lost, ask again later (exit 8, HTTP 503).</summary>
public sealed class ArchiveBusyException : Exception
{
    public ArchiveBusyException()
    {
    }

    public ArchiveBusyException(string message)
        : base(message)
    {
    }

    public ArchiveBusyException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
