using Simulation.Dlms;
using Simulation.Dlms.Equipment;

namespace Unit.Flows.Dlms;

/// <summary>Rows that are read again: told once, and with the next revision where they are others by now.</summary>
public class RevisionTests
{
    private const string Load = "1-0:99.1.0*255";
    private static readonly DateTime Now = new(2026, 11, 23, 10, 7, 30, DateTimeKind.Utc);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_the_meter_changed_keeps_its_identity_and_the_others_are_not_told_again(bool restart)
    {
        await using var flow = await OpenAsync();
        var (before, published) = (flow.Rows(Load)[^1], flow.Published);
        flow.Meter.Part<LoadProfiles>()!.Load.Revise(0x04, [.. new uint[] { 11, 12, 13, 14 }.Select(MeterValue.UInt32)]);
        if (restart)
        {
            flow.Restart();
        }

        await flow.ReadAsync("load-profile", Now.AddHours(-12), Now);
        Assert.Equal(published + 1, flow.Published);
        Assert.Equal(before with { Values = "11 12 13 14", Status = "04", Flags = "DNV", Quality = "invalid", Revision = 1 }, flow.Rows(Load)[^1]);
        flow.Meter.Part<LoadProfiles>()!.Load.Revise(0x00, [.. new uint[] { 11, 12, 13, 14 }.Select(MeterValue.UInt32)]);
        await flow.ReadAsync("load-profile", Now.AddHours(-12), Now);
        Assert.Equal(2, flow.Rows(Load)[^1].Revision);
        Assert.Equal(published + 2, flow.Published);
    }

    [Fact]
    public async Task Rows_that_are_the_same_are_not_told_again_to_the_boxs_own_task_but_to_a_person_who_asks()
    {
        await using var flow = await OpenAsync();
        var published = flow.Published;
        await flow.ReadAsync("load-profile", Now.AddHours(-2), Now);
        Assert.Equal(published, flow.Published);
        await flow.ReadAsync("load-profile", Now.AddHours(-2), Now, task: null);
        Assert.Equal(published + 8, flow.Published);
        Assert.Contains("\"orderId\":\"order-3\"", flow.Messages[^1], StringComparison.Ordinal);
        Assert.All(flow.Rows(Load), row => Assert.Equal(0, row.Revision));
    }

    [Fact]
    public async Task A_second_pass_through_a_time_arrives_though_the_first_was_read_before()
    {
        await using var flow = await OpenAsync();
        var first = flow.Rows(Load).ToDictionary(row => row.Key);
        flow.Meter.SetClock(Now.AddMinutes(-40)); // 09:27:30: the rows of 09:30 to 10:00 come again
        flow.Bench.Clock.Advance(TimeSpan.FromMinutes(38));
        await flow.ReadAsync("load-profile", Now.AddHours(-2), flow.Meter.Clock.Now);
        var both = flow.Rows(Load).ToDictionary(row => row.Key);
        foreach (var time in new[] { "09:30", "09:45", "10:00" })
        {
            Assert.Equal(first[$"SIM0000000000003/{Load}/2026-11-23T{time}Z/0"], both[$"SIM0000000000003/{Load}/2026-11-23T{time}Z/0"]);
            Assert.NotEqual(first[$"SIM0000000000003/{Load}/2026-11-23T{time}Z/0"].Values, both[$"SIM0000000000003/{Load}/2026-11-23T{time}Z/1"].Values);
        }

        Assert.Equal("CAD", both[$"SIM0000000000003/{Load}/2026-11-23T09:30Z/1"].Flags);
        Assert.Equal(first.Count + 3, both.Count);
    }

    private static async Task<FlowBench> OpenAsync()
    {
        var flow = new FlowBench(new DlmsMeterPlan(3, 7));
        await flow.ListeningAsync();
        await flow.ReadAsync("load-profile", Now.AddDays(-3), Now);
        return flow;
    }
}
