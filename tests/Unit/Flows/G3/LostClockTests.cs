using Metering.Driver;
using Metering.Orders;
using Simulation.Dlms;

namespace Unit.Flows.G3;

/// <summary>A meter whose clock is years away has no rows under the time that is asked for: its clock alone is looked at until somebody has set it.</summary>
public class LostClockTests
{
    [Fact]
    public async Task It_is_asked_for_rows_once_a_day_and_else_for_its_clock_until_that_is_right_again()
    {
        await using var bench = new MeshBench(options => options with { HoldWithin = TimeSpan.FromHours(1) }); // time passes in strides here, and a modem that had none to answer is started anew
        var device = bench.Device(1, faults: MeterFault.ClockYearsAway | MeterFault.SmallPdu);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        var first = await CountAsync(bench, device, MissReason.ClockBeyondWindow, "days");
        for (var hours = 1; hours < 4; hours++)
        {
            await WaitAsync(bench, TimeSpan.FromHours(1));
            var again = await CountAsync(bench, device, MissReason.ClockBeyondWindow, "asked for its clock only: the meter's clock is");
            Assert.InRange(again, 1, 8); // its association and its clock
            Assert.True(again * 2 < first, $"{first} datagrams with rows, {again} without");
        }

        Assert.StartsWith("1", (await bench.ReadAsync(device, Day(bench) with { Task = null })).Sentence, StringComparison.Ordinal); // a person is given what there is
        await WaitAsync(bench, TimeSpan.FromHours(10));
        await WaitAsync(bench, TimeSpan.FromHours(10));
        Assert.True(await CountAsync(bench, device, MissReason.ClockBeyondWindow, "days") > 8);
        device.Meter!.Clock.Set(bench.Clock.GetUtcNow().UtcDateTime);
        await WaitAsync(bench, TimeSpan.FromHours(1));
        await CountAsync(bench, device, MissReason.None, "rows", TimeSpan.FromHours(1));
    }

    private static async Task<int> CountAsync(MeshBench bench, MeshDevice device, MissReason why, string words, TimeSpan? span = null)
    {
        var before = device.Datagrams;
        var step = await bench.ReadAsync(device, span is { } some ? Day(bench) with { FromUtc = bench.Clock.GetUtcNow().UtcDateTime - some, ToUtc = null } : Day(bench));
        Assert.True((step.State, step.Why) == (OrderState.Done, why) && step.Sentence.Contains(words, StringComparison.Ordinal), $"{step.Why} {step.Sentence}");
        return device.Datagrams - before;
    }

    private static Task WaitAsync(MeshBench bench, TimeSpan time)
    {
        var end = bench.Clock.GetUtcNow() + time;
        return bench.UntilAsync(() => bench.Clock.GetUtcNow() > end, "time passes", TimeSpan.FromMinutes(2));
    }

    private static ReadOrder Day(MeshBench bench) => new("load-profile", bench.Clock.GetUtcNow().UtcDateTime.Date.AddDays(-1).AddSeconds(1), bench.Clock.GetUtcNow().UtcDateTime.Date.AddSeconds(1), "load-profile");
}
