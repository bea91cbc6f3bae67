namespace Metering.Orders.Planner;

/// <summary>How patiently and how stubbornly meters are asked.</summary>
public sealed record PlannerPolicy
{
    /// <summary>False: a run asks every meter once and chases nothing (what a pass at night does; for comparison).</summary>
    public bool ChasesGaps { get; init; } = true;

    /// <summary>After the first failure; it doubles with every further one.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A meter that is thought to be present is asked again after so long at the latest.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>The same while nobody else waits for the medium: an idle medium costs nothing.</summary>
    public TimeSpan IdleRetry { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What only a person or new keys can mend is tried again after so long.</summary>
    public TimeSpan HopelessRetry { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A meter that took the medium for so long without giving anything is fenced: it is asked when nobody else waits, and ever more rarely.</summary>
    public TimeSpan FenceAfter { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>A fenced meter waits no longer than this.</summary>
    public TimeSpan LongestFence { get; init; } = TimeSpan.FromHours(4);
}
