using Simulation.VirtualTime;

namespace Unit.Flows.Simulator;

/// <summary>Time that jumps from timer to timer.</summary>
public class VirtualClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Timers_fire_in_the_order_of_their_times_and_those_of_one_time_in_the_order_they_were_set()
    {
        var (clock, fired) = (new VirtualClock(Start), new List<string>());
        using var late = Once(clock, fired, "late", 10);
        using var first = Once(clock, fired, "first", 5);
        using var second = Once(clock, fired, "second", 5);
        using var never = Once(clock, fired, "never", 7);
        never.Dispose();
        while (clock.Step(Start.AddSeconds(60)))
        {
            fired.Add($"{(clock.GetUtcNow() - Start).TotalSeconds}");
        }

        Assert.Equal(["first", "5", "second", "5", "late", "10"], fired);
        Assert.Equal(Start.AddSeconds(60), clock.GetUtcNow());
    }

    [Fact]
    public void A_period_goes_on_and_a_changed_timer_forgets_what_it_was()
    {
        var (clock, fired) = (new VirtualClock(Start), 0);
        using var timer = clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        for (var i = 0; i < 3; i++)
        {
            clock.Step(Start.AddSeconds(60));
        }

        Assert.Equal((3, 5), (fired, (clock.GetUtcNow() - Start).TotalSeconds));
        timer.Change(TimeSpan.FromSeconds(30), Timeout.InfiniteTimeSpan);
        clock.Step(Start.AddSeconds(60));
        Assert.Equal((4, 35), (fired, (clock.GetUtcNow() - Start).TotalSeconds));
        Assert.False(clock.Step(Start.AddSeconds(60)));
    }

    private static ITimer Once(VirtualClock clock, List<string> fired, string what, int seconds) =>
        clock.CreateTimer(_ => fired.Add(what), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
}
