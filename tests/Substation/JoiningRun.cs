using System.Diagnostics;
using Metering.Driver;
using Metering.Orders;
using Metering.Orders.Planner;
using Simulation.VirtualTime;
using Substation.Box;
using Substation.Street;

namespace Substation;

/// <summary>How long nodes that are new took until all of their meters could be asked.</summary>
/// <param name="Idle">With nothing else to do, seconds from their coming to the last.</param>
/// <param name="Busy">While a job runs over the others.</param>
/// <param name="IdleMean">The mean of them, and not the last.</param>
/// <param name="JobSeconds">From their coming until that job was done: the medium was taken so long.</param>
/// <param name="Medium">What the medium was used for, from their coming to the last, while the job ran.</param>
internal sealed record JoiningReport(
    string Network, string Read, int Meters, int Joining, int Came, double Idle, double Busy, double Ratio, double IdleMean, double BusyMean, double JobSeconds, string Medium, double ProcessorSeconds);

/// <summary>Nodes that are built in while a job runs over a whole quiet network, in the second night of its life, beside the same nodes on the same line with nothing else to do.</summary>
internal sealed class JoiningRun(StreetPlan plan, string read)
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);
    private static readonly DateTime Run = new(2026, 11, 24, 0, 5, 0, DateTimeKind.Utc), Come = Run.AddMinutes(1);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromHours(6);

    internal async Task<JoiningReport> RunAsync()
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        var idle = await RunAsync([]).ConfigureAwait(false);
        var busy = await RunAsync([new(read, TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(12))]).ConfigureAwait(false);
        var (alone, among) = (idle.Joined.DefaultIfEmpty().Max(), busy.Joined.DefaultIfEmpty().Max());
        return new JoiningReport(
            plan.Network, read, plan.Line.Nodes, plan.Line.Newcomers, Math.Min(idle.Joined.Count, busy.Joined.Count), alone, among, Math.Round(among / alone, 3), Mean(idle.Joined), Mean(busy.Joined), busy.Job, busy.Medium,
            Math.Round((Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds, 1));
    }

    private static double Mean(List<double> joined) => Math.Round(joined.DefaultIfEmpty().Average(), 1);

    private async Task<(List<double> Joined, double Job, string Medium)> RunAsync(IReadOnlyList<CollectionTask> tasks)
    {
        var clock = new VirtualClock(Evening);
        using var street = new PlcStreet(plan with { Line = plan.Line with { NewcomersAt = Come } }, clock);
        var (counters, memory, time) = (new MemoryCounters(), new FreshMemory(), new BoxClock(clock));
        var box = new VirtualBox(clock, [("plc0", () => street.Driver("plc0", counters, time, clock, memory))], tasks, new PlannerPolicy(), new BlockStore(new Subscriber()));
        await using (box.ConfigureAwait(false))
        {
            var waited = street.Line.Presence.Newcomers.Select(node => street.Expected[node]).ToHashSet();
            var others = street.Expected.Values.Except(waited).ToList();
            var joined = new List<double>();
            box.Told += told =>
            {
                if (told is DriverEvent.Joined one && waited.Remove(one.Meter))
                {
                    joined.Add(Math.Round((clock.GetUtcNow().UtcDateTime - Come).TotalSeconds, 1));
                }
            };
            box.Start();
            var never = new TaskCompletionSource();
            await VirtualRun.UntilAsync(clock, never.Task, Come).ConfigureAwait(false);
            var (before, medium, now) = (street.Line.Use, "", Come);
            while (now < Come + Longest && (waited.Count > 0 || others.Exists(meter => box.Planner.MissOf(meter) is not null)))
            {
                now += Look;
                await VirtualRun.UntilAsync(clock, never.Task, now).ConfigureAwait(false);
                medium = waited.Count == 0 && medium.Length == 0 ? street.Line.Use.Since(before).ToString() : medium;
            }

            return (joined, (now - Come).TotalSeconds, medium);
        }
    }
}
