using Metering;
using Metering.Driver;
using Metering.Orders;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>The driver reads simulated meters whose framing and ciphering were written a second time.</summary>
public class DlmsDriverTests
{
    private static readonly Obis Load = Obis.Parse("1-0:99.1.0*255");
    private static readonly MeterHdlcPlan Hdlc = new();

    public static TheoryData<int, int, int, int, bool> Wires => new()
    {
        // mechanism, suite, HDLC information octets (0: wrapper), window, one octet at a time
        { 5, 0, 0, 1, false }, { 5, 0, 0, 1, true }, { 5, 1, 0, 1, false }, { 5, 2, 0, 1, false }, { 5, 0, 128, 1, false }, { 5, 0, 128, 1, true }, { 5, 0, 2030, 1, false }, { 5, 0, 64, 7, false },
        { 5, 1, 128, 3, true }, { 5, 2, 128, 1, false }, { 5, 1, 0, 1, true }, { 5, 2, 0, 1, true }, { 5, 2, 128, 7, true },
    };

    [Requirement("E1")]
    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_profile_arrives_as_it_is_stored(int mechanism, int suite, int information, int window, bool octets)
    {
        var hdlc = information == 0 ? null : Hdlc with { Longest = information, Window = window };
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7, mechanism, true, (byte)suite), hdlc, meter => new MeterLink(meter, hdlc) { Chunk = octets ? 1 : 0 });
        Assert.True(await bench.ListeningAsync());
        Assert.Null(bench.Ended);
        var step = await bench.ReadAsync("load-profile");
        Assert.Equal(OrderState.Done, step.State);
        AssertRows(bench.Meter, step.Block!);
        var taken = Assert.IsType<DriverEvent.ReadingsTaken>(step.Told);
        Assert.Equal((16 + suite, true, true), (taken.Security.Mode, taken.Security.Encrypted, taken.Security.Authenticated));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    public async Task Damaged_and_lost_octets_on_a_serial_line_cost_time_and_nothing_else(int seed, byte suite)
    {
        await using var bench = new DriverBench(
            new DlmsMeterPlan(3, 7, 5, true, suite, HistoryDays: 1), Hdlc, meter => new MeterLink(meter, Hdlc, seed) { Damage = 0.0005, Loss = 0.0005, Chunk = seed == 1 ? 7 : 1 });
        Assert.True(await bench.ListeningAsync());
        for (var tries = 0; tries < 20; tries++)
        {
            var step = await bench.ReadAsync("load-profile");
            if (step.State == OrderState.Done)
            {
                AssertRows(bench.Meter, step.Block!);
                return;
            }
        }

        Assert.Fail($"20 reads failed; seed {seed}");
    }

    [Fact]
    public async Task Registers_come_with_scaler_and_unit_and_the_meters_clock()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        var block = (await bench.ReadAsync(ReadOrder.Registers)).Block!;
        Assert.Equal("reg", block.Profile);
        Assert.Equal("o:order-1", block.Rows[0].Instant);
        Assert.StartsWith("2026-11-23T11:07:", block.Rows[0].At!.Value.ToString(), StringComparison.Ordinal);
        var voltage = Enumerable.Range(0, block.Columns.Length).Select(i => block[0, i]).Single(one => one.Column.Obis == Obis.Parse("1-0:32.7.0*255"));
        Assert.Equal((UnitSymbol.V, (sbyte)-1), (voltage.Column.Unit.Symbol, voltage.Column.Scaler));
        Assert.InRange(voltage.Value.Mantissa, 2300, 2320);
    }

    [Fact]
    public async Task A_range_gives_the_rows_of_the_range_and_no_others()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        var from = new DateTime(2026, 11, 22, 12, 0, 0, DateTimeKind.Utc);
        var block = (await bench.ReadAsync("load-profile", from, from.AddHours(2))).Block!;
        Assert.Equal("2026-11-22T12:00Z", block.Rows[0].Instant);
        Assert.Equal("2026-11-22T14:00Z", block.Rows[^1].Instant);
        Assert.Equal(9, block.Rows.Length);
    }

    [Requirement("F2")]
    [Fact]
    public async Task Events_come_with_their_number_set_and_words()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        var step = await bench.ReadAsync("standard-log");
        var events = Assert.IsType<DriverEvent.EventsTaken>(step.Told).Events;
        Assert.Equal([(1, "idis", "power down"), (2, "idis", "power up")], events.Select(one => (one.Number, one.Set, one.Text)));
    }

    [Theory]
    [InlineData(MeterFault.NullTimes)]
    [InlineData(MeterFault.NewestFirst)]
    [InlineData(MeterFault.StatusOf16Bits)]
    [InlineData(MeterFault.StatusOf32Bits)]
    public async Task However_a_meter_tells_its_buffer_the_rows_are_the_same(MeterFault fault)
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7, Faults: fault));
        Assert.True(await bench.ListeningAsync());
        AssertRows(bench.Meter, (await bench.ReadAsync("load-profile")).Block!);
    }

    [Fact]
    public async Task A_port_that_leads_to_another_meter_is_refused_an_order_for_the_first()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        var step = await bench.ReadAsync("load-profile", meter: MeterId.Parse("XXX0000000000099"));
        Assert.Equal(OrderState.Refused, step.State);
    }

    [Fact]
    public async Task A_meter_whose_counter_is_far_ahead_is_followed_at_the_first_visit()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        bench.Meter.Keys.Expects = 5_000_000;
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(ReadOrder.Registers)).State);
        Assert.True(bench.Meter.Keys.Expects > 5_000_000);
    }

    [Fact]
    public async Task A_counter_that_jumps_far_later_waits_for_a_person()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(ReadOrder.Registers)).State);
        await bench.LetGoAsync();
        bench.Meter.Keys.Expects += 200_000;
        var step = await bench.ReadAsync(ReadOrder.Registers);
        Assert.Equal(OrderState.Failed, step.State);
        Assert.Contains("waits for a person", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_idle_port_is_let_go_and_taken_again()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(ReadOrder.Registers)).State);
        var wire = bench.Wire;
        await bench.LetGoAsync();
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(ReadOrder.Registers)).State);
        Assert.NotSame(wire, bench.Wire);
    }

    [Fact]
    public async Task A_meter_that_falls_silent_costs_three_orders_and_then_the_link()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7), wire: meter => new MeterLink(meter, null));
        Assert.True(await bench.ListeningAsync());
        bench.Wire!.IsSilent = true;
        Assert.Contains("did not answer", (await bench.ReadAsync(ReadOrder.Registers)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_ends_with_its_driver_whatever_ends_that()
    {
        var falls = false;
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7), wire: meter => new MeterLink(meter, null) { Replacing = answer => falls ? throw new InvalidOperationException("a fault of ours") : answer });
        Assert.True(await bench.ListeningAsync());
        falls = true;
        var step = await bench.ReadAsync(ReadOrder.Registers);
        Assert.Equal((OrderState.Failed, "the link to wire was lost"), (step.State, step.Sentence));
        Assert.True(await Patience.UntilAsync(() => bench.Ended is not null));
        Assert.Contains("a fault of ours", bench.Ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_under_way_when_the_box_stops_is_told_to_be_over()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        bench.Wire!.IsSilent = true;
        var order = bench.Start(new MeterOrder("order-1", OrderKind.Read, MeterId.Parse(bench.Meter.Name), new ReadOrder(ReadOrder.Registers, null, null, "task").ToPayload()), step => bench.Stop());
        Assert.True(await Patience.UntilAsync(() => order.IsCompleted));
        Assert.Equal(OrderState.Failed, (await order)[^1].State);
    }

    [Fact]
    public async Task An_order_for_a_driver_that_has_ended_is_told_so_at_once()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        bench.Stop();
        Assert.True(await Patience.UntilAsync(() => bench.Ended is not null));
        var step = await bench.ReadAsync(ReadOrder.Registers);
        Assert.Equal((OrderState.Failed, "the link to wire was lost"), (step.State, step.Sentence));
    }

    internal static void AssertRows(DlmsMeter meter, ReadingBlock block)
    {
        var stored = meter.Profiles.First(profile => profile.Name == Load);
        var expected = stored.Rows.ToDictionary(row => $"{meter.Name}/{Load}/{row.At:yyyy-MM-ddTHH:mm}Z/{row.Occurrence}");
        Assert.Equal(expected.Count, block.Rows.Length);
        for (var row = 0; row < block.Rows.Length; row++)
        {
            var truth = expected[block.KeyOf(row)];
            Assert.Equal(truth.Values.Select(value => (Int128)value.Number), block.ValuesOf(row).ToArray().Select(value => value.Mantissa));
            Assert.Equal(truth.Status, (byte)block.Rows[row].Status);
        }
    }
}
