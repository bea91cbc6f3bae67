using Metering;
using Metering.Driver;
using Metering.Orders;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Simulation.Dlms.Objects;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>Gas, water and heat behind the electricity meter.</summary>
public class MBusChannelTests
{
    private static readonly MBusDevice Other = new("GWI", 77_000_123, 0x3D, 3, -2, 13, 5, 20);

    [Requirement("E4")]
    [Theory]
    [InlineData("mbus-profile", "0-1:24.3.0*255")]
    [InlineData("mbus-daily-profile", "0-1:24.3.1*255")]
    [InlineData("mbus-monthly-profile", "0-1:24.3.2*255")]
    public async Task The_rows_of_a_channel_are_those_of_its_device_under_its_own_identity(string what, string profile)
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        var blocks = await ReadAsync(bench, what);
        Assert.Equal(["GWI-10000003-3C-03", "KAM-30000003-0E-04", "SEN-20000003-1B-07"], blocks.Select(block => block.Meter.Text).Distinct().Order(StringComparer.Ordinal));
        var all = blocks.Where(block => block.Meter.Text == "GWI-10000003-3C-03").ToList(); // in pieces of ten days
        var gas = all[0];
        Assert.Equal(new Via(MeterId.Parse(bench.Meter.Name), 1, null), gas.Via);
        Assert.Equal(profile, gas.Profile);
        Assert.Equal((UnitSymbol.CubicMetre, (sbyte)-2, ReadingKind.Register), (gas.Columns[0].Unit.Symbol, gas.Columns[0].Scaler, gas.Columns[0].Kind));
        var stored = ((ProfileObject)bench.Meter.Device.Find(7, Obis.Parse(profile))!).Rows;
        Assert.True(stored.Count > 1);
        Assert.Equal(stored.Select(row => (Int128)row.Values[0].Number), all.SelectMany(block => Enumerable.Range(0, block.Rows.Length).Select(row => block[row, 0].Value.Mantissa)));
    }

    [Fact]
    public async Task Values_come_with_capture_time_status_alarm_and_valve()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        bench.Meter.Part<MBusChannels>()!.Clients[0].Alarm = 0x14;
        Assert.True(await bench.ListeningAsync());
        var blocks = await ReadAsync(bench, "mbus-values");
        Assert.Equal(3, blocks.Count);
        var gas = blocks.Single(block => block.Via!.Channel == 1);
        Assert.Equal(
            ["4/0-1:24.2.1*255/2.0", "4/0-1:24.2.1*255/5.0", "1/0-1:96.10.3*255/2.0", "72/0-1:24.1.0*255/11.0", "72/0-1:24.1.0*255/12.0", "70/0-1:24.4.0*255/3.0"],
            gas.Columns.ToArray().Select(column => column.Id.ToString()));
        Assert.Equal((Int128)bench.Meter.Part<MBusChannels>()!.DeviceAt(1, bench.Meter.Clock.Now)!.At(new DateTime(2026, 11, 23, 10, 0, 0, DateTimeKind.Utc)), gas[0, 0].Value.Mantissa);
        Assert.StartsWith("2026-11-23T11:00:00", gas[0, 1].Value.ToString(), StringComparison.Ordinal);
        Assert.Equal(0x14, gas[0, 4].Value.Mantissa);
    }

    [Fact]
    public async Task After_an_exchange_no_row_of_one_device_goes_under_the_other()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        var first = await ReadAsync(bench, "mbus-profile");
        await PassAsync(bench, TimeSpan.FromHours(2.5));
        var channels = bench.Meter.Part<MBusChannels>()!;
        channels.Exchange(1, Other);
        await PassAsync(bench, TimeSpan.FromHours(1));
        var second = await ReadAsync(bench, "mbus-profile");
        await PassAsync(bench, TimeSpan.FromHours(3));
        var third = await ReadAsync(bench, "mbus-profile");

        var published = first.Concat(second).Concat(third).Where(block => block.Profile == "0-1:24.3.0*255").ToList();
        foreach (var block in published)
        {
            for (var row = 0; row < block.Rows.Length; row++)
            {
                Assert.Equal(channels.DeviceAt(1, block.Rows[row].At!.Value.ToUtc()!.Value)!.Id, block.Meter.Text);
            }
        }

        Assert.Contains(second, block => block.Meter.Text == "GWI-10000003-3C-03"); // what was read of the old one before stays its own
        Assert.Contains(third, block => block.Meter.Text == Other.Id);
        Assert.NotNull(third.First(block => block.Meter.Text == Other.Id).Via!.InstalledAt);
    }

    [Fact]
    public async Task The_rows_between_the_last_sight_of_one_and_the_first_of_the_next_are_nobodys_and_that_is_said()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        await ReadAsync(bench, "mbus-profile");
        await PassAsync(bench, TimeSpan.FromHours(2.5));
        bench.Meter.Part<MBusChannels>()!.Exchange(1, Other);
        await PassAsync(bench, TimeSpan.FromHours(1));
        var steps = await StepsAsync(bench, "mbus-profile");
        Assert.Contains(steps, step => step.Sentence.Contains("channel 1: 3 rows were captured while the device was exchanged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_device_that_is_exchanged_while_its_profile_is_read_spoils_the_reading_and_nothing_is_told()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var channels = bench.Meter.Part<MBusChannels>()!;
        ((ProfileObject)bench.Meter.Device.Find(7, Obis.Parse("0-1:24.3.0*255"))!).Answered += (_, _) => channels.Exchange(1, Other);
        Assert.True(await bench.ListeningAsync());
        var steps = await StepsAsync(bench, "mbus-profile");
        Assert.Equal(OrderState.Failed, steps[^1].State);
        Assert.Contains("exchanged while it was read", steps[^1].Sentence, StringComparison.Ordinal);
        Assert.All(steps, step => Assert.Null(step.Told));
    }

    [Fact]
    public async Task Who_was_there_outlives_a_restart()
    {
        var memory = new FreshMemory();
        await using (var bench = new DriverBench(new DlmsMeterPlan(3, 7), memory: memory))
        {
            Assert.True(await bench.ListeningAsync());
            await ReadAsync(bench, "mbus-profile");
        }

        await using var again = new DriverBench(new DlmsMeterPlan(3, 7), memory: memory);
        again.Meter.Part<MBusChannels>()!.Exchange(1, Other);
        Assert.True(await again.ListeningAsync());
        var blocks = await ReadAsync(again, "mbus-profile");
        Assert.DoesNotContain(blocks, block => block.Meter.Text == Other.Id); // it has no rows yet: those in the buffer are the other's
        Assert.Contains(blocks, block => block.Meter.Text == "GWI-10000003-3C-03");
    }

    [Fact]
    public async Task A_device_is_installed_given_a_key_and_taken_away()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var channels = bench.Meter.Part<MBusChannels>()!;
        Assert.True(await bench.ListeningAsync());
        Assert.Contains("channel 4: empty", (await OrderAsync(bench, 4, MBusAction.Identify)).Sentence, StringComparison.Ordinal);
        Assert.Contains("SEN-70000001-1B-07, no key", (await OrderAsync(bench, 4, MBusAction.Install, [0])).Sentence, StringComparison.Ordinal);
        var key = Enumerable.Range(0, 16).Select(i => (byte)i).ToArray();
        Assert.Contains("key set", (await OrderAsync(bench, 4, MBusAction.SetKey, key)).Sentence, StringComparison.Ordinal);
        Assert.Equal(key, channels.Clients[3].Key);
        Assert.Contains("key set and transferred", (await OrderAsync(bench, 4, MBusAction.TransferKey, new byte[24])).Sentence, StringComparison.Ordinal);
        channels.Clients[3].Alarm = 4;
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, 4, MBusAction.ResetAlarm)).State);
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, 4, MBusAction.SynchronizeClock)).State);
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, 4, MBusAction.Capture)).State);
        Assert.Equal((0, 1), (channels.Clients[3].Alarm, channels.Clients[3].ClockSyncs));
        Assert.Equal("channel 4: deinstall is done; empty", (await OrderAsync(bench, 4, MBusAction.Deinstall)).Sentence);
        Assert.Equal(OrderState.Failed, (await OrderAsync(bench, 4, MBusAction.SetKey, key)).State);
    }

    [Fact]
    public async Task A_key_never_travels_in_clear()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7, 0, false));
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, 1, MBusAction.SetKey, new byte[16]);
        Assert.Equal(OrderState.Failed, step.State);
        Assert.Contains("encrypted association only", step.Sentence, StringComparison.Ordinal);
        Assert.Empty(bench.Meter.Part<MBusChannels>()!.Clients[0].Key);
    }

    [Fact]
    public async Task An_order_for_another_device_than_the_one_that_is_there_is_not_executed()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        var step = await bench.OrderAsync(OrderKind.MBus, new MBusOrder(1, MBusAction.CloseValve, default, Other.Id).ToPayload());
        Assert.Equal(OrderState.Failed, step.State);
        Assert.Equal(1, bench.Meter.Part<MBusChannels>()!.Valve.State);
    }

    [Requirement("F5")]
    [Theory]
    [InlineData(1, false, OrderState.Done)] // armed is enough: a hand opens it
    [InlineData(2, false, OrderState.Done)]
    [InlineData(7, false, OrderState.Failed)] // mode 7 must open by itself, and this one is only armed
    [InlineData(1, true, OrderState.Failed)]
    public async Task A_valve_is_what_it_says_afterwards(byte mode, bool stuck, OrderState opened)
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var valve = bench.Meter.Part<MBusChannels>()!.Valve;
        valve.Mode = mode;
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, 1, MBusAction.CloseValve)).State);
        valve.IsStuck = stuck;
        Assert.Equal(opened, (await OrderAsync(bench, 1, MBusAction.OpenValve)).State);
    }

    private static Task<OrderStep> OrderAsync(DriverBench bench, int channel, MBusAction action, byte[]? argument = null) =>
        bench.OrderAsync(OrderKind.MBus, new MBusOrder(channel, action, argument ?? []).ToPayload());

    private static Task<IReadOnlyList<OrderStep>> StepsAsync(DriverBench bench, string what)
    {
        var now = bench.Clock.GetUtcNow().UtcDateTime;
        return bench.StepsAsync(new MeterOrder("order-1", OrderKind.Read, MeterId.Parse(bench.Meter.Name), new ReadOrder(what, now.AddDays(-100), now, what).ToPayload()));
    }

    private static async Task<List<ReadingBlock>> ReadAsync(DriverBench bench, string what)
    {
        var steps = await StepsAsync(bench, what);
        Assert.True(steps[^1].State == OrderState.Done, steps[^1].Sentence);
        return [.. steps.Select(step => step.Told).OfType<DriverEvent.ReadingsTaken>().Select(taken => taken.Block).Where(block => block.Rows.Length > 0)];
    }

    private static async Task PassAsync(DriverBench bench, TimeSpan time)
    {
        var began = bench.Clock.GetUtcNow();
        await bench.LetGoAsync(); // first, at its own pace
        for (var passed = bench.Clock.GetUtcNow() - began; passed < time; passed += TimeSpan.FromMinutes(2))
        {
            await Patience.SettledAsync();
            bench.Clock.Advance(TimeSpan.FromMinutes(2));
        }
    }
}
