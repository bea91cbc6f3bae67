using System.Diagnostics;
using System.Globalization;
using Metering;
using Metering.Driver;
using Metering.Orders;
using Metering.Orders.Planner;
using Simulation.Plc.Medium;
using Simulation.VirtualTime;
using Substation.Box;
using Substation.Street;

namespace Substation;

/// <summary>A night, a day and an evening in which things happen, to the meters or to the modem; the load profile is wanted every three hours, and what is there at the end is held beside what the meters stored.</summary>
/// <param name="kind">
/// wander: meters come and go, and are at the neighbour's; modem: the modem has its troubles; box: the box is replaced by one that knows nothing of the network.
/// </param>
internal sealed class LifeRun(StreetPlan plan, string kind)
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);
    private static readonly DateTime First = new(2026, 11, 23, 0, 5, 0, DateTimeKind.Utc);
    private const int Runs = 8;

    /// <summary>Who was there for so long in one piece since the last run began has no excuse.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan Exchange = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, HashSet<string>> _addresses = [];
    private readonly HashSet<MeterId> _branches = [];
    private int _went;

    /// <summary>How often the profile is wanted.</summary>
    internal static TimeSpan Every { get; } = TimeSpan.FromHours(3);

    /// <summary>The plan of a kind of day.</summary>
    internal static StreetPlan PlanOf(string network, string kind, int meters, int seed)
    {
        var phy = network == "g3" ? PlcPhy.G3Dbpsk : PlcPhy.PrimeDbpsk;
        return kind == "box" ? new StreetPlan(network, PowerLinePlan.Quiet with { Nodes = meters, Phy = phy, Loss = 0.03 }, seed)
            : kind == "modem"
            ? new StreetPlan(network, PowerLinePlan.Quiet with { Nodes = meters, Phy = phy, Loss = 0.03 }, seed) { Damage = new(Flip: 0.003, Cut: 0.002, DoubledFlag: 0.01, Noise: 0.003, Seed: seed) }
            : new StreetPlan(network, PowerLinePlan.Measured with { Nodes = meters, Phy = phy, Strays = 0.1, SwitchFailuresPerDay = 2, Foreigners = 3, HopsPerDay = network == "g3" ? 0 : 0.3 }, seed);
    }

    internal async Task<LifeReport> RunAsync()
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = new VirtualClock(Evening);
        using var street = new PlcStreet(plan, clock);
        var (time, truth, never) = (new BoxClock(clock), new LifeTruth(clock), new TaskCompletionSource());
        CollectionTask[] tasks = [new("load-profile", Every, TimeSpan.FromMinutes(5), null)];
        var box = Build(street, clock, time, tasks, truth, 1);
        try
        {
            var neighbour = new LifeNeighbour(street, box.Collector);
            if (kind == "modem")
            {
                LifeTroubles.Begin(street, First);
            }

            var counts = new List<LifeCount>();
            for (var run = 0; run < Runs; run++)
            {
                if (kind == "box" && run == 1)
                {
                    await VirtualRun.UntilAsync(clock, never.Task, First + Every + TimeSpan.FromMinutes(1)).ConfigureAwait(false);
                    await VirtualRun.UntilAsync(clock, box.DisposeAsync().AsTask(), clock.GetUtcNow() + Exchange).ConfigureAwait(false);
                    box = Build(street, clock, time, tasks, truth, 2);
                }

                var look = First + ((run + 1) * Every) - TimeSpan.FromMinutes(6);
                await VirtualRun.UntilAsync(clock, never.Task, look).ConfigureAwait(false);
                counts.Add(new LifeCount(look.ToString("HH:mm", CultureInfo.InvariantCulture), street.Expected.Values.Count(meter => box.Collector.ReasonOf(meter) is null)));
            }

            return Report(street, box, truth, tasks[0], counts, neighbour.Visits) with { ProcessorSeconds = Math.Round((Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds, 1) };
        }
        finally
        {
            await box.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A box with the street's shipment list and keys, which otherwise knows nothing.</summary>
    private VirtualBox Build(PlcStreet street, VirtualClock clock, BoxClock time, CollectionTask[] tasks, LifeTruth truth, byte number)
    {
        var (counters, memory) = (new MemoryCounters(), new FreshMemory());
        var box = new VirtualBox(clock, [("plc0", () => street.Driver("plc0", counters, time, clock, memory, number))], tasks, new PlannerPolicy(), new BlockStore(new Subscriber()));
        box.Told += truth.Take;
        box.Told += Take;
        foreach (var meter in street.Expected.Values)
        {
            box.Collector.Expect(meter);
        }

        box.Start();
        return box;
    }

    private LifeReport Report(PlcStreet street, VirtualBox box, LifeTruth truth, CollectionTask task, List<LifeCount> counts, int visits)
    {
        var (last, end) = (First + ((Runs - 1) * Every), First + (Runs * Every) - TimeSpan.FromMinutes(6));
        var (there, wanted, missing, wrong, unlisted) = (0, 0L, 0L, 0L, 0);
        var missed = new List<LifeMiss>();
        foreach (var (node, meter) in street.Meters)
        {
            var (id, longest) = (street.Expected[node], LongestThere(street.Line.Presence.Absences(node, last, end), last, end));
            wrong += truth.Wrong(meter);
            if (longest >= LongEnough)
            {
                var compared = truth.Compare(meter, last);
                (there, wanted, missing) = (there + 1, wanted + compared.Wanted, missing + compared.Missing);
            }

            if (box.Collector.ReasonOf(id) is { } sentence)
            {
                var why = box.Planner.WhyOf(id, task);
                unlisted += IsListed(why, sentence) ? 0 : 1;
                missed.Add(new LifeMiss(node.Number, why.ToString(), sentence, Math.Round(longest.TotalMinutes)));
            }
        }

        return new LifeReport(
            plan.Network, kind, street.Meters.Count, plan.Seed, counts, there, wanted, missing, wrong, truth.Count.Came, truth.Count.Again, _addresses.Values.Count(all => all.Count > 1), _went, visits, _branches.Count,
            street.Modem.Spoiled, unlisted, missed, 0);
    }

    /// <summary>It says the sentence of a reason, and the reason is one.</summary>
    internal static bool IsListed(MissReason why, string sentence) =>
        why is not (MissReason.None or MissReason.NotYet) && sentence.StartsWith(MissText.Of(why).Split(" since")[0].Split(" with ")[0].Split(':')[0], StringComparison.Ordinal);

    private static TimeSpan LongestThere(IReadOnlyList<Absence> absences, DateTime from, DateTime to)
    {
        var (longest, at) = (TimeSpan.Zero, from);
        foreach (var absence in absences)
        {
            longest = absence.From - at > longest ? absence.From - at : longest;
            at = absence.To;
        }

        return to - at > longest ? to - at : longest;
    }

    private void Take(DriverEvent told)
    {
        switch (told)
        {
            case DriverEvent.NodeChanged { Node: { Address.Length: > 0, State: NodeState.Connected } node }:
                (_addresses.TryGetValue(node.Eui, out var all) ? all : _addresses[node.Eui] = []).Add(node.Address);
                break;
            case DriverEvent.NodeChanged { Node: { Why: MissReason.BranchDown } node }:
                _branches.Add(node.Meter);
                break;
            case DriverEvent.Left:
                _went++;
                break;
        }
    }
}
