namespace Unit.Flows.Dlms;

/// <summary>The time as a driver has it. It knows whether the driver waits for time to pass: without a timer that runs it is at work.</summary>
/// <param name="others">Timers of these times run beside the work (a driver without orders, an order that never ends), and do not count.</param>
internal sealed class WatchedClock(TimeProvider time, params TimeSpan[] others) : TimeProvider
{
    private int _running;

    /// <summary>Timers that have not gone off yet, but for those beside the work.</summary>
    internal int Running => Volatile.Read(ref _running);

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Watched(this, callback, state, dueTime, period);

    private sealed class Watched : ITimer
    {
        private readonly WatchedClock _clock;
        private readonly ITimer _timer;
        private readonly bool _counts;
        private int _runs;

        internal Watched(WatchedClock clock, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_clock, _counts) = (clock, !clock.Others.Contains(dueTime));
            Runs(dueTime != Timeout.InfiniteTimeSpan);
            _timer = clock.WithTime.CreateTimer(
                told =>
                {
                    Runs(period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero);
                    callback(told);
                },
                state, dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Runs(dueTime != Timeout.InfiniteTimeSpan);
            return _timer.Change(dueTime, period);
        }

        public void Dispose()
        {
            Runs(false);
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Runs(false);
            return _timer.DisposeAsync();
        }

        private void Runs(bool runs)
        {
            var now = runs && _counts ? 1 : 0;
            Interlocked.Add(ref _clock._running, now - Interlocked.Exchange(ref _runs, now));
        }
    }

    private TimeProvider WithTime => time;

    private TimeSpan[] Others => others;
}
