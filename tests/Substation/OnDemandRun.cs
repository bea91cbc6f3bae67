using System.Diagnostics;
using Concentrator.Orders;
using Metering.Orders;
using Simulation.Dlms.Equipment;
using Simulation.Plc.Medium;
using Simulation.VirtualTime;
using Substation.Box;
using Substation.Street;

namespace Substation;

/// <summary>How long people waited for a value while the box had everything else to do.</summary>
/// <param name="Asked">Meters that were there when they were asked for, so many hops away each.</param>
/// <param name="Answered">Of them, how many answered, percent.</param>
/// <param name="Median">Seconds from the order to its end, of those that were answered; half of them, and nineteen in twenty, took no longer.</param>
/// <param name="Collected">Meters whose day was complete when the first was asked, and when the last had answered.</param>
/// <param name="Blocks">Image blocks that meters had taken by then.</param>
internal sealed record OnDemandReport(
    string Network, string Shape, int Meters, int Seed, bool Arbitrates, int Asked, double Answered, double Median, double Percentile95, IReadOnlyList<double> MedianByHops, IReadOnlyList<int> Collected, IReadOnlyList<int> Blocks,
    IReadOnlyDictionary<string, int> Failed, string Medium, double ProcessorSeconds);

/// <summary>Reads on demand while the day is collected and an image is brought to the whole street (C2): one after another, over the whole tree up to three hops.</summary>
/// <param name="reads">How many.</param>
internal sealed class OnDemandRun(StreetPlan plan, int reads)
{
    private const string LoadProfile = "1-0:99.1.0*255";
    private const int ImageOctets = 300_000;
    private static readonly DateTime Midnight = new(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(20), Patience = TimeSpan.FromMinutes(10);

    internal async Task<OnDemandReport> RunAsync()
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = new VirtualClock(new DateTimeOffset(Midnight.AddHours(-4), TimeSpan.Zero));
        using var street = new PlcStreet(plan, clock);
        var lives = new BoxLives(street, clock, [new("load-profile", TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(12))], chases: true, [], []);
        await using (lives.ConfigureAwait(false))
        {
            lives.Begin();
            var orders = new StreetOrders(lives.Box, clock);
            await using (orders.ConfigureAwait(false))
            {
                orders.Start();
                await lives.UntilAsync(Midnight.AddMinutes(-75)).ConfigureAwait(false);
                await orders.GiveAsync("firmware", [.. street.Expected.Values], Image(), Midnight.AddHours(20)).ConfigureAwait(false);
                await lives.UntilAsync(Midnight.AddMinutes(10)).ConfigureAwait(false);
                int[] before = [Collected(street, lives), Blocks(street)];
                var use = street.Line.Use;
                var (asked, random) = (new List<(OrderEntry Order, DateTime At, int Hops)>(), new Random(plan.Seed));
                for (var at = Midnight.AddMinutes(10); asked.Count < reads; at += Apart)
                {
                    await lives.UntilAsync(at).ConfigureAwait(false);
                    if (Pick(street, asked, random) is { } node)
                    {
                        asked.Add((await orders.GiveAsync("read", [street.Expected[node]], "{\"what\":\"1-0:1.8.0*255\"}", at + Patience).ConfigureAwait(false), at, node.Level + 1));
                    }
                    else
                    {
                        break; // nobody else is there
                    }
                }

                int[] after = [Collected(street, lives), Blocks(street)];
                var used = street.Line.Use.Since(use);
                await lives.UntilAsync(asked[^1].At + Patience + TimeSpan.FromMinutes(1)).ConfigureAwait(false);
                var waits = asked.Where(one => one.Order.State == OrderState.Done).Select(one => (Seconds: (one.Order.ChangedAt!.Value - one.At).TotalSeconds, one.Hops)).ToList();
                return new OnDemandReport(
                    plan.Network, plan.Line.Name, street.Meters.Count, plan.Seed, plan.Arbitrates, asked.Count, Math.Round(100.0 * waits.Count / asked.Count, 1), Part(waits.Select(wait => wait.Seconds), 0.5), Part(waits.Select(wait => wait.Seconds), 0.95),
                    [.. Enumerable.Range(1, 3).Select(hops => Part(waits.Where(wait => wait.Hops == hops).Select(wait => wait.Seconds), 0.5))], [before[0], after[0]], [before[1], after[1]],
                    asked.Where(one => one.Order.State != OrderState.Done).GroupBy(one => one.Order.Meters.Values.First().Sentence).ToDictionary(group => group.Key, group => group.Count()), used.ToString(),
                    Math.Round((Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds, 1));
            }
        }
    }

    /// <summary>A node that is there and was not asked yet, each number of hops in its turn.</summary>
    private static PlcNode? Pick(PlcStreet street, List<(OrderEntry Order, DateTime At, int Hops)> asked, Random random)
    {
        var known = asked.Select(one => one.Order.Request.Meters[0]).ToHashSet();
        for (var turn = 0; turn < 3; turn++)
        {
            PlcNode[] some = [.. street.Meters.Keys.Where(node => node.IsPresent && node.Level == (asked.Count + turn) % 3 && !known.Contains(street.Expected[node])).OrderBy(node => node.Number)];
            if (some.Length > 0)
            {
                return some[random.Next(some.Length)];
            }
        }

        return null;
    }

    private string Image()
    {
        var image = new byte[ImageOctets];
        new Random(plan.Seed).NextBytes(image);
        return $"{{\"legallyRelevant\":false,\"identification\":\"{Convert.ToHexString("SIM 2.0.0"u8)}\",\"image\":\"{Convert.ToBase64String(image)}\",\"activate\":false}}";
    }

    private static int Collected(PlcStreet street, BoxLives lives) =>
        street.Expected.Values.Count(meter => lives.Subscriber.IsComplete(meter, LoadProfile, Midnight.AddDays(-1), Midnight, TimeSpan.FromMinutes(15)));

    private static int Blocks(PlcStreet street) => street.Meters.Values.Sum(meter => meter.Part<ImageFlash>()!.Transfer.BlocksTaken);

    private static double Part(IEnumerable<double> seconds, double share)
    {
        double[] sorted = [.. seconds.Order()];
        return sorted.Length == 0 ? 0 : Math.Round(sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)], 1);
    }
}
