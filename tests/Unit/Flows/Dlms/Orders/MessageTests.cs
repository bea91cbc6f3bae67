using System.Text;
using Metering.Orders;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;

namespace Unit.Flows.Dlms.Orders;

/// <summary>Messages to the customer; the meter's display is the proof.</summary>
public class MessageTests
{
    private static readonly DlmsMeterPlan Plan = new(3, 7) { HasCustomerSide = true };

    [Requirement("F2")]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_stands_on_the_display_and_is_taken_away_again(bool overHdlc)
    {
        await using var bench = new DriverBench(Plan, overHdlc ? new MeterHdlcPlan() : null);
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, new MessageOrder("Kein Strom am Freitag, 8–10 Uhr"));
        Assert.Equal((OrderState.Done, "no message", "\"Kein Strom am Freitag, 8–10 Uhr\""), (step.State, step.Before, step.After));
        Assert.Equal("Kein Strom am Freitag, 8–10 Uhr", Shown(bench));
        step = await OrderAsync(bench, new MessageOrder("", "display"));
        Assert.Equal((OrderState.Done, "no message", ""), (step.State, step.After, Shown(bench)));
    }

    [Fact]
    public async Task A_message_that_does_not_fit_is_refused_before_anything_is_written()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, new MessageOrder(new string('a', 160)))).State);
        var step = await OrderAsync(bench, new MessageOrder(new string('a', 159) + "ä"));
        Assert.Equal(OrderState.Refused, step.State);
        Assert.Contains("the meter takes 160 octets there", step.Sentence, StringComparison.Ordinal);
        Assert.Equal(new string('a', 160), Shown(bench));
        Assert.Equal(OrderState.Refused, (await OrderAsync(bench, new MessageOrder("a\u001B[2J"))).State);
    }

    [Fact]
    public async Task A_kind_of_meter_that_shows_none_says_where_others_do()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, new MessageOrder("a", "door"));
        Assert.Equal((OrderState.Failed, "a meter of profile idis shows no message at \"door\": it does at display"), (step.State, step.Sentence));
    }

    [Fact]
    public async Task A_display_that_may_not_be_written_is_told_with_what_it_shows()
    {
        await using var bench = new DriverBench(Plan, change: options => options with { Association = options.Association with { Client = 2 } });
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, new MessageOrder("a"));
        Assert.Equal((OrderState.Failed, "no message"), (step.State, step.After));
        Assert.Contains("denied", step.Sentence, StringComparison.Ordinal);
    }

    private static string Shown(DriverBench bench)
    {
        var data = bench.Meter.Part<CustomerSide>()!.Display.Get(2, null).Data.Span;
        return Encoding.UTF8.GetString(data[(data[1] < 0x80 ? 2 : 3)..]);
    }

    private static Task<OrderStep> OrderAsync(DriverBench bench, MessageOrder order) => bench.OrderAsync(OrderKind.Message, order.ToPayload());
}
