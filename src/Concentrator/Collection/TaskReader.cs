using System.Globalization;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Orders;
using Metering.Orders.Planner;

namespace Concentrator.Collection;

/// <summary>Does one task's share of a visit: asks for what is not in the ledger yet, as orders like anybody else's.</summary>
internal sealed class TaskReader(IReadOnlyList<CollectionTask> tasks, IOrderDesk desk, IReadProgress progress, TimeProvider clock, ILogger log)
{
    /// <summary>How far back a profile is asked that was never read: on a port of its own, and on a medium that a thousand share.</summary>
    private static readonly TimeSpan FirstReach = TimeSpan.FromDays(31), FirstReachShared = TimeSpan.FromDays(2), MostAtOnce = TimeSpan.FromDays(10);

    /// <summary>Others set a meter's clock back too, and one without deviation has an hour twice: rows that were stored under a time that had passed are still found.</summary>
    private static readonly TimeSpan SetBack = TimeSpan.FromHours(1);

    /// <summary>A clock is set by an hour at most; a row more on each side.</summary>
    private static readonly TimeSpan AroundSetting = TimeSpan.FromHours(2.5);

    /// <summary>Ranges that are closer than this are asked as one: a question costs as much as some rows.</summary>
    private static readonly TimeSpan Near = TimeSpan.FromHours(1);

    private long _orders;

    /// <summary>Reads what is missing up to the run.</summary>
    /// <param name="isShared">The medium is slow and others wait for it: nothing is asked that is there.</param>
    internal async Task<ReadOutcome> ReadAsync(MeterId meter, PlannedRead read, bool isShared, CancellationToken stop)
    {
        var task = read.Task;
        if (task.Read == ClockOrder.What)
        {
            return await LookAfterClockAsync(meter, task, stop).ConfigureAwait(false);
        }

        if (!task.IsByTime)
        {
            return OutcomeOf(await OrderAsync(meter, task, null, null, stop).ConfigureAwait(false), false);
        }

        return progress.Missing(meter, task.Read, read.Run) is { } missing && isShared
            ? await ReadAsync(meter, task, missing, stop).ConfigureAwait(false)
            : await ReadOnAsync(meter, task, isShared ? read.Run : clock.GetUtcNow().UtcDateTime, isShared, stop).ConfigureAwait(false);
    }

    /// <summary>The ranges that are missing, the newest first.</summary>
    private async Task<ReadOutcome> ReadAsync(MeterId meter, CollectionTask task, IReadOnlyList<(DateTime First, DateTime Last)> missing, CancellationToken stop)
    {
        var some = false;
        foreach (var (first, last) in Joined(missing))
        {
            var final = await OrderAsync(meter, task, first.AddSeconds(-1), last.AddSeconds(1), stop).ConfigureAwait(false);
            if (final is { State: OrderState.Done, HoldsFrom: { } held, Why: MissReason.None or MissReason.ProfileEmpty } && first < held)
            {
                progress.Overwritten(meter, task.Read, first, last < held ? last : held.AddSeconds(-1));
                if (last < held)
                {
                    continue; // nobody can give them any more
                }
            }

            if (final?.State != OrderState.Done || final.Why != MissReason.None)
            {
                return OutcomeOf(final, some);
            }

            progress.HasNone(meter, task.Read, first, last);
            some = true;
        }

        return new ReadOutcome(true, MissReason.None, some ? "" : "everything is there") { HasProgress = some };
    }

    private static IEnumerable<(DateTime First, DateTime Last)> Joined(IReadOnlyList<(DateTime First, DateTime Last)> ranges)
    {
        for (var i = 0; i < ranges.Count; i++)
        {
            var (first, last) = ranges[i];
            while (i + 1 < ranges.Count && first - ranges[i + 1].Last <= Near)
            {
                first = ranges[++i].First;
            }

            yield return (first, last);
        }
    }

    /// <summary>From the last row that is stored on, or from the oldest that is wanted, some days at a time.</summary>
    private async Task<ReadOutcome> ReadOnAsync(MeterId meter, CollectionTask task, DateTime until, bool isShared, CancellationToken stop)
    {
        var last = progress.Last(meter, task.Read);
        var from = last?.AddSeconds(1) - (isShared ? TimeSpan.Zero : SetBack) ?? until - (isShared ? FirstReachShared : FirstReach);
        if (from >= until)
        {
            return isShared ? new ReadOutcome(true, MissReason.None, "everything is there")
                : OutcomeOf(await OrderAsync(meter, task, from, null, stop).ConfigureAwait(false), false); // the meter's clock is ahead of ours
        }

        OrderStep? final = null;
        var some = false;
        for (var to = from; to < until;)
        {
            (from, to) = (to, to + MostAtOnce < until ? to + MostAtOnce : until);
            final = await OrderAsync(meter, task, from, to, stop).ConfigureAwait(false);
            if (final?.State != OrderState.Done || final.Why == MissReason.ClockBeyondWindow)
            {
                return OutcomeOf(final, some);
            }

            some |= final.Why == MissReason.None;
        }

        return some || last is not null ? new ReadOutcome(true, MissReason.None, final?.Sentence ?? "") { HasProgress = some } : OutcomeOf(final, false);
    }

    /// <summary>Has the clock looked at; where it was set, the rows around it are read again, for the meter may have changed them.</summary>
    private async Task<ReadOutcome> LookAfterClockAsync(MeterId meter, CollectionTask task, CancellationToken stop)
    {
        var final = await OrderAsync(meter, task, OrderKind.Clock, new ClockOrder(task.Read).ToPayload(), stop).ConfigureAwait(false);
        if (final?.Told is DriverEvent.EventsTaken { Events: [{ Number: (int)ClockEvent.Set }] })
        {
            var now = clock.GetUtcNow().UtcDateTime;
            foreach (var profile in tasks.Where(one => one.Read.EndsWith("-profile", StringComparison.Ordinal)))
            {
                await OrderAsync(meter, profile, now - AroundSetting, now, stop).ConfigureAwait(false);
            }
        }

        return final?.State is OrderState.Done or OrderState.Partial
            ? new ReadOutcome(true, MissReason.None, final.Sentence) { HasProgress = true } : OutcomeOf(final, false);
    }

    private Task<OrderStep?> OrderAsync(MeterId meter, CollectionTask task, DateTime? from, DateTime? to, CancellationToken stop) =>
        OrderAsync(meter, task, OrderKind.Read, new ReadOrder(task.Read, from, to, task.Read).ToPayload(), stop);

    private async Task<OrderStep?> OrderAsync(MeterId meter, CollectionTask task, OrderKind kind, byte[] payload, CancellationToken stop)
    {
        var number = Interlocked.Increment(ref _orders);
        var id = string.Create(CultureInfo.InvariantCulture, $"own-{task.Read}-{clock.GetUtcNow().UtcTicks:x}-{number}");
        OrderStep? final = null;
        await foreach (var step in desk.ExecuteAsync(new MeterOrder(id, kind, meter, payload) { Class = task.Class, Use = task.Use }, stop).ConfigureAwait(false))
        {
            final = step;
        }

        if (final?.State is OrderState.Done or OrderState.Partial)
        {
            log.Collected(meter.Text, task.Read, final.Sentence);
        }
        else
        {
            log.NotCollected(meter.Text, task.Read, final?.Sentence ?? "no answer");
        }

        return final;
    }

    private static ReadOutcome OutcomeOf(OrderStep? final, bool some) => final is null
        ? new ReadOutcome(false, MissReason.NoAnswer, "no answer") { HasProgress = some }
        : new ReadOutcome(final.State == OrderState.Done && final.Why == MissReason.None, final.State == OrderState.Done || final.Why != MissReason.None ? final.Why : MissReason.NoAnswer, final.Sentence)
        {
            HasProgress = some || final.State is OrderState.Partial,
        };
}
