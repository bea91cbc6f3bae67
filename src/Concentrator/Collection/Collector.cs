using System.Globalization;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Orders;

namespace Concentrator.Collection;

/// <summary>
/// Runs the collection tasks: at their times for every meter that can be read, and at once for a meter that joins with something missing. It asks for what is not in the ledger yet, a
/// few days at a time, and issues orders as anybody else does.
/// </summary>
/// <param name="last">How far a task's profile of a meter is in the ledger.</param>
/// <param name="learn">Finds that out at the start.</param>
internal sealed class Collector(
    IReadOnlyList<CollectionTask> tasks, IOrderDesk desk, Func<MeterId, string, DateTime?> last, Action learn, TimeProvider clock, ILogger log)
{
    /// <summary>How far back a profile is asked that was never read.</summary>
    private static readonly TimeSpan FirstReach = TimeSpan.FromDays(31), MostAtOnce = TimeSpan.FromDays(10);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1), AgainAfter = TimeSpan.FromMinutes(2);

    /// <summary>Others set a meter's clock back too, and one without deviation has an hour twice: rows that were stored under a time that had passed are still found.</summary>
    private static readonly TimeSpan SetBack = TimeSpan.FromHours(1);

    /// <summary>A clock is set by an hour at most; a row more on each side.</summary>
    private static readonly TimeSpan AroundSetting = TimeSpan.FromHours(2.5);
    private readonly Dictionary<(MeterId Meter, CollectionTask Task), MeterTask> _states = [];
    private long _orders;

    internal async Task RunAsync(CancellationToken stop)
    {
        await Task.Run(learn, stop).ConfigureAwait(false);
        using var timer = new PeriodicTimer(LookEvery, clock);
        var running = new List<Task>();
        do
        {
            foreach (var meter in desk.Reachable(OrderKind.Read))
            {
                if (Due(meter) is { Count: > 0 } due)
                {
                    running.Add(ReadAsync(meter, due, stop));
                }
            }

            running.RemoveAll(task => task.IsCompletedSuccessfully);
        }
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
        await Task.WhenAll(running).ConfigureAwait(false);
    }

    /// <summary>What is to be read of a meter now; marks it as being read.</summary>
    private List<MeterTask> Due(MeterId meter)
    {
        var (local, now) = (clock.GetLocalNow().DateTime, clock.GetUtcNow());
        var due = new List<MeterTask>();
        foreach (var task in tasks)
        {
            var state = _states.TryGetValue((meter, task), out var known) ? known : _states[(meter, task)] = new MeterTask(task);
            if (!state.IsRunning && now >= state.NotBefore && (state.LastRun is null || state.LastRun < Schedule.LastRun(task, local)))
            {
                state.IsRunning = true;
                due.Add(state);
            }
        }

        return due;
    }

    private async Task ReadAsync(MeterId meter, List<MeterTask> due, CancellationToken stop)
    {
        foreach (var state in due)
        {
            var began = clock.GetLocalNow().DateTime;
            try
            {
                state.LastRun = await ReadAsync(meter, state.Task, stop).ConfigureAwait(false) ? began : state.LastRun;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            finally
            {
                state.NotBefore = state.LastRun == began ? DateTimeOffset.MinValue : clock.GetUtcNow() + AgainAfter;
                state.IsRunning = false; // the last thing: from here on the next look may take it up
            }
        }
    }

    /// <summary>Reads what is missing; true where it is there now.</summary>
    private async Task<bool> ReadAsync(MeterId meter, CollectionTask task, CancellationToken stop)
    {
        if (task.Read == ClockOrder.What)
        {
            return await LookAfterClockAsync(meter, task, stop).ConfigureAwait(false);
        }

        var now = clock.GetUtcNow().UtcDateTime;
        var isProfile = task.Read.EndsWith("-profile", StringComparison.Ordinal);
        var isLog = task.Read.EndsWith("-log", StringComparison.Ordinal);
        if (!isProfile && !isLog)
        {
            return await OrderAsync(meter, task, null, null, stop).ConfigureAwait(false);
        }

        var from = last(meter, task.Read)?.AddSeconds(1) - SetBack ?? now - FirstReach;
        if (from >= now)
        {
            return await OrderAsync(meter, task, from, null, stop).ConfigureAwait(false); // the meter's clock is ahead of ours
        }

        for (var to = from; to < now;)
        {
            (from, to) = (to, to + MostAtOnce < now ? to + MostAtOnce : now);
            if (!await OrderAsync(meter, task, from, to, stop).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> OrderAsync(MeterId meter, CollectionTask task, DateTime? from, DateTime? to, CancellationToken stop) =>
        (await OrderAsync(meter, task, OrderKind.Read, new ReadOrder(task.Read, from, to, task.Read).ToPayload(), stop).ConfigureAwait(false))?.State == OrderState.Done;

    /// <summary>Has the clock looked at; where it was set, the rows around it are read again, for the meter may have changed them.</summary>
    private async Task<bool> LookAfterClockAsync(MeterId meter, CollectionTask task, CancellationToken stop)
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

        return final?.State is OrderState.Done or OrderState.Partial;
    }

    private async Task<OrderStep?> OrderAsync(MeterId meter, CollectionTask task, OrderKind kind, byte[] payload, CancellationToken stop)
    {
        var number = Interlocked.Increment(ref _orders);
        var id = string.Create(CultureInfo.InvariantCulture, $"own-{task.Read}-{clock.GetUtcNow().UtcTicks:x}-{number}");
        OrderStep? final = null;
        await foreach (var step in desk.ExecuteAsync(new MeterOrder(id, kind, meter, payload), stop).ConfigureAwait(false))
        {
            final = step;
        }

        if (final?.State is OrderState.Done or OrderState.Partial)
        {
            log.Collected(meter.Text, task.Read, final.Sentence);
        }
        else
        {
            log.NotCollected(meter.Text, task.Read, final?.Sentence ?? "no answer", AgainAfter.TotalMinutes);
        }

        return final;
    }

    /// <summary>How one task stands with one meter.</summary>
    private sealed class MeterTask(CollectionTask task)
    {
        private bool _isRunning;

        internal CollectionTask Task => task;

        internal DateTime? LastRun { get; set; }

        internal DateTimeOffset NotBefore { get; set; }

        internal bool IsRunning
        {
            get => Volatile.Read(ref _isRunning);
            set => Volatile.Write(ref _isRunning, value);
        }
    }
}
