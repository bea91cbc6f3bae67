using Concentrator.Upstream.Mqtt;
using Metering.Driver;
using Metering.Orders;
using Simulation.Dlms;

namespace Unit.Flows.Dlms.Orders;

/// <summary>A meter whose broadcast client may do more than set the clock and take an image is reported when it is commissioned.</summary>
public class RightsTests
{
    [Theory]
    [InlineData(70, "Disconnect control 0-0:96.3.10*255")]
    [InlineData(71, "Limiter 0-0:17.0.0*255")]
    [InlineData(9, "Script table 0-0:10.0.106*255")]
    [InlineData(20, "Activity calendar 0-0:13.0.0*255")]
    [InlineData(64, "Security setup 0-0:43.0.0*255")]
    public async Task A_client_that_may_operate_the_meter_is_an_alarm(ushort classId, string what)
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7) { BroadcastMay = [8, 18, classId] });
        Assert.True(await bench.ListeningAsync());
        var step = await bench.ReadAsync(ReadOrder.BroadcastRights);
        Assert.Equal(OrderState.Done, step.State);
        Assert.Contains(what, step.Sentence, StringComparison.Ordinal);
        var told = Assert.Single(Assert.IsType<DriverEvent.EventsTaken>(step.Told).Events);
        Assert.Equal(((int)RightsEvent.Exposed, "own", "alarm"), (told.Number, told.Set, EventSeverity.Of(told)));
        Assert.Contains("client 102", told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_may_set_the_clock_and_take_an_image_is_none()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7) { BroadcastMay = [8, 18] });
        Assert.True(await bench.ListeningAsync());
        var step = await bench.ReadAsync(ReadOrder.BroadcastRights);
        Assert.Equal((OrderState.Done, (DriverEvent?)null), (step.State, step.Told));
    }

    [Fact]
    public async Task A_meter_that_does_not_show_what_the_client_may_is_told_as_not_known()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        var step = await bench.ReadAsync(ReadOrder.BroadcastRights);
        Assert.Equal((OrderState.Partial, MissReason.Refused), (step.State, step.Why));
        Assert.Contains("no association of client 102", step.Sentence, StringComparison.Ordinal);
    }
}
