using Metering;
using Metering.Driver;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Simulation.Dlms;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>A meter's clock is looked at and moved over the real driver; the meter's own clock is the proof.</summary>
public class ClockOrderTests
{
    private static readonly byte[] Order = new ClockOrder("clock").ToPayload();

    [Requirement("P2")]
    [Theory]
    [InlineData(7.0, "shifted")]
    [InlineData(-7.0, "shifted")]
    [InlineData(40.0, "set")]
    [InlineData(-600.0, "set")]
    public async Task A_clock_that_is_wrong_within_its_window_is_right_afterwards(double seconds, string how)
    {
        await using var bench = await OpenAsync(seconds);
        var step = await bench.OrderAsync(OrderKind.Clock, Order);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.StartsWith(how, step.Sentence, StringComparison.Ordinal);
        Assert.InRange(bench.Meter.Clock.Error.TotalSeconds, -1.5, 1.5);
        var told = Assert.IsType<DriverEvent.EventsTaken>(step.Told);
        var one = Assert.Single(told.Events);
        Assert.Equal(("own", how == "set" ? ClockEvent.Set : ClockEvent.Shifted), (one.Set, (ClockEvent)one.Number));
        Assert.Contains(" before, ", one.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00010101FF000000000080FF", "s behind")]
    [InlineData("00010101FF00000000FF80FF", "shows no time")] // its deviation leads out of the calendar
    [InlineData("270F0C1FFF173B3B000080FF", "shows no time")]
    [InlineData("270F0C1FFF173B3B00FF80FF", "s ahead")]
    public async Task A_clock_at_an_end_of_the_calendar_costs_no_more_than_its_orders(string shown, string sentence)
    {
        await using var bench = new DriverBench(
            new DlmsMeterPlan(3, 7, 0, false), change: options => options with { Port = "udp://meter" },
            port: (meter, clock) => new DatagramWire(meter, clock)
            {
                Instead = datagram => Pdu.Read(datagram.AsMemory(8), out _) is GetRequest.Normal { Attribute: { ClassId: 8, Attribute: 2 } } asked
                    ? [Wrapped(new GetResponse.Normal(asked.Id, new DataResult((byte[])[0x09, 12, .. Convert.FromHexString(shown)], null)).ToOctets())] : null,
            });
        Assert.True(await bench.ListeningAsync());
        var step = await bench.OrderAsync(OrderKind.Clock, Order);
        Assert.Contains(sentence, step.Sentence, StringComparison.Ordinal);
        foreach (var what in (string[])["load-profile", "registers", "standard-log"])
        {
            Assert.NotEqual("", (await bench.ReadAsync(what)).Sentence);
        }

        Assert.Null(bench.Ended);
    }

    [Fact]
    public async Task A_meter_that_leaves_its_deviation_open_is_set_in_its_own_way()
    {
        await using var bench = await OpenAsync(40, new DlmsMeterPlan(3, 7, Faults: MeterFault.NoDeviation));
        var step = await bench.OrderAsync(OrderKind.Clock, Order);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.InRange(bench.Meter.Clock.Error.TotalSeconds, -1.5, 1.5);
    }

    [Fact]
    public async Task A_meter_that_counts_its_deviation_the_other_way_than_its_profile_says_is_not_set_by_two_hours()
    {
        await using var bench = await OpenAsync(0, new DlmsMeterPlan(3, 7, Faults: MeterFault.InvertedDeviation));
        var step = await bench.OrderAsync(OrderKind.Clock, Order);
        Assert.Equal(OrderState.Partial, step.State);
        Assert.Contains("7200.", step.Sentence, StringComparison.Ordinal);
        Assert.Equal(1, bench.Meter.Clock.TimesSet);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(-1.5)]
    public async Task A_clock_that_is_right_is_left_alone(double seconds)
    {
        await using var bench = await OpenAsync(seconds);
        Assert.Equal(OrderState.Done, (await bench.OrderAsync(OrderKind.Clock, Order)).State);
        Assert.Equal(1, bench.Meter.Clock.TimesSet); // by the test alone
    }

    [Requirement("P2")]
    [Fact]
    public async Task A_box_with_one_source_looks_and_touches_nothing()
    {
        await using var bench = await OpenAsync(100);
        bench.Time.Trust = new TimeTrust(1, 0, TimeSpan.Zero);
        var step = await bench.OrderAsync(OrderKind.Clock, Order);
        Assert.Equal(OrderState.Partial, step.State);
        Assert.Equal(1, bench.Meter.Clock.TimesSet);
    }

    [Requirement("P2")]
    [Theory]
    [InlineData(3700)]
    [InlineData(-315_360_000)]
    public async Task A_clock_that_is_far_off_waits_for_a_person_and_is_an_event(double seconds)
    {
        await using var bench = await OpenAsync(seconds);
        var step = await bench.OrderAsync(OrderKind.Clock, Order);
        Assert.Equal(OrderState.Partial, step.State);
        Assert.Equal(ClockEvent.BeyondWindow, (ClockEvent)Assert.IsType<DriverEvent.EventsTaken>(step.Told).Events[0].Number);
        Assert.Equal(1, bench.Meter.Clock.TimesSet);
    }

    [Fact]
    public async Task It_is_moved_once_a_day_even_when_it_goes_wrong_again()
    {
        await using var bench = await OpenAsync(7);
        await bench.OrderAsync(OrderKind.Clock, Order);
        bench.Meter.Clock.Set(bench.Clock.GetUtcNow().UtcDateTime.AddSeconds(8));
        var again = await bench.OrderAsync(OrderKind.Clock, Order);
        Assert.Equal(OrderState.Partial, again.State);
        Assert.Contains("once a day", again.Sentence, StringComparison.Ordinal);
        bench.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(OrderState.Done, (await bench.OrderAsync(OrderKind.Clock, Order)).State);
    }

    [Requirement("P2")]
    [Theory]
    [InlineData(40.0)]
    [InlineData(-7.0)]
    public async Task A_clock_that_was_to_be_moved_when_the_box_was_killed_is_moved_by_the_next_order(double seconds)
    {
        var memory = new FreshMemory();
        using var kill = new CancellationTokenSource();
        await using var first = await OpenAsync(seconds, kept: new KillingMemory(memory, kill, saves: 0));
        var meter = first.Meter;
        var order = first.Start(new MeterOrder("clock-1", OrderKind.Clock, MeterId.Parse(meter.Name), Order), null, kill.Token);
        await first.Clock.AdvanceUntilAsync(() => order.IsCompleted, TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => order);
        Assert.Equal(1, meter.Clock.TimesSet); // by the test alone
        await using var again = new DriverBench(new DlmsMeterPlan(3, 7), memory: memory, start: first.Clock.GetUtcNow());
        Assert.True(await again.ListeningAsync());
        again.Meter.Clock.Set(again.Clock.GetUtcNow().UtcDateTime.AddSeconds(seconds + 0.4)); // it drifts
        var step = await again.OrderAsync(OrderKind.Clock, Order);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.InRange(again.Meter.Clock.Error.TotalSeconds, -1.5, 1.5);
    }

    [Fact]
    public async Task A_clock_that_was_moved_when_the_box_was_killed_is_moved_no_second_time_that_day()
    {
        var memory = new FreshMemory();
        using var kill = new CancellationTokenSource();
        await using var first = await OpenAsync(40, kept: new KillingMemory(memory, kill, saves: 1)); // killed before it could note that the meter took it
        var order = first.Start(new MeterOrder("clock-1", OrderKind.Clock, MeterId.Parse(first.Meter.Name), Order), null, kill.Token);
        await first.Clock.AdvanceUntilAsync(() => order.IsCompleted, TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => order);
        Assert.InRange(first.Meter.Clock.Error.TotalSeconds, -1.5, 1.5);
        await using var again = new DriverBench(new DlmsMeterPlan(3, 7), memory: memory, start: first.Clock.GetUtcNow());
        Assert.True(await again.ListeningAsync());
        Assert.Contains("within its window", (await again.OrderAsync(OrderKind.Clock, Order)).Sentence, StringComparison.Ordinal);
        again.Meter.Clock.Set(again.Clock.GetUtcNow().UtcDateTime.AddSeconds(8)); // it goes wrong again
        Assert.Contains("once a day", (await again.OrderAsync(OrderKind.Clock, Order)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_could_not_be_set_was_not_moved()
    {
        await using var bench = await OpenAsync(40);
        bench.Meter.Clock.IsLocked = true;
        Assert.Contains("cannot be set", (await bench.OrderAsync(OrderKind.Clock, Order)).Sentence, StringComparison.Ordinal);
        bench.Meter.Clock.IsLocked = false;
        Assert.Equal(OrderState.Done, (await bench.OrderAsync(OrderKind.Clock, Order)).State);
    }

    /// <summary>A box that is killed with what it writes down of a clock that it moves: when the first is there, or before another one is.</summary>
    private sealed class KillingMemory(FreshMemory inner, CancellationTokenSource kill, int saves) : IDriverMemory
    {
        private int _saves;

        public ReadOnlyMemory<byte> Load(string driver, string name) => inner.Load(driver, name);

        public async ValueTask SaveAsync(string driver, string name, ReadOnlyMemory<byte> octets, CancellationToken stop)
        {
            var isMark = name.StartsWith("clock-moved/", StringComparison.Ordinal);
            if (!isMark || _saves++ == 0)
            {
                await inner.SaveAsync(driver, name, octets, stop);
            }

            if (isMark && _saves > saves)
            {
                await kill.CancelAsync();
                kill.Token.ThrowIfCancellationRequested();
            }
        }
    }

    private static async Task<DriverBench> OpenAsync(double seconds, DlmsMeterPlan? plan = null, IDriverMemory? kept = null)
    {
        var bench = new DriverBench(plan ?? new DlmsMeterPlan(3, 7), kept: kept);
        Assert.True(await bench.ListeningAsync());
        bench.Meter.Clock.Set(bench.Clock.GetUtcNow().UtcDateTime.AddSeconds(seconds));
        return bench;
    }

    private static byte[] Wrapped(byte[] apdu) => [0, 1, 0, 1, 0, 1, 0, (byte)apdu.Length, .. apdu];
}
