using System.Diagnostics;
using Metering.Driver;
using Metering.Orders;
using Metering.Orders.Planner;
using Simulation.VirtualTime;
using Substation.Box;
using Substation.Street;

namespace Substation;

/// <summary>One night's job over good meters with faulty ones among them, or with the same nodes away: what is said of each faulty one, and how much later the good ones are complete.</summary>
internal sealed class FaultyRun(string network, int seed, bool hasFaulty)
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Until = TimeSpan.FromHours(12);

    /// <summary>When the job begins.</summary>
    internal static DateTime Run { get; } = new(2026, 11, 23, 0, 5, 0, DateTimeKind.Utc);

    internal async Task<FaultyReport> RunAsync()
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = new VirtualClock(Evening);
        var faulty = FaultyStreet.Of(network, seed, hasFaulty);
        using var street = new PlcStreet(faulty.Plan, clock);
        if (hasFaulty)
        {
            faulty.Spoil(street);
        }

        var (counters, memory, time, truth) = (new MemoryCounters(), new FreshMemory(), new BoxClock(clock), new LifeTruth(clock));
        CollectionTask[] tasks = [new("load-profile", TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(12))];
        var box = new VirtualBox(clock, [("plc0", () => street.Driver("plc0", counters, time, clock, memory))], tasks, new PlannerPolicy(), new BlockStore(new Subscriber()));
        var strangers = new Dictionary<string, string>();
        await using (box.ConfigureAwait(false))
        {
            box.Told += truth.Take;
            box.Told += told => Note(told, strangers);
            foreach (var (node, meter) in street.Expected.Where(one => hasFaulty || !faulty.Faults.ContainsKey(one.Key.Number)))
            {
                box.Collector.Expect(meter);
            }

            box.Start();
            var never = new TaskCompletionSource();
            await VirtualRun.UntilAsync(clock, never.Task, Run.AddSeconds(-1)).ConfigureAwait(false);
            var before = street.Line.Use;
            await VirtualRun.UntilAsync(clock, never.Task, Run + Until).ConfigureAwait(false);
            var said = new Dictionary<string, LifeMiss>();
            foreach (var (node, meter) in street.Expected.Where(one => hasFaulty && faulty.Faults.ContainsKey(one.Key.Number)))
            {
                said[faulty.Faults[node.Number]] = new LifeMiss(node.Number, box.Planner.WhyOf(meter, tasks[0]).ToString(), box.Collector.ReasonOf(meter) ?? "", 0);
            }

            var (complete, missing, wrong, again, last) = (0, 0L, 0L, 0L, Run);
            foreach (var (node, meter) in street.Meters)
            {
                wrong += truth.Wrong(meter);
                if (!faulty.Faults.ContainsKey(node.Number))
                {
                    var lost = truth.Compare(meter, Run).Missing;
                    (complete, missing) = (complete + (lost == 0 ? 1 : 0), missing + lost);
                    again += truth.AgainOf(meter.Name);
                    last = truth.LastOf(meter.Name) is { } at && at > last ? at : last;
                }
            }

            return new FaultyReport(
                network, street.Meters.Count - faulty.Faults.Count, complete, missing, wrong, again, Math.Round((last - Run).TotalMinutes, 2), said, [.. strangers.Values], street.Line.Use.Since(before).ToString(),
                Math.Round((Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds, 1));
        }
    }

    private static void Note(DriverEvent told, Dictionary<string, string> strangers)
    {
        if (told is DriverEvent.NodeChanged { Node: { State: NodeState.Quarantined } node })
        {
            strangers[node.Eui] = node.Sentence;
        }
    }
}
