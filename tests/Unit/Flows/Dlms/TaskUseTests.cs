using Metering;
using Metering.Ledger;
using Metering.Orders;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>What becomes of values by the task that reads them: sent, kept here, or only the newest that is known.</summary>
public class TaskUseTests
{
    private static readonly DateTime From = new(2026, 11, 22, 0, 0, 0, DateTimeKind.Utc), To = new(2026, 11, 22, 2, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task What_a_task_keeps_here_is_stored_known_after_a_restart_and_not_stored_twice()
    {
        await using var bench = new FlowBench(new DlmsMeterPlan(1, 1) { Kind = "idis" });
        await bench.ListeningAsync();
        Assert.Equal(OrderState.Done, (await bench.ReadAsync("load-profile", From, To, use: ReadingUse.Kept)).State);
        Assert.NotEmpty(bench.Classes);
        Assert.All(bench.Classes, one => Assert.Equal(RecordClass.Kept, one));
        var (stored, mark) = (bench.Published, bench.Mark());
        Assert.NotNull(mark);
        bench.Restart();
        Assert.Equal(mark, bench.Mark());
        Assert.Equal(OrderState.Done, (await bench.ReadAsync("load-profile", From, To, use: ReadingUse.Kept)).State);
        Assert.Equal(stored, bench.Published);
    }

    [Fact]
    public async Task What_is_only_to_be_shown_is_not_stored()
    {
        await using var bench = new FlowBench(new DlmsMeterPlan(1, 1) { Kind = "idis" });
        await bench.ListeningAsync();
        Assert.Equal(OrderState.Done, (await bench.ReadAsync("registers", use: ReadingUse.Shown)).State);
        Assert.Empty(bench.Classes);
        Assert.Equal(OrderState.Done, (await bench.ReadAsync("registers")).State);
        Assert.Equal([RecordClass.Reading], bench.Classes.Distinct());
    }
}
