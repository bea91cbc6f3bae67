using System.Diagnostics;
using Metering.Orders;
using Metering.Orders.Planner;
using Simulation.Plc.Ideal;
using Simulation.VirtualTime;
using Substation.Box;
using Substation.Street;

namespace Substation;

/// <summary>What a job took.</summary>
/// <param name="Seconds">From the run until everything was there.</param>
/// <param name="Ratio">The same beside the ideal schedule of what the job needs.</param>
/// <param name="Use">Air that what is needed takes at the least, beside the time the medium offered to data.</param>
internal sealed record JobReport(string Network, string Read, int Meters, double Seconds, double Ideal, double Ratio, double Use, double Complete, string Medium, double ProcessorSeconds)
{
    /// <summary>What is said of the meters that are missed at the end, and of how many.</summary>
    public IReadOnlyDictionary<string, int> Missed { get; init; } = new Dictionary<string, int>();
}

/// <summary>One job over a whole quiet network that is known already: the second night of its life is measured.</summary>
internal sealed class JobRun(StreetPlan plan, string read)
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);
    private static readonly DateTime Run = new(2026, 11, 24, 0, 5, 0, DateTimeKind.Utc);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5), Longest = TimeSpan.FromHours(23);

    internal async Task<JobReport> RunAsync()
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = new VirtualClock(Evening);
        using var street = new PlcStreet(plan, clock);
        var (counters, memory, time) = (new MemoryCounters(), new FreshMemory(), new BoxClock(clock));
        CollectionTask[] tasks = [new(read, TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(12))];
        var box = new VirtualBox(clock, [("plc0", () => street.Driver("plc0", counters, time, clock, memory))], tasks, new PlannerPolicy(), new BlockStore(new Subscriber()));
        await using (box.ConfigureAwait(false))
        {
            box.Start();
            var never = new TaskCompletionSource();
            await VirtualRun.UntilAsync(clock, never.Task, Run.AddSeconds(-1)).ConfigureAwait(false);
            var before = street.Line.Use;
            var now = Run;
            while (now < Run + Longest && (now < Run.AddSeconds(10) || box.Planner.Meters.Any(meter => box.Planner.MissOf(meter) is not null)))
            {
                now += Look;
                await VirtualRun.UntilAsync(clock, never.Task, now).ConfigureAwait(false);
            }

            var used = street.Line.Use.Since(before);
            var ideal = IdealTime.Of(street.Line, street.Meters.Keys.SelectMany(node => Necessary.Of(plan.Network, read).Select(octets => new IdealMessage(node, octets))));
            var seconds = (now - Run).TotalSeconds;
            return new JobReport(
                plan.Network, read, street.Meters.Count, seconds, Math.Round(ideal.OnMedium.TotalSeconds, 1), Math.Round(seconds / ideal.OnMedium.TotalSeconds, 3), Math.Round(ideal.Air / used.Offered, 3),
                1 - ((double)box.Planner.Meters.Count(meter => box.Planner.MissOf(meter) is not null) / street.Meters.Count), used.ToString(),
                Math.Round((Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds, 1))
            {
                Missed = box.Planner.Meters.Select(box.Planner.MissOf).OfType<string>().GroupBy(text => text).ToDictionary(group => group.Key, group => group.Count()),
            };
        }
    }
}
