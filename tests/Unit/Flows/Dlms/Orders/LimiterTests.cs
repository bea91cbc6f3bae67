using Metering;
using Metering.Orders;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Simulation.Dlms.Objects;

namespace Unit.Flows.Dlms.Orders;

/// <summary>A limiter set from afar: what it does with the load afterwards is the proof.</summary>
public class LimiterTests
{
    private static readonly DlmsMeterPlan Plan = new(3, 7);
    private static readonly DateTimeOffset Emergency = new(2026, 12, 1, 18, 0, 0, TimeSpan.FromHours(1));

    [Requirement("F4")]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_limiter_is_set_and_read_back_and_opens_the_breaker_of_who_takes_too_much(bool overHdlc)
    {
        await using var bench = new DriverBench(Plan, overHdlc ? new MeterHdlcPlan() : null);
        Assert.True(await bench.ListeningAsync());
        var load = bench.Meter.Values.At(new Obis(1, 0, 1, 7, 0, 255), bench.Meter.Clock.Now);
        var step = await OrderAsync(bench, new LimiterOrder(default, load - 50, load - 100, "W", TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(30), new EmergencyProfile(7, Emergency, TimeSpan.FromHours(2)), [7, 9]));
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.Equal("normal 1000000 W over 60 s under 60 s, emergency 1000000 W, emergency profile 0, no groups", step.Before);
        Assert.Equal($"normal {load - 50} W over 90 s under 30 s, emergency {load - 100} W, emergency profile 7 from 2026-12-01T18:00:00+01:00 for 7200 s, groups 7 9", step.After);
        bench.Clock.Advance(TimeSpan.FromMinutes(5));
        bench.Meter.Advance();
        Assert.Equal(2, bench.Meter.Part<Breaker>()!.Control.State);
    }

    [Fact]
    public async Task What_it_holds_already_is_not_written_again()
    {
        await using var bench = new DriverBench(Plan);
        var written = Written(bench);
        Assert.True(await bench.ListeningAsync());
        var order = new LimiterOrder(default, 4600, null, "W", TimeSpan.FromSeconds(60));
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, order)).State);
        Assert.Equal([4], written);
        var again = await OrderAsync(bench, order);
        Assert.Equal(OrderState.Done, again.State);
        Assert.Contains("nothing was sent", again.Sentence, StringComparison.Ordinal);
        Assert.Equal([4], written);
    }

    [Theory]
    [InlineData("4600", "A", "it watches a value in W")]
    [InlineData("4600.5", "W", "finer than the meter holds it")]
    [InlineData("4294967296", "W", "does not fit into UInt32")]
    public async Task A_threshold_the_meter_cannot_hold_exactly_is_refused_before_anything_is_written(string value, string unit, string why)
    {
        await using var bench = new DriverBench(Plan);
        var written = Written(bench);
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, new LimiterOrder(default, decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture), null, unit, TimeSpan.FromSeconds(5)));
        Assert.Equal(OrderState.Refused, step.State);
        Assert.Contains(why, step.Sentence, StringComparison.Ordinal);
        Assert.Empty(written);
    }

    [Fact]
    public async Task A_threshold_is_scaled_as_the_watched_value_is()
    {
        await using var bench = new DriverBench(Plan);
        bench.Meter.Device.Add(new LimiterObject(new Obis(1, 0, 31, 7, 0, 255), 10_000)); // A, in hundredths
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, new LimiterOrder(default, 16.25m, null, "A"));
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.StartsWith("normal 100 A ", step.Before, StringComparison.Ordinal);
        Assert.StartsWith("normal 16.25 A ", step.After, StringComparison.Ordinal);
        Assert.Equal(1625, ((LimiterObject)bench.Meter.Device.Find(71, new Obis(0, 0, 17, 0, 0, 255))!).Threshold);
    }

    [Fact]
    public async Task A_meter_that_refuses_one_attribute_is_told_with_what_it_holds_now()
    {
        await using var bench = new DriverBench(Plan);
        var limiter = (LimiterObject)bench.Meter.Device.Find(71, new Obis(0, 0, 17, 0, 0, 255))!;
        limiter.Refuses = 4;
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, new LimiterOrder(default, 4600, null, "W", TimeSpan.FromSeconds(5)));
        Assert.Equal(OrderState.Partial, step.State);
        Assert.Contains("1 of 2 attributes are written; the meter refuses Limiter 0-0:17.0.0*255 attribute 4", step.Sentence, StringComparison.Ordinal);
        Assert.StartsWith("normal 1000000 W over 5 s", step.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_answer_leaves_it_unknown_and_the_same_order_again_settles_it()
    {
        await using var bench = new DriverBench(Plan);
        var written = Written(bench, bench.FallSilent);
        Assert.True(await bench.ListeningAsync());
        var order = new LimiterOrder(default, 4600, null, "W");
        var step = await OrderAsync(bench, order);
        Assert.Equal(OrderState.Unknown, step.State);
        Assert.StartsWith("normal 1000000 W", step.Before, StringComparison.Ordinal);
        bench.Wire!.IsSilent = false;
        step = await OrderAsync(bench, order);
        Assert.Equal(OrderState.Done, step.State);
        Assert.Equal([4], written);
    }

    [Fact]
    public async Task A_client_without_the_right_changes_nothing()
    {
        await using var bench = new DriverBench(Plan, change: options => options with { Association = options.Association with { Client = 2 } });
        var written = Written(bench);
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, new LimiterOrder(default, 4600, null, "W"));
        Assert.Equal((OrderState.Failed, step.Before), (step.State, step.After));
        Assert.Contains("denied", step.Sentence, StringComparison.Ordinal);
        Assert.Empty(written);
    }

    [Fact]
    public async Task An_order_that_sets_nothing_or_gives_no_unit_is_refused_without_a_word_to_the_meter()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        var taken = bench.Wire!.Taken;
        LimiterOrder[] orders = [new(default, null), new(default, 1), new(default, -1, null, "W"), new(default, 1, null, "Watt"), new(default, null, Profile: new EmergencyProfile(1, Emergency, TimeSpan.Zero))];
        foreach (var order in orders)
        {
            Assert.Equal(OrderState.Refused, (await OrderAsync(bench, order)).State);
        }

        Assert.Equal(taken, bench.Wire.Taken);
    }

    private static Task<OrderStep> OrderAsync(DriverBench bench, LimiterOrder order) => bench.OrderAsync(OrderKind.Limiter, order.ToPayload());

    private static List<int> Written(DriverBench bench, Action? then = null)
    {
        var written = new List<int>();
        ((LimiterObject)bench.Meter.Device.Find(71, new Obis(0, 0, 17, 0, 0, 255))!).Written += attribute =>
        {
            written.Add(attribute);
            then?.Invoke();
        };
        return written;
    }
}
