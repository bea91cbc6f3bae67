namespace Metering.Orders;

/// <summary>When collection tasks run: pure, from the task and the local time alone. A day begins anew at its start time, so that a period which does not divide a day drifts no further.</summary>
public static class Schedule
{
    /// <summary>The last instant at or before <paramref name="local"/> at which the task was to run.</summary>
    public static DateTime LastRun(CollectionTask task, DateTime local)
    {
        var first = local.Date + task.Start;
        if (first > local)
        {
            first = first.AddDays(-1);
        }

        if (task.Months > 0)
        {
            return first.AddDays(1 - first.Day).AddMonths(-(((first.Year * 12) + first.Month - 1) % task.Months));
        }

        return task.Every >= TimeSpan.FromDays(1)
            ? first.AddDays(-((first.Date - DateTime.MinValue).Days % task.Every.Days))
            : first + (task.Every * Math.Floor((local - first) / task.Every));
    }

    /// <summary>The first instant after <paramref name="local"/> at which the task is to run.</summary>
    public static DateTime NextRun(CollectionTask task, DateTime local)
    {
        var last = LastRun(task, local);
        if (task.Months > 0)
        {
            return last.AddMonths(task.Months);
        }

        if (task.Every >= TimeSpan.FromDays(1))
        {
            return last.AddDays(task.Every.Days);
        }

        var (next, nextDay) = (last + task.Every, local.Date + task.Start > local ? local.Date + task.Start : local.Date.AddDays(1) + task.Start);
        return next < nextDay ? next : nextDay;
    }

    /// <summary>Which tasks are due, and when to look again.</summary>
    /// <param name="tasks">Each with the last time it ran; null for never.</param>
    public static (IReadOnlyList<CollectionTask> Due, DateTime Wake) Next(IReadOnlyList<(CollectionTask Task, DateTime? LastRun)> tasks, DateTime local)
    {
        var due = new List<CollectionTask>();
        var wake = DateTime.MaxValue;
        foreach (var (task, last) in tasks)
        {
            if (last is null || last < LastRun(task, local))
            {
                due.Add(task);
            }

            var next = NextRun(task, local);
            wake = next < wake ? next : wake;
        }

        return (due, wake);
    }
}
