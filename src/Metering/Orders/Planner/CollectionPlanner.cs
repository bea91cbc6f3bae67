using Metering.Driver;

namespace Metering.Orders.Planner;

/// <summary>
/// Decides which meter is asked next, and for what: pure, without a clock. A run of a task opens a gap at every meter it concerns; the gap is chased, while the meter is there, until it
/// is closed or the next run takes its place. Not thread-safe.
/// </summary>
/// <param name="zone">In which days are cut.</param>
public sealed class CollectionPlanner(IReadOnlyList<CollectionTask> tasks, PlannerPolicy policy, TimeZoneInfo zone)
{
    private readonly Dictionary<MeterId, MeterWork> _meters = [];
    private readonly Dictionary<string, ChannelWork> _channels = [];
    private readonly PriorityQueue<(MeterWork Meter, int Ticket), DateTime> _waiting = new();
    private readonly (DateTime Run, DateTime Next)[] _runs = new (DateTime, DateTime)[tasks.Count];
    private readonly DateTime[] _told = new DateTime[tasks.Count];

    /// <summary>The tasks.</summary>
    public IReadOnlyList<CollectionTask> Tasks => tasks;

    /// <summary>Every meter that is planned for.</summary>
    public IEnumerable<MeterId> Meters => _meters.Keys;

    /// <summary>In which days are cut.</summary>
    public TimeZoneInfo Zone => zone;

    /// <summary>The one sentence that is said of a meter that is missed; null where nothing is missing, or nobody plans for it.</summary>
    public string? MissOf(MeterId meter)
    {
        if (!_meters.TryGetValue(meter, out var work) || work.Open.FirstOrDefault() is not { } task)
        {
            return null;
        }

        return work.Elsewhere is { } box ? MissText.Of(MissReason.AtNeighbour, box)
            : work.Unreached != MissReason.None ? MissText.Of(work.Unreached, work.Detail, work.Presence.WasSeen ? work.Presence.Since : null) : MissText.Of(task.Why, task.Sentence);
    }

    internal IReadOnlyDictionary<MeterId, MeterWork> Works => _meters;

    /// <summary>A meter that is commissioned, whether it was ever seen or not.</summary>
    public void Expect(MeterId meter, DateTime utc) => Find(meter, utc);

    /// <summary>A meter that is commissioned no more.</summary>
    public void Forget(MeterId meter)
    {
        if (_meters.Remove(meter, out var work))
        {
            Unqueue(work);
            work.Ticket++;
        }
    }

    /// <summary>A meter can be asked now; where it could before, it came anew, and what it failed before does not count.</summary>
    /// <param name="slots">Meters that are asked over the channel at the same time.</param>
    public void Reach(MeterId meter, string channel, int slots, DateTime utc)
    {
        if (!_channels.TryGetValue(channel, out var over))
        {
            _channels[channel] = over = new ChannelWork(channel);
        }

        over.Slots = slots;
        var work = Find(meter, utc);
        Unqueue(work);
        (work.Channel, work.Unreached, work.Failures, work.NotBefore) = (over, MissReason.None, 0, utc);
        work.Presence.Note(true, utc);
        Place(work, utc);
    }

    /// <summary>A meter cannot be asked any more, or it is known better why it cannot.</summary>
    /// <param name="detail">Who or what has to do with it (a switch, another box).</param>
    public void Lose(MeterId meter, MissReason why, DateTime utc, string detail = "")
    {
        var work = Find(meter, utc);
        Unqueue(work);
        (work.Channel, work.Unreached, work.Detail) = (null, why, detail);
        work.Presence.Note(false, utc);
        Place(work, utc);
    }

    /// <summary>Why a meter cannot be asked; nothing where it can: news of a network are slower than those of who is reached, and may be of a moment before.</summary>
    /// <param name="detail">Who or what has to do with it (a switch, another box).</param>
    public void Explain(MeterId meter, MissReason why, DateTime utc, string detail = "")
    {
        if (Find(meter, utc) is { Channel: null } work)
        {
            (work.Unreached, work.Detail) = (why, detail);
        }
    }

    /// <summary>Another box reads the meter, or this one again: it is not asked while it belongs elsewhere, wherever it is heard.</summary>
    /// <param name="box">The other box; null for this one.</param>
    public void Give(MeterId meter, string? box, DateTime utc)
    {
        if (box is null && !_meters.ContainsKey(meter))
        {
            return;
        }

        var work = Find(meter, utc);
        if (work.Elsewhere != box)
        {
            Unqueue(work);
            work.Elsewhere = box;
            Place(work, utc);
        }
    }

    /// <summary>What hopeless meters waited for is there (new keys): they are asked at once.</summary>
    public void Hope(DateTime utc)
    {
        foreach (var work in _meters.Values.Where(work => work.State == WorkState.Waiting && work.Tasks.Any(task => task.IsOpen && task.Why is MissReason.KeyMissing or MissReason.WrongKey)))
        {
            (work.Failures, work.NotBefore) = (0, utc);
            Place(work, utc);
        }
    }

    /// <summary>The next visit to begin now, over whichever channel has room; null for none.</summary>
    public PlannedVisit? Next(DateTime utc)
    {
        Open(utc);
        while (_waiting.TryPeek(out var first, out var when) && when <= utc)
        {
            _waiting.Dequeue();
            if (first.Ticket == first.Meter.Ticket && first.Meter.State == WorkState.Waiting)
            {
                Place(first.Meter, utc);
            }
        }

        foreach (var channel in _channels.Values)
        {
            if (channel.Running < channel.Slots && channel.Ready.Min is { } meter)
            {
                channel.Ready.Remove(meter);
                channel.Running++;
                return Begin(meter, utc, isFenced: false);
            }

            if (channel is { FencedRunning: 0, Ready.Count: 0, Fenced.Min: { } fenced })
            {
                channel.Fenced.Remove(fenced);
                channel.FencedRunning++;
                return Begin(fenced, utc, isFenced: true);
            }
        }

        return null;
    }

    /// <summary>Tasks whose run is due by now: each run is given once. What is missing of it then is told, and chased all the same.</summary>
    public IReadOnlyList<PlannedRead> TakeDue(DateTime utc)
    {
        var due = new List<PlannedRead>();
        for (var i = 0; i < _runs.Length; i++)
        {
            if (_runs[i].Run != default && _told[i] < _runs[i].Run && DueOf(tasks[i], _runs[i].Run) is var at && at <= utc)
            {
                _told[i] = _runs[i].Run;
                due.Add(new PlannedRead(tasks[i], _runs[i].Run) { Due = at });
            }
        }

        return due;
    }

    /// <summary>Why a meter misses a task; <see cref="MissReason.None"/> where it does not.</summary>
    public MissReason WhyOf(MeterId meter, CollectionTask task) =>
        !_meters.TryGetValue(meter, out var work) || work.Tasks.FirstOrDefault(one => one.Task == task) is not { IsOpen: true } open ? MissReason.None
        : work.Elsewhere is not null ? MissReason.AtNeighbour : work.Unreached != MissReason.None ? work.Unreached : open.Why;

    /// <summary>When there may be something to do again, UTC, if nothing else happens before.</summary>
    public DateTime WakeAt
    {
        get
        {
            var wake = _waiting.TryPeek(out _, out var when) ? when : DateTime.MaxValue;
            for (var i = 0; i < _runs.Length; i++)
            {
                var next = _told[i] < _runs[i].Run && DueOf(tasks[i], _runs[i].Run) is var due && due < _runs[i].Next ? due : _runs[i].Next;
                wake = next < wake ? next : wake;
            }

            return wake;
        }
    }

    /// <summary>A visit ended.</summary>
    /// <param name="outcomes">One for each of its reads, in their order; the last may be missing where they were not tried.</param>
    public void Ended(PlannedVisit visit, IReadOnlyList<ReadOutcome> outcomes, DateTime utc)
    {
        var channel = _channels[visit.Channel];
        (channel.Running, channel.FencedRunning) = visit.IsFenced ? (channel.Running, channel.FencedRunning - 1) : (channel.Running - 1, channel.FencedRunning);
        if (!_meters.TryGetValue(visit.Meter, out var work) || work.State != WorkState.Running)
        {
            return; // it was retired meanwhile
        }

        for (var i = 0; i < outcomes.Count; i++)
        {
            Settle(work.Tasks.First(task => task.Task == visit.Reads[i].Task), visit.Reads[i].Run, outcomes[i]);
        }

        var failed = outcomes.Count < visit.Reads.Count || outcomes.Any(outcome => !outcome.IsComplete);
        var progress = outcomes.Any(outcome => outcome.IsComplete || outcome.HasProgress);
        work.Failures = failed ? progress ? 1 : work.Failures + 1 : 0;
        work.Wasted = progress ? TimeSpan.Zero : work.Wasted + (utc - visit.Began);
        work.LastAsked = utc;
        work.NotBefore = failed ? utc + RetryAfter(work, channel) : utc;
        work.State = WorkState.Idle;
        Place(work, utc);
    }

    private void Settle(TaskWork task, DateTime run, in ReadOutcome outcome)
    {
        (task.Why, task.Sentence) = (outcome.IsComplete ? MissReason.None : outcome.Why, outcome.Sentence);
        task.IsOpen = task.Run > run || (!outcome.IsComplete && policy.ChasesGaps);
    }

    /// <summary>How long a meter that failed is left alone.</summary>
    private TimeSpan RetryAfter(MeterWork work, ChannelWork channel)
    {
        var isHopeless = work.Open.All(task => task.Why is MissReason.KeyMissing or MissReason.WrongKey or MissReason.Exchanged or MissReason.ClockBeyondWindow or MissReason.ProfileEmpty);
        if (isHopeless)
        {
            return policy.HopelessRetry;
        }

        var doubled = policy.FirstRetry * Math.Pow(2, Math.Min(work.Failures - 1, 20));
        var longest = IsFenced(work) ? policy.LongestFence : channel.Ready.Count == 0 && work.Failures < 6 ? policy.IdleRetry : policy.LongestRetry;
        return doubled < longest ? doubled : longest;
    }

    private bool IsFenced(MeterWork work) => work.Wasted > policy.FenceAfter;

    private static PlannedVisit Begin(MeterWork work, DateTime utc, bool isFenced)
    {
        work.State = WorkState.Running;
        return new PlannedVisit(work.Meter, work.Channel!.Name, [.. work.Open.Select(task => new PlannedRead(task.Task, task.Run))], utc, isFenced) { IsShared = work.Channel.Slots > 1 };
    }

    private MeterWork Find(MeterId meter, DateTime utc)
    {
        if (_meters.TryGetValue(meter, out var work))
        {
            return work;
        }

        Open(utc);
        _meters[meter] = work = new MeterWork(meter, [.. tasks.Where(task => task.Concerns(meter)).Select(task => new TaskWork(task))]);
        foreach (var task in work.Tasks)
        {
            Open(task, _runs[IndexOf(task.Task)].Run);
        }

        work.State = work.HasOpen ? WorkState.Away : WorkState.Idle;
        return work;
    }

    /// <summary>Opens the gaps of the runs whose time has come.</summary>
    private void Open(DateTime utc)
    {
        for (var i = 0; i < _runs.Length; i++)
        {
            if (_runs[i].Run != default && utc < _runs[i].Next)
            {
                continue;
            }

            var local = TimeZoneInfo.ConvertTimeFromUtc(utc, zone);
            _runs[i] = (ToUtc(Schedule.LastRun(tasks[i], local)), ToUtc(Schedule.NextRun(tasks[i], local)));
            if (_runs[i].Next <= utc)
            {
                _runs[i].Next = utc + TimeSpan.FromMinutes(1); // an hour that comes twice: look again soon
            }

            foreach (var work in _meters.Values)
            {
                if (work.Tasks.FirstOrDefault(task => task.Task == tasks[i]) is { } task && task.Run < _runs[i].Run)
                {
                    Open(task, _runs[i].Run);
                    task.IsOpen &= policy.ChasesGaps || work.Channel is not null;
                    if (work.State is WorkState.Idle or WorkState.Ready)
                    {
                        Place(work, utc); // who waits in line may have become more urgent
                    }
                }
            }
        }
    }

    private void Open(TaskWork task, DateTime run)
    {
        (task.Run, task.IsOpen, task.Why, task.Sentence, task.Due) = (run, true, MissReason.NotYet, "", DueOf(task.Task, run));
    }

    /// <summary>Until when a run's values are wanted, UTC.</summary>
    private DateTime DueOf(CollectionTask task, DateTime run)
    {
        if (task.Due is not { } due)
        {
            return DateTime.MaxValue;
        }

        var local = TimeZoneInfo.ConvertTimeFromUtc(run, zone);
        var at = local.Date + due;
        return ToUtc(at > local ? at : at.AddDays(1));
    }

    /// <summary>Puts a meter that is not being asked where it belongs.</summary>
    private void Place(MeterWork work, DateTime utc)
    {
        if (work.State == WorkState.Running)
        {
            return;
        }

        Unqueue(work);
        work.Ticket++;
        if (!work.HasOpen)
        {
            work.State = WorkState.Idle;
        }
        else if (work.Channel is null || work.Elsewhere is not null)
        {
            work.State = WorkState.Away;
        }
        else if (work.NotBefore > utc)
        {
            work.State = WorkState.Waiting;
            _waiting.Enqueue((work, work.Ticket), work.NotBefore);
        }
        else
        {
            var first = work.Open.First();
            var share = work.Presence.Share(utc);
            work.Rank = new WorkRank(first.Task.Class, share < 0.5 ? 0 : share < 0.9 ? 1 : 2, first.Due, work.LastAsked, work.Meter);
            work.State = WorkState.Ready;
            (IsFenced(work) ? work.Channel.Fenced : work.Channel.Ready).Add(work);
        }
    }

    private static void Unqueue(MeterWork work)
    {
        if (work is { State: WorkState.Ready, Channel: { } channel } && !channel.Ready.Remove(work))
        {
            channel.Fenced.Remove(work);
        }
    }

    private int IndexOf(CollectionTask task)
    {
        for (var i = 0; ; i++)
        {
            if (tasks[i] == task)
            {
                return i;
            }
        }
    }

    private DateTime ToUtc(DateTime local) =>
        TimeZoneInfo.ConvertTimeToUtc(DateTime.SpecifyKind(zone.IsInvalidTime(local) ? local.AddHours(1) : local, DateTimeKind.Unspecified), zone);
}
