using Metering.Driver;

namespace Metering.Orders.Planner;

/// <summary>One task's share of a visit.</summary>
/// <param name="Run">Which run of the task it belongs to, UTC.</param>
public sealed record PlannedRead(CollectionTask Task, DateTime Run)
{
    /// <summary>Until when its values are wanted, UTC; not set in a visit.</summary>
    public DateTime Due { get; init; }
}

/// <summary>What a meter is asked in one go, while its association is open: all that is due, the most urgent first.</summary>
/// <param name="Channel">The driver that reaches it.</param>
/// <param name="Began">UTC.</param>
/// <param name="IsFenced">It has wasted time before: it goes beside the others, not among them.</param>
public sealed record PlannedVisit(MeterId Meter, string Channel, IReadOnlyList<PlannedRead> Reads, DateTime Began, bool IsFenced)
{
    /// <summary>Others wait for the same medium: nothing is asked that is there.</summary>
    public bool IsShared { get; init; }
}

/// <summary>How one read of a visit ended.</summary>
/// <param name="IsComplete">Everything up to its run is there now.</param>
/// <param name="Why">Else: which of the closed list.</param>
/// <param name="Sentence">As the driver said it.</param>
public readonly record struct ReadOutcome(bool IsComplete, MissReason Why, string Sentence)
{
    /// <summary>The meter gave something new, whole or not.</summary>
    public bool HasProgress { get; init; }
}
