using System.Security.Cryptography;
using System.Text;
using Metering;
using Metering.Orders;
using Protocols.Dlms.Model;
using Simulation.Dlms;
using Simulation.Dlms.Objects;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>Images brought to a simulated meter, through losses of link and power.</summary>
public class FirmwareTests
{
    private static readonly byte[] Image = Enumerable.Range(0, 64 * 40 + 17).Select(i => (byte)(i * 7)).ToArray();
    private static readonly byte[] Hash = SHA256.HashData(Image);

    [Requirement("F2")]
    [Fact]
    public async Task An_image_is_sent_verified_compared_and_activated_and_the_new_firmware_read()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var flash = Fit(bench);
        Assert.True(await bench.ListeningAsync());
        var steps = await RunAsync(bench);
        Assert.True(steps[^1].State == OrderState.Done, steps[^1].Sentence);
        Assert.Equal("the image is activated: firmware SIM 1.0.3 before, SIM 2.0.0 now", steps[^1].Sentence);
        Assert.Equal(Image, flash.Flash.ToArray());
        Assert.Equal((1, 41), (flash.Initiations, flash.BlocksTaken));
        Assert.Contains(steps, step => step.Sentence == "image block 20/41");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(25)]
    [InlineData(40)]
    public async Task A_link_that_is_lost_at_a_block_costs_no_block_twice_but_that_one(int at)
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var flash = Fit(bench);
        var lost = false;
        flash.Taken += block =>
        {
            if (block == at && !lost)
            {
                (lost, bench.Wire!.IsSilent) = (true, true); // the block is taken, and its answer lost
            }
        };
        Assert.True(await bench.ListeningAsync());
        var steps = await RunAsync(bench);
        Assert.True(lost);
        Assert.True(steps[^1].State == OrderState.Done, steps[^1].Sentence);
        Assert.Equal((1, 41), (flash.Initiations, flash.BlocksTaken));
    }

    [Fact]
    public async Task A_box_that_was_off_goes_on_where_the_meter_stands_and_sends_only_what_is_missing()
    {
        var memory = new FreshMemory();
        var plan = new DlmsMeterPlan(3, 7);
        ImageTransferObject flash;
        DriverBench? current = null;
        await using (var first = new DriverBench(plan, memory: memory))
        {
            flash = Fit(first, now: () => (current ?? first).Meter.Clock.Now);
            Assert.True(await first.ListeningAsync());
            using var off = new CancellationTokenSource();
            flash.Taken += block => _ = block == 30 ? off.CancelAsync() : Task.CompletedTask;
            var running = first.Start(Order(first), null, off.Token);
            await first.Clock.AdvanceUntilAsync(() => running.IsCompleted, TimeSpan.FromMilliseconds(50));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        }

        var before = flash.BlocksTaken;
        Assert.InRange(before, 30, 33);
        flash.Lose(3, 17); // written when the power went
        await using var again = new DriverBench(plan, memory: memory);
        current = again;
        again.Meter.Device.Add(flash);
        again.Meter.Device.Add(new DataObject(new Obis(1, 0, 0, 2, 0, 255), () => new DataWriter().Octets("SIM"u8).ToArray()));
        Assert.True(await again.ListeningAsync());
        var steps = await RunAsync(again);
        Assert.True(steps[^1].State == OrderState.Done, steps[^1].Sentence);
        Assert.Equal((1, 41 + 2), (flash.Initiations, flash.BlocksTaken));
        Assert.Equal(Image, flash.Flash.ToArray());
    }

    [Fact]
    public async Task Another_image_than_the_one_in_progress_is_initiated_anew()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var flash = Fit(bench);
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await RunAsync(bench, activate: false))[^1].State);
        var other = Image.Reverse().ToArray();
        Assert.Equal(OrderState.Done, (await RunAsync(bench, image: other, activate: false))[^1].State);
        Assert.Equal(2, flash.Initiations);
        Assert.Equal(other, flash.Flash.ToArray());
    }

    [Fact]
    public async Task An_image_the_meter_finds_wrong_is_not_activated_and_the_next_order_begins_anew()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var flash = Fit(bench, right: new byte[32]);
        Assert.True(await bench.ListeningAsync());
        for (var tries = 1; tries < 3; tries++)
        {
            var steps = await RunAsync(bench);
            Assert.Equal(OrderState.Failed, steps[^1].State);
            Assert.Contains("found it wrong", steps[^1].Sentence, StringComparison.Ordinal);
            Assert.Equal((tries, false), (flash.Initiations, flash.IsActivated));
        }
    }

    [Fact]
    public async Task What_the_meter_would_activate_is_compared_first()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var flash = Fit(bench);
        flash.Lie = Encoding.ASCII.GetBytes("OLD-1.0");
        Assert.True(await bench.ListeningAsync());
        var steps = await RunAsync(bench);
        Assert.Contains("is not the image that was sent", steps[^1].Sentence, StringComparison.Ordinal);
        Assert.False(flash.IsActivated);
    }

    [Fact]
    public async Task A_busy_meter_is_waited_for_and_one_that_stays_busy_is_given_up()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var flash = Fit(bench);
        flash.BusyTimes = 5;
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await RunAsync(bench, activate: false))[^1].State);
        flash.BusyTimes = int.MaxValue;
        var steps = await RunAsync(bench, image: [1, 2, 3], activate: false);
        Assert.Contains("the meter is busy with Image transfer 0-0:44.0.0*255 method 2 image_block_transfer", steps[^1].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_order_runs_between_two_blocks_and_the_image_goes_on()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var flash = Fit(bench);
        Assert.True(await bench.ListeningAsync());
        IAsyncEnumerator<OrderStep>? urgent = null;
        var takenThen = 0;
        flash.Taken += block =>
        {
            if (block == 10)
            {
                urgent = bench.Driver.ExecuteAsync(
                    new MeterOrder("urgent", OrderKind.Read, MeterId.Parse(bench.Meter.Name), new ReadOrder(ReadOrder.Registers, null, null, null).ToPayload()), CancellationToken.None).GetAsyncEnumerator();
                _ = urgent.MoveNextAsync().AsTask(); // it waits from here on
            }
        };
        bench.Meter.ValueAnswered += _ => takenThen = flash.BlocksTaken;
        var running = bench.Start(Order(bench));
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => running.IsCompleted, TimeSpan.FromMilliseconds(50)));
        Assert.Equal(OrderState.Done, (await running)[^1].State);
        Assert.NotNull(urgent);
        Assert.Equal(11, takenThen);
        Assert.Equal(1, flash.Initiations);
    }

    [Fact]
    public async Task The_bits_of_the_bitmap_count_from_the_most_significant()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var flash = Fit(bench);
        var sent = new List<uint>();
        Assert.True(await bench.ListeningAsync());
        flash.Taken += block =>
        {
            sent.Add(block);
            if (sent.Count == 41)
            {
                flash.Lose(0, 8, 9, 40);
            }
        };
        Assert.Equal(OrderState.Done, (await RunAsync(bench, activate: false))[^1].State);
        Assert.Equal([0u, 8u, 9u, 40u], sent.Skip(41));
    }

    [Fact]
    public async Task The_meters_own_flash_takes_an_image_and_tells_it_afterwards()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7), new MeterHdlcPlan());
        Assert.True(await bench.ListeningAsync());
        var steps = await RunAsync(bench);
        Assert.Equal("the image is activated: firmware SIM 1.0.3 before, SIM-2.0 now", steps[^1].Sentence);
        Assert.Equal(Image, bench.Meter.Part<Simulation.Dlms.Equipment.ImageFlash>()!.Transfer.Flash.ToArray());
    }

    private static ImageTransferObject Fit(DriverBench bench, byte[]? right = null, Func<DateTime>? now = null)
    {
        var flash = new ImageTransferObject(now ?? (() => bench.Meter.Clock.Now), 64) { Right = right ?? [] };
        bench.Meter.Device.Add(flash);
        bench.Meter.Device.Add(new DataObject(new Obis(1, 0, 0, 2, 0, 255), () => new DataWriter().Octets(flash.IsActivated ? "SIM 2.0.0"u8 : "SIM 1.0.3"u8).ToArray()));
        flash.Activating += () => bench.Wire!.IsSilent = true; // it restarts
        return flash;
    }

    private static MeterOrder Order(DriverBench bench, byte[]? image = null, bool activate = true) => new(
        "firmware-1", OrderKind.Firmware, MeterId.Parse(bench.Meter.Name), new FirmwareOrder("SIM-2.0"u8.ToArray(), image ?? Image, image is null ? Hash : default(ReadOnlyMemory<byte>), activate).ToPayload());

    private static async Task<IReadOnlyList<OrderStep>> RunAsync(DriverBench bench, byte[]? image = null, bool activate = true)
    {
        var running = bench.Start(Order(bench, image, activate));
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => running.IsCompleted, TimeSpan.FromMilliseconds(200)));
        return await running;
    }
}
