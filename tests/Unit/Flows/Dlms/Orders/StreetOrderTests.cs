using Metering.Orders;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;

namespace Unit.Flows.Dlms.Orders;

/// <summary>Orders down a power line: through driver, modem and medium to the meter, whose own state is the proof.</summary>
public class StreetOrderTests
{
    private static readonly byte[] TheBreaker = new BreakerOrder().ToPayload();

    [Requirement("F4")]
    [Theory]
    [InlineData("prime")]
    [InlineData("g3")]
    public async Task A_breaker_is_opened_and_closed_over_the_power_line_and_no_other_ones(string network)
    {
        await using var bench = new StreetBench(network);
        await bench.JoinedAsync();
        var (meter, others) = (bench.Meters[1], bench.Meters.Where((_, at) => at != 1).ToArray());
        var step = await bench.OrderAsync(meter, OrderKind.Disconnect, TheBreaker);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.Equal(("connected", "disconnected", (byte)0, 1), (step.Before, step.After, StateOf(meter), meter.Part<Breaker>()!.Control.TimesTold));
        Assert.All(others, other => Assert.Equal(1, StateOf(other)));
        step = await bench.OrderAsync(meter, OrderKind.Reconnect, TheBreaker);
        Assert.Equal((OrderState.Done, "disconnected", "connected", (byte)1), (step.State, step.Before, step.After, StateOf(meter)));
    }

    [Theory]
    [InlineData("prime")]
    [InlineData("g3")]
    public async Task A_breaker_whose_answer_is_lost_on_the_line_is_never_told_twice(string network)
    {
        await using var bench = new StreetBench(network);
        await bench.JoinedAsync();
        var meter = bench.Meters[0];
        var control = meter.Part<Breaker>()!.Control;
        control.ToldTo += () => meter.IsMute = true;
        var step = await bench.OrderAsync(meter, OrderKind.Disconnect, TheBreaker);
        Assert.Equal((OrderState.Unknown, "connected", 1, (byte)0), (step.State, step.Before, control.TimesTold, control.State));
        meter.IsMute = false;
        step = await bench.OrderAsync(meter, OrderKind.Breaker, TheBreaker);
        Assert.Equal((OrderState.Done, "disconnected", 1), (step.State, step.After, control.TimesTold));
    }

    [Requirement("F3")]
    [Theory]
    [InlineData("prime")]
    [InlineData("g3")]
    public async Task A_limit_and_a_calendar_go_down_the_power_line(string network)
    {
        await using var bench = new StreetBench(network);
        await bench.JoinedAsync();
        var step = await bench.OrderAsync(bench.Meters[2], OrderKind.Limiter, new LimiterOrder(default, 3450, null, "W").ToPayload());
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.StartsWith("normal 3450 W", step.After, StringComparison.Ordinal);
        step = await bench.OrderAsync(bench.Meters[2], OrderKind.Calendar, CalendarTests.Summer.ToPayload());
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.StartsWith("\"SUMMER\" holds", step.After, StringComparison.Ordinal);
    }

    private static byte StateOf(DlmsMeter meter) => meter.Part<Breaker>()!.Control.State;
}
