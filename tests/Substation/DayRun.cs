using System.Diagnostics;
using System.Globalization;
using Metering;
using Metering.Orders;
using Metering.Orders.Planner;
using Simulation.Plc.Ideal;
using Simulation.VirtualTime;
using Substation.Box;
using Substation.Street;

namespace Substation;

/// <summary>How much is there at one time.</summary>
/// <param name="Complete">Share of meter-days of which every interval has arrived, percent.</param>
/// <param name="Ceiling">What an all-seeing scheduler has by then, percent.</param>
internal sealed record DayCount(string At, double Complete, double Ceiling);

/// <summary>What became of a day.</summary>
/// <param name="Again">Rows that arrived though they had before.</param>
/// <param name="Missed">What is said of the meters that are missed, and of how many.</param>
internal sealed record DayReport(
    string Network, string Shape, int Meters, int Seed, bool Chases, IReadOnlyList<DayCount> Counts, long Rows, long Again, string? Forecast, string Medium, double ProcessorSeconds, IReadOnlyDictionary<string, int> Missed);

/// <summary>The night and the day after a day whose values are wanted, on virtual time: the network comes up in the evening, the run begins at 00:05, and what is there is counted.</summary>
/// <param name="chases">False: every meter is asked once.</param>
internal sealed class DayRun(StreetPlan plan, bool chases)
{
    /// <summary>From a node's coming to its first answer: half of the minute within which it registers, and it has to connect and to associate.</summary>
    private static readonly TimeSpan Joins = TimeSpan.FromSeconds(35);

    private static readonly DateTimeOffset Evening = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);

    /// <summary>The end of the day whose values are wanted.</summary>
    internal static DateTime Midnight { get; } = new(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc);

    private const string LoadProfile = "1-0:99.1.0*255";

    /// <summary>Hours after midnight at which is counted.</summary>
    internal IReadOnlyList<double> Hours { get; init; } = [8, 12, 24];

    /// <summary>What happens meanwhile, besides what the plan of the line says.</summary>
    internal Action<PlcStreet>? Meanwhile { get; init; }

    internal async Task<DayReport> RunAsync()
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = new VirtualClock(Evening);
        using var street = new PlcStreet(plan, clock);
        var (counters, memory, time) = (new MemoryCounters(), new FreshMemory(), new BoxClock(clock));
        CollectionTask[] tasks = [new("load-profile", TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(12))];
        var box = new VirtualBox(clock, [("plc0", () => street.Driver("plc0", counters, time, clock, memory))], tasks, new PlannerPolicy { ChasesGaps = chases });
        await using (box.ConfigureAwait(false))
        {
            foreach (var meter in street.Meters.Values)
            {
                box.Collector.Expect(MeterId.Parse(meter.Name));
            }

            box.Start();
            Meanwhile?.Invoke(street);
            var never = new TaskCompletionSource();
            await VirtualRun.UntilAsync(clock, never.Task, Midnight.AddMinutes(5)).ConfigureAwait(false);
            var before = street.Line.Use;
            var ceiling = new AllSeeing(street.Line, Necessary.Of(plan.Network, "load-profile"), Joins).Fetch(Midnight.AddMinutes(5), Midnight.AddHours(Hours[^1]));
            var counts = new List<DayCount>();
            string? forecast = null;
            foreach (var hours in Hours)
            {
                await VirtualRun.UntilAsync(clock, never.Task, Midnight.AddHours(hours)).ConfigureAwait(false);
                forecast ??= box.Collector.Forecast;
                var done = street.Meters.Values.Count(meter => box.Subscriber.IsComplete(MeterId.Parse(meter.Name), LoadProfile, Midnight.AddDays(-1), Midnight, TimeSpan.FromMinutes(15)));
                counts.Add(new DayCount(string.Create(CultureInfo.InvariantCulture, $"{hours:00}:00"), Percent(done, street.Meters.Count), Math.Round(100 * ceiling.ShareBy(Midnight.AddHours(hours)), 2)));
            }

            return new DayReport(
                plan.Network, plan.Line.Name, street.Meters.Count, plan.Seed, chases, counts, box.Subscriber.Rows, box.Subscriber.Again, forecast, street.Line.Use.Since(before).ToString(),
                Math.Round((Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds, 1), MissedOf(street, box));
        }
    }

    private static Dictionary<string, int> MissedOf(PlcStreet street, VirtualBox box) => street.Meters.Values
        .Select(meter => box.Collector.ReasonOf(MeterId.Parse(meter.Name))).OfType<string>().GroupBy(text => text).ToDictionary(group => group.Key, group => group.Count());

    private static double Percent(int done, int all) => Math.Round(100.0 * done / all, 2);
}
