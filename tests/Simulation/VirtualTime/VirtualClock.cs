namespace Simulation.VirtualTime;

/// <summary>
/// Time that passes as fast as the work allows: it stands still while anything is to be done, then jumps to the next timer. Timers that are due together fire in the order they were set,
/// one at a time, so that one seed gives one run.
/// </summary>
/// <param name="start">UTC.</param>
/// <param name="zone">Local time; null for UTC.</param>
public sealed class VirtualClock(DateTimeOffset start, TimeZoneInfo? zone = null) : TimeProvider
{
    private readonly PriorityQueue<(VirtualTimer Timer, int Ticket), (long At, long Order)> _timers = new();
    private readonly Lock _lock = new();
    private long _now, _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone { get; } = zone ?? TimeZoneInfo.Utc;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => start.AddTicks(Volatile.Read(ref _now));

    /// <summary>Timers that fired.</summary>
    public long Fired { get; private set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Jumps to the next timer and fires it.</summary>
    /// <param name="until">Not beyond: where nothing is due before, time goes on to there and false is given.</param>
    public bool Step(DateTimeOffset until)
    {
        VirtualTimer timer;
        lock (_lock)
        {
            while (true)
            {
                if (!_timers.TryPeek(out var next, out var when) || when.At > (until - start).Ticks)
                {
                    _now = Math.Max(_now, (until - start).Ticks);
                    return false;
                }

                _timers.Dequeue();
                if (next.Ticket == next.Timer.Ticket)
                {
                    _now = Math.Max(_now, when.At);
                    timer = next.Timer;
                    break;
                }
            }

            Fired++;
            timer.Ticket++;
            if (timer.Period > TimeSpan.Zero)
            {
                Enqueue(timer, timer.Period);
            }
        }

        timer.Fire();
        return true;
    }

    private void Enqueue(VirtualTimer timer, TimeSpan after) => _timers.Enqueue((timer, timer.Ticket), (_now + Math.Max(0, after.Ticks), _order++));

    private sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
    {
        internal int Ticket { get; set; }

        internal TimeSpan Period { get; private set; }

        internal void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                Ticket++;
                Period = period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    clock.Enqueue(this, dueTime);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                Ticket++;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
