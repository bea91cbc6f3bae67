namespace Concentrator.Store.View;

/// <summary>How the view is kept.</summary>
/// <param name="Directory">Where its files lie; made where it is missing.</param>
public sealed record ViewSettings(string Directory)
{
    /// <summary>
    /// So many telegrams may wait in memory (about 500 octets each) before they are written. A day block is written again as a whole when rows are added,
    /// so fewer and larger transactions save the card; a query writes at once what waits.
    /// </summary>
    public int BatchTelegrams { get; init; } = 16_384;

    /// <summary>Or so long.</summary>
    public TimeSpan WriteEvery { get; init; } = TimeSpan.FromHours(6);

    /// <summary>A day block beyond so many octets is continued in a further part.</summary>
    public int PartOctets { get; init; } = 200_000;

    /// <summary>A query holds at most so many telegrams at a time.</summary>
    public int PageTelegrams { get; init; } = 2_048;

    /// <summary>How long to wait before the next attempt where the disk does not take the view; doubles up to 32 times as long.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(10);
}
