using Metering.Driver;
using Metering.Orders;
using Simulation.Dlms;

namespace Unit.Flows.G3;

/// <summary>What one meter's answer may cost the medium that it shares with a thousand.</summary>
public class TransferBudgetTests
{
    [Theory]
    [InlineData(MeterFault.EndlessBlocks)]
    [InlineData(MeterFault.EndlessGeneralBlocks)]
    public async Task An_answer_without_end_ends_at_twice_of_what_was_asked_for(MeterFault fault)
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1, faults: fault);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        var before = device.Datagrams;
        var step = await bench.ReadAsync(device, Day(bench));
        Assert.Equal((OrderState.Failed, MissReason.Refused), (step.State, step.Why));
        Assert.Contains("the answer is longer than", step.Sentence, StringComparison.Ordinal);
        Assert.InRange(device.Datagrams - before, 20, 150); // of 64 octets each
    }

    [Fact]
    public async Task A_day_of_rows_and_the_list_of_all_objects_are_no_answer_without_end()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1, faults: MeterFault.SmallPdu);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        var step = await bench.ReadAsync(device, Day(bench));
        Assert.True(step.State == OrderState.Done && step.Sentence.StartsWith("96 rows", StringComparison.Ordinal), step.Sentence);
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(device)).State);
    }

    [Fact]
    public async Task Who_drips_is_too_slow_in_the_end()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1, faults: MeterFault.EndlessBlocks);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        bench.Modem.Instead = message =>
        {
            bench.Clock.Advance(message[0] == 0x0B ? TimeSpan.FromSeconds(30) : TimeSpan.Zero);
            return null;
        };
        var (before, began) = (device.Datagrams, bench.Clock.GetUtcNow());
        var step = await bench.ReadAsync(device, Day(bench));
        Assert.Equal((OrderState.Failed, MissReason.TooSlow), (step.State, step.Why));
        Assert.Contains("the answer is not whole after", step.Sentence, StringComparison.Ordinal);
        Assert.InRange(device.Datagrams - before, 10, 40);
        Assert.InRange(bench.Clock.GetUtcNow() - began, TimeSpan.FromMinutes(6), TimeSpan.FromMinutes(15));
    }

    private static ReadOrder Day(MeshBench bench) => new("load-profile", bench.Clock.GetUtcNow().UtcDateTime.Date.AddDays(-1).AddSeconds(1), bench.Clock.GetUtcNow().UtcDateTime.Date.AddSeconds(1), "load-profile");
}
