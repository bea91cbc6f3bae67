using Metering.Orders;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Simulation.Dlms.Objects;

namespace Unit.Flows.Dlms.Orders;

/// <summary>Firmware that is activated later, or given up; what the meter runs is the proof.</summary>
public class FirmwareOrderTests
{
    private static readonly DlmsMeterPlan Plan = new(3, 7) { HasImageSchedule = true };
    private static readonly byte[] Image = [.. Enumerable.Range(0, 3000).Select(i => (byte)(i * 11))];
    private static readonly DateTimeOffset Night = new(2026, 11, 24, 3, 0, 0, TimeSpan.FromHours(1));

    [Requirement("F2")]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_image_is_brought_today_and_activated_by_the_meter_tonight(bool overHdlc)
    {
        await using var bench = new DriverBench(Plan, overHdlc ? new MeterHdlcPlan() : null);
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, New with { ActivateAt = Night });
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.Equal(("SIM 1.0.3", "SIM 1.0.3, an image is activated at 2026-11-24T03:00:00+01:00"), (step.Before, step.After));
        Assert.Equal("SIM 1.0.3", Runs(bench, Night.AddMinutes(-1)));
        Assert.Equal("SIM-2.0", Runs(bench, Night.AddMinutes(1)));
        Assert.Equal("the image is activated: firmware SIM-2.0 before, SIM-2.0 now", (await OrderAsync(bench, New with { Activate = true })).Sentence); // it is sent once more only where the meter forgot it
    }

    [Fact]
    public async Task A_time_that_has_passed_is_now()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, New with { ActivateAt = Night.AddDays(-2) });
        Assert.Equal((OrderState.Done, "SIM 1.0.3", "SIM-2.0"), (step.State, step.Before, step.After));
    }

    [Fact]
    public async Task A_transfer_that_is_given_up_is_activated_by_nobody_and_the_next_one_begins_anew()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, New with { ActivateAt = Night })).State);
        var step = await OrderAsync(bench, FirmwareOrder.Abort);
        Assert.Equal((OrderState.Done, "SIM 1.0.3, an image waits, transfer enabled", "SIM 1.0.3, an image waits, transfer disabled"), (step.State, step.Before, step.After));
        Assert.Equal("SIM 1.0.3", Runs(bench, Night.AddDays(2)));
        Assert.Equal("SIM-2.0", (await OrderAsync(bench, New with { Activate = true })).After);
        Assert.Equal(2, Flash(bench).Initiations);
    }

    [Fact]
    public async Task What_runs_already_cannot_be_given_up()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, New with { Activate = true })).State);
        var step = await OrderAsync(bench, FirmwareOrder.Abort);
        Assert.Equal((OrderState.Failed, "the image is activated already: it cannot be taken back"), (step.State, step.Sentence));
    }

    [Fact]
    public async Task A_meter_without_a_schedule_is_sent_no_block_for_later()
    {
        await using var bench = new DriverBench(Plan, kind: text => text.Replace("image-activation 0-0:15.0.2*255", "", StringComparison.Ordinal));
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, New with { ActivateAt = Night });
        Assert.Equal((OrderState.Failed, 0), (step.State, Flash(bench).Initiations));
        Assert.Contains("it can be activated at once only", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_meter_that_does_not_take_the_time_keeps_the_image_and_says_so()
    {
        await using var bench = new DriverBench(Plan);
        bench.Meter.Part<ImageFlash>()!.Schedule!.Refuses = 4;
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, New with { ActivateAt = Night });
        Assert.Equal((OrderState.Partial, "SIM 1.0.3, an image waits"), (step.State, step.After));
        Assert.Contains("the meter refuses Single action schedule 0-0:15.0.2*255 attribute 4", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_order_of_a_version_that_knew_no_time_is_still_read()
    {
        var old = New.ToPayload()[..^2];
        Assert.Equal((false, null), (FirmwareOrder.Parse(old).Aborts, FirmwareOrder.Parse(old).ActivateAt));
        Assert.Equal(Night, FirmwareOrder.Parse((New with { ActivateAt = Night }).ToPayload()).ActivateAt);
    }

    private static FirmwareOrder New => new("SIM-2.0"u8.ToArray(), Image, default, false);

    private static ImageTransferObject Flash(DriverBench bench) => bench.Meter.Part<ImageFlash>()!.Transfer;

    private static string Runs(DriverBench bench, DateTimeOffset at)
    {
        bench.Clock.SetUtcNow(at);
        bench.Meter.Advance();
        return bench.Meter.Part<Identity>()!.Firmware;
    }

    private static async Task<OrderStep> OrderAsync(DriverBench bench, FirmwareOrder order) => await bench.OrderAsync(OrderKind.Firmware, order.ToPayload());
}
