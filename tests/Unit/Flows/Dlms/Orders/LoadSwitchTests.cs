using Metering.Orders;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;

namespace Unit.Flows.Dlms.Orders;

/// <summary>Loads in the building switched from afar, in each of the ways a meter has; the relay behind is the proof.</summary>
public class LoadSwitchTests
{
    private static readonly DlmsMeterPlan Plan = new(3, 7) { HasCustomerSide = true, BreakerTakes = TimeSpan.FromSeconds(2) };
    private const string Ways = "\nload-switch boiler script 0-0:10.0.103*255 1 2 0-2:96.3.10*255\nload-switch pump arbitrator 0-0:96.3.20*255 3 0 1 0-3:96.3.10*255\nload-switch ghost script 0-0:10.0.104*255 1 2 0-2:96.3.10*255\n";

    [Requirement("F5")]
    [Theory]
    [InlineData("1", 0, true)]
    [InlineData("1", 0, false)]
    [InlineData("boiler", 1, true)]
    [InlineData("boiler", 1, false)]
    [InlineData("pump", 2, true)]
    [InlineData("pump", 2, false)]
    public async Task A_load_is_switched_off_and_on_again_and_no_other_one(string name, int number, bool overHdlc)
    {
        await using var bench = Bench(overHdlc);
        Assert.True(await bench.ListeningAsync());
        var off = await OrderAsync(bench, name, false);
        Assert.True(off.State == OrderState.Done, off.Sentence);
        Assert.Equal(("connected", "disconnected"), (off.Before, off.After));
        Assert.Equal([number], Side(bench).Switches.Select((one, at) => one.State == 0 ? at : -1).Where(at => at >= 0));
        Assert.Equal(1, bench.Meter.Part<Breaker>()!.Control.State);
        var on = await OrderAsync(bench, name, true);
        Assert.Equal((OrderState.Done, "connected"), (on.State, on.After));
        Assert.Contains("nothing was sent", (await OrderAsync(bench, name, true)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_arbitrator_that_prefers_another_request_leaves_a_failed_order()
    {
        await using var bench = Bench();
        Side(bench).Arbitrator.Request(0, 1); // the protection wants it off
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, "pump", true);
        Assert.Equal((OrderState.Failed, "disconnected", "disconnected"), (step.State, step.Before, step.After));
    }

    [Fact]
    public async Task A_script_table_that_is_not_there_is_told_with_the_state_of_the_switch()
    {
        await using var bench = Bench();
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, "ghost", false);
        Assert.Equal((OrderState.Failed, "connected"), (step.State, step.After));
        Assert.Contains("the meter refuses Script table 0-0:10.0.104*255 method 1", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_switch_nobody_knows_is_told_with_those_that_are()
    {
        await using var bench = Bench();
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, "sauna", true);
        Assert.Equal((OrderState.Failed, "a meter of profile idis has no load switch \"sauna\": it has 1, 2, boiler, pump, ghost"), (step.State, step.Sentence));
    }

    [Fact]
    public async Task A_lost_answer_is_unknown_and_the_same_order_again_settles_it_without_a_second_script()
    {
        await using var bench = Bench();
        Assert.True(await bench.ListeningAsync());
        var boiler = Side(bench).Switches[1];
        boiler.ToldTo += bench.FallSilent;
        Assert.Equal(OrderState.Unknown, (await OrderAsync(bench, "boiler", false)).State);
        bench.Wire!.IsSilent = false;
        var step = await OrderAsync(bench, "boiler", false);
        Assert.Equal((OrderState.Done, "disconnected", 1), (step.State, step.After, boiler.TimesTold));
    }

    private static DriverBench Bench(bool overHdlc = false) => new(Plan, overHdlc ? new MeterHdlcPlan() : null, kind: text => text + Ways);

    private static CustomerSide Side(DriverBench bench) => bench.Meter.Part<CustomerSide>()!;

    private static Task<OrderStep> OrderAsync(DriverBench bench, string name, bool on) => bench.OrderAsync(OrderKind.LoadSwitch, new LoadSwitchOrder(name, on).ToPayload());
}
