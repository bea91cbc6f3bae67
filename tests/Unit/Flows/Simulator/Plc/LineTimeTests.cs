using Microsoft.Extensions.Time.Testing;
using Simulation.Plc.Medium;

namespace Unit.Flows.Simulator.Plc;

/// <summary>The one queue in which everything on a power line happens.</summary>
public class LineTimeTests
{
    [Fact]
    public void Events_run_in_the_order_of_their_time_and_have_it_where_the_timer_is_late()
    {
        var clock = new FakeTimeProvider();
        using var time = new LineTime(clock);
        var start = time.Now;
        var ran = new List<(int Which, double Seconds)>();
        void Note(int which) => ran.Add((which, (time.Now - start).TotalSeconds));
        time.After(TimeSpan.FromSeconds(3), () => Note(3));
        time.After(TimeSpan.FromSeconds(1), () =>
        {
            Note(1);
            time.After(TimeSpan.FromSeconds(1), () => Note(2));
            time.Post(() => Note(11));
        });
        time.After(TimeSpan.FromSeconds(3), () => Note(4));
        time.Post(() => Note(0));
        Assert.Equal([(0, 0.0)], ran);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([(0, 0), (1, 1), (11, 1), (2, 2), (3, 3), (4, 3)], ran);
        Assert.Equal(0, time.Waiting);
    }

    [Fact]
    public async Task What_several_threads_post_never_runs_at_the_same_time_and_none_of_it_is_lost()
    {
        using var time = new LineTime(new FakeTimeProvider());
        var (inside, most, ran) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                time.Post(() =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    ran++;
                    Interlocked.Decrement(ref inside);
                });
            }
        })));
        time.Post(() => { });
        Assert.Equal((1, 20_000), (most, ran));
    }

    [Fact]
    public void A_timer_of_whole_milliseconds_that_rings_too_early_does_not_ring_all_the_time()
    {
        var clock = new Coarse();
        using var time = new LineTime(clock);
        var ran = 0;
        for (var i = 1; i <= 50; i++)
        {
            time.After(TimeSpan.FromMilliseconds(i * 3.7), () => ran++);
        }

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(50, ran);
        Assert.InRange(clock.Rung, 1, 110);
    }

    /// <summary>Its timers leave out what is less than a millisecond, as those of the system do.</summary>
    private sealed class Coarse : TimeProvider
    {
        private readonly FakeTimeProvider _fine = new();

        internal int Rung { get; private set; }

        public override long TimestampFrequency => _fine.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => _fine.GetUtcNow();

        public override long GetTimestamp() => _fine.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer(_fine.CreateTimer(
            given =>
            {
                Assert.True(++Rung < 10_000, "it rings for ever");
                callback(given);
            },
            state, dueTime, period));

        internal void Advance(TimeSpan by)
        {
            for (var i = 0; i < by.TotalMilliseconds * 10; i++)
            {
                _fine.Advance(TimeSpan.FromMilliseconds(0.1));
            }
        }

        private sealed class Timer(ITimer fine) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => fine.Change(dueTime < TimeSpan.Zero ? dueTime : TimeSpan.FromMilliseconds(Math.Floor(dueTime.TotalMilliseconds)), period);

            public void Dispose() => fine.Dispose();

            public ValueTask DisposeAsync() => fine.DisposeAsync();
        }
    }
}
