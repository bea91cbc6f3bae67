namespace Concentrator.Store.BlackBox;

/// <summary>How the black box is kept.</summary>
/// <param name="Directory">Where its segment files lie; made where it is missing.</param>
public sealed record BlackBoxSettings(string Directory)
{
    /// <summary>All segments together take at most so many octets.</summary>
    public long MaxOctets { get; init; } = 64L << 20;

    /// <summary>So many frames may wait to be written; more are dropped and counted.</summary>
    public int Waiting { get; init; } = 4_096;

    /// <summary>How long to wait before the next attempt where the disk takes nothing.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(10);
}
