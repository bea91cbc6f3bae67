using Metering;
using Metering.Driver;
using Metering.Orders;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Simulation.Dlms.Objects;

namespace Unit.Flows.Dlms.Orders;

/// <summary>A breaker told from afar: what the meter's own breaker does is the proof, and what is read back the result.</summary>
public class BreakerTests
{
    private static readonly DlmsMeterPlan Plan = new(3, 7) { BreakerTakes = TimeSpan.FromSeconds(5) };
    private static readonly byte[] TheBreaker = new BreakerOrder().ToPayload();

    [Requirement("F4")]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_breaker_is_opened_and_closed_and_read_back_once_it_has_moved(bool overHdlc)
    {
        await using var bench = new DriverBench(Plan, overHdlc ? new MeterHdlcPlan() : null);
        Assert.True(await bench.ListeningAsync());
        var off = await bench.OrderAsync(OrderKind.Disconnect, TheBreaker);
        Assert.Equal((OrderState.Done, "connected", "disconnected"), (off.State, off.Before, off.After));
        Assert.Equal((0, 1), (BreakerOf(bench).State, BreakerOf(bench).TimesTold));
        var on = await bench.OrderAsync(OrderKind.Reconnect, TheBreaker);
        Assert.Equal((OrderState.Done, "disconnected", "connected"), (on.State, on.Before, on.After));
        Assert.Equal((1, 2), (BreakerOf(bench).State, BreakerOf(bench).TimesTold));
    }

    [Fact]
    public async Task A_breaker_that_stands_as_wanted_is_told_nothing()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        var step = await bench.OrderAsync(OrderKind.Reconnect, TheBreaker);
        Assert.Equal((OrderState.Done, "connected", "connected", 0), (step.State, step.Before, step.After, BreakerOf(bench).TimesTold));
        Assert.Contains("nothing was sent", step.Sentence, StringComparison.Ordinal);
    }

    [Requirement("F4")]
    [Theory]
    [InlineData(0, OrderState.Refused, "connected", OrderState.Done, "connected")]
    [InlineData(1, OrderState.Done, "disconnected", OrderState.Done, "armed, relay open")]
    [InlineData(2, OrderState.Done, "disconnected", OrderState.Done, "connected")]
    [InlineData(3, OrderState.Done, "disconnected", OrderState.Done, "armed, relay open")]
    [InlineData(4, OrderState.Done, "disconnected", OrderState.Done, "connected")]
    [InlineData(5, OrderState.Done, "disconnected", OrderState.Done, "armed, relay open")]
    [InlineData(6, OrderState.Done, "disconnected", OrderState.Done, "armed, relay open")]
    [InlineData(7, OrderState.Done, "disconnected", OrderState.Done, "connected")]
    public async Task A_control_mode_says_what_can_be_ordered_and_what_is_enough(byte mode, OrderState off, string afterOff, OrderState on, string afterOn)
    {
        await using var bench = new DriverBench(Plan with { BreakerMode = mode });
        Assert.True(await bench.ListeningAsync());
        var step = await bench.OrderAsync(OrderKind.Disconnect, TheBreaker);
        Assert.Equal((off, afterOff), (step.State, step.After));
        step = await bench.OrderAsync(OrderKind.Reconnect, TheBreaker);
        Assert.Equal((on, afterOn), (step.State, step.After));
        Assert.Equal(mode == 0 ? 0 : 2, BreakerOf(bench).TimesTold);
    }

    [Fact]
    public async Task An_armed_breaker_that_should_have_closed_by_itself_is_a_failure()
    {
        await using var bench = new DriverBench(Plan);
        BreakerOf(bench).ByLimiter(connect: false);
        BreakerOf(bench).IsStuck = true;
        Assert.True(await bench.ListeningAsync());
        bench.Clock.Advance(TimeSpan.FromSeconds(10)); // the relay arrives
        var step = await bench.OrderAsync(OrderKind.Reconnect, TheBreaker);
        Assert.Equal((OrderState.Failed, "armed, relay open"), (step.State, step.After));
        Assert.Contains("control mode 4", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_breaker_that_says_yes_and_does_not_move_has_failed()
    {
        await using var bench = new DriverBench(Plan);
        BreakerOf(bench).IsStuck = true;
        Assert.True(await bench.ListeningAsync());
        var began = bench.Clock.GetUtcNow();
        var step = await bench.OrderAsync(OrderKind.Disconnect, TheBreaker);
        Assert.Equal((OrderState.Failed, "connected", "connected", MissReason.Refused), (step.State, step.Before, step.After, step.Why));
        Assert.InRange(bench.Clock.GetUtcNow() - began, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30)); // it had its time
    }

    [Fact]
    public async Task A_lost_answer_leaves_it_unknown_and_reading_it_settles_that_without_telling_it_again()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        BreakerOf(bench).ToldTo += () => bench.Wire!.IsSilent = true;
        var step = await bench.OrderAsync(OrderKind.Disconnect, TheBreaker);
        Assert.Equal((OrderState.Unknown, "connected", (string?)null), (step.State, step.Before, step.After));
        Assert.Contains("must be read back", step.Sentence, StringComparison.Ordinal);
        Assert.Equal(1, BreakerOf(bench).TimesTold);
        await SettledAsync(bench, "disconnected");
    }

    [Fact]
    public async Task A_question_that_never_arrived_leaves_it_unknown_too()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        Assert.Equal("connected", (await bench.OrderAsync(OrderKind.Breaker, TheBreaker)).After); // associated: an ACTION belongs to that too
        bench.Wire!.Lost = IsAction;
        var step = await bench.OrderAsync(OrderKind.Disconnect, TheBreaker);
        Assert.Equal((OrderState.Unknown, 0), (step.State, BreakerOf(bench).TimesTold));
        bench.Wire!.Lost = null;
        await SettledAsync(bench, "connected");
    }

    [Fact]
    public async Task A_link_that_is_lost_before_it_was_read_back_leaves_it_unknown()
    {
        DriverBench? bench = null;
        var isTold = false;
        bench = new DriverBench(Plan, wire: meter => new MeterLink(meter, null) { Asked = apdu => Silence(isTold ? bench : null, apdu) });
        await using var ends = bench;
        BreakerOf(bench).ToldTo += () => isTold = true;
        Assert.True(await bench.ListeningAsync());
        var step = await bench.OrderAsync(OrderKind.Disconnect, TheBreaker);
        Assert.Equal((OrderState.Unknown, "connected", 1), (step.State, step.Before, BreakerOf(bench).TimesTold));
        isTold = false;
        await SettledAsync(bench, "disconnected");
    }

    [Fact]
    public async Task A_box_that_stops_before_it_was_read_back_says_unknown_and_the_next_one_reads_it()
    {
        var (memory, counters) = (new Substation.FreshMemory(), new Substation.MemoryCounters());
        DlmsMeter meter;
        await using (var bench = new DriverBench(Plan, memory: memory, counters: counters))
        {
            meter = bench.Meter;
            BreakerOf(bench).IsStuck = true; // it is looked at again and again
            Assert.True(await bench.ListeningAsync());
            BreakerOf(bench).ToldTo += bench.Stop;
            var step = await bench.OrderAsync(OrderKind.Disconnect, TheBreaker);
            Assert.Equal(OrderState.Unknown, step.State);
        }

        await using var again = new DriverBench(Plan, memory: memory, counters: counters, meter: meter);
        Assert.True(await again.ListeningAsync());
        await SettledAsync(again, "connected");
    }

    [Fact]
    public async Task A_client_without_the_right_moves_nothing_and_hears_why()
    {
        await using var bench = new DriverBench(Plan, change: options => options with { Association = options.Association with { Client = 2 } });
        Assert.True(await bench.ListeningAsync());
        var step = await bench.OrderAsync(OrderKind.Disconnect, TheBreaker);
        Assert.Equal((OrderState.Failed, "connected", "connected"), (step.State, step.Before, step.After));
        Assert.Contains("denied", step.Sentence, StringComparison.Ordinal);
        Assert.Equal(1, BreakerOf(bench).State);
    }

    [Fact]
    public async Task A_breaker_is_read_with_its_three_attributes_as_readings()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        var step = await bench.OrderAsync(OrderKind.Breaker, new BreakerOrder(new Obis(0, 0, 96, 3, 10, 255)).ToPayload());
        Assert.Equal((OrderState.Done, "connected", (string?)null, 0), (step.State, step.After, step.Before, BreakerOf(bench).TimesTold));
        Assert.Equal(["70/0-0:96.3.10*255/2.0", "70/0-0:96.3.10*255/3.0", "70/0-0:96.3.10*255/4.0"], step.Block!.Columns.ToArray().Select(column => column.Id.ToString()));
        Assert.Equal("order-1", Assert.IsType<DriverEvent.ReadingsTaken>(step.Told).Block.OrderId);
    }

    [Fact]
    public async Task A_breaker_that_is_not_there_and_a_kind_of_meter_without_one_are_told_apart()
    {
        await using var bench = new DriverBench(Plan, profile: "plain");
        Assert.True(await bench.ListeningAsync());
        var step = await bench.OrderAsync(OrderKind.Disconnect, TheBreaker);
        Assert.Equal((OrderState.Failed, "a meter of profile plain has no breaker that is known: name the object"), (step.State, step.Sentence));
        step = await bench.OrderAsync(OrderKind.Disconnect, new BreakerOrder(new Obis(0, 0, 96, 3, 11, 255)).ToPayload());
        Assert.Equal(OrderState.Failed, step.State);
        Assert.Contains("0-0:96.3.11*255", step.Sentence, StringComparison.Ordinal);
        Assert.Equal(OrderState.Done, (await bench.OrderAsync(OrderKind.Disconnect, new BreakerOrder(new Obis(0, 0, 96, 3, 10, 255)).ToPayload())).State);
    }

    private static bool IsAction(ReadOnlyMemory<byte> apdu) => apdu.Span[0] is 0xCB or 0xC3;

    private static void Silence(DriverBench? bench, ReadOnlyMemory<byte> apdu)
    {
        if (bench is not null && !IsAction(apdu))
        {
            bench.Wire!.IsSilent = true;
        }
    }

    private static DisconnectObject BreakerOf(DriverBench bench) => bench.Meter.Part<Breaker>()!.Control;

    private static async Task SettledAsync(DriverBench bench, string state)
    {
        bench.Wire!.IsSilent = false;
        var told = BreakerOf(bench).TimesTold;
        var step = await bench.OrderAsync(OrderKind.Breaker, TheBreaker);
        for (var tries = 0; step.State != OrderState.Done && tries < 3; tries++)
        {
            step = await bench.OrderAsync(OrderKind.Breaker, TheBreaker); // the meter holds the association of before for a while
        }

        Assert.Equal((OrderState.Done, state, told), (step.State, step.After, BreakerOf(bench).TimesTold));
    }
}
