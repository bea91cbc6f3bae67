using Metering.Driver;

namespace Metering.Orders.Planner;

/// <summary>Where a meter stands in the plan.</summary>
internal enum WorkState
{
    /// <summary>Nothing is due.</summary>
    Idle,
    /// <summary>Something is due, and it is not reached.</summary>
    Away,
    /// <summary>Something is due, later: it just failed.</summary>
    Waiting,
    /// <summary>It is its turn when there is room.</summary>
    Ready,
    /// <summary>It is being asked.</summary>
    Running,
}

/// <summary>What is to be done with one meter, and what was learned of it.</summary>
internal sealed class MeterWork(MeterId meter, IReadOnlyList<TaskWork> tasks)
{
    internal MeterId Meter => meter;

    internal IReadOnlyList<TaskWork> Tasks => tasks;

    internal WorkState State { get; set; }

    /// <summary>The channel that reaches it; null for none.</summary>
    internal ChannelWork? Channel { get; set; }

    internal PresenceModel Presence { get; } = new();

    /// <summary>Failures one after another.</summary>
    internal int Failures { get; set; }

    /// <summary>How long it took the medium since it last gave something.</summary>
    internal TimeSpan Wasted { get; set; }

    /// <summary>Not before, UTC.</summary>
    internal DateTime NotBefore { get; set; }

    /// <summary>When it was last asked, UTC.</summary>
    internal DateTime LastAsked { get; set; }

    /// <summary>Counts entries in the queue of those that wait: older ones are passed over.</summary>
    internal int Ticket { get; set; }

    internal WorkRank Rank { get; set; }

    /// <summary>The box it belongs to; null where it is ours.</summary>
    internal string? Elsewhere { get; set; }

    /// <summary>Why it is not reached; <see cref="MissReason.None"/> where it is.</summary>
    internal MissReason Unreached { get; set; } = MissReason.NeverRegistered;

    /// <summary>Who or what has to do with that.</summary>
    internal string Detail { get; set; } = "";

    /// <summary>What is due, the most urgent first.</summary>
    internal IEnumerable<TaskWork> Open => tasks.Where(task => task.IsOpen).OrderBy(task => task.Task.Class).ThenBy(task => task.Due);

    internal bool HasOpen
    {
        get
        {
            foreach (var task in tasks)
            {
                if (task.IsOpen)
                {
                    return true;
                }
            }

            return false;
        }
    }
}

/// <summary>How one task stands with one meter.</summary>
internal sealed class TaskWork(CollectionTask task)
{
    internal CollectionTask Task => task;

    /// <summary>The run that is to be done or was done last, UTC.</summary>
    internal DateTime Run { get; set; }

    /// <summary>Until when, UTC; <see cref="DateTime.MaxValue"/> where nothing is promised.</summary>
    internal DateTime Due { get; set; } = DateTime.MaxValue;

    internal bool IsOpen { get; set; }

    /// <summary>Why it is still open, of the last try.</summary>
    internal MissReason Why { get; set; } = MissReason.NotYet;

    internal string Sentence { get; set; } = "";
}

/// <summary>Whose turn it is: by class, then meters that are rarely there, then by the date, then who waits longest.</summary>
internal readonly record struct WorkRank(WorkClass Class, int Scarcity, DateTime Due, DateTime LastAsked, MeterId Meter) : IComparable<WorkRank>
{
    public int CompareTo(WorkRank other)
    {
        var order = Class.CompareTo(other.Class);
        order = order != 0 ? order : Scarcity.CompareTo(other.Scarcity);
        order = order != 0 ? order : Due.CompareTo(other.Due);
        order = order != 0 ? order : LastAsked.CompareTo(other.LastAsked);
        return order != 0 ? order : Meter.CompareTo(other.Meter);
    }
}
