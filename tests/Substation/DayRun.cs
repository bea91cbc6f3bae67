using System.Diagnostics;
using System.Globalization;
using Metering;
using Metering.Orders;
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
    string Network, string Shape, int Meters, int Seed, bool Chases, IReadOnlyList<DayCount> Counts, long Rows, long Again, string? Forecast, string Medium, double ProcessorSeconds, IReadOnlyDictionary<string, int> Missed)
{
    /// <summary>Meters whose clocks are within 9 s, percent.</summary>
    public double ClocksRight { get; init; }

    /// <summary>Meters of which a billing row has arrived, percent.</summary>
    public double Billing { get; init; }

    /// <summary>Orders that were given through the day to meters that were there, and how many of them were done on it, percent.</summary>
    public int OrdersGiven { get; init; }

    /// <inheritdoc cref="OrdersGiven"/>
    public double OrdersDone { get; init; }

    /// <summary>What is said of those that were not.</summary>
    public IReadOnlyList<string> OrdersMissed { get; init; } = [];
}

/// <summary>The night and the day after a day whose values are wanted, on virtual time: the network comes up in the evening, the run begins at 00:05, and what is there is counted.</summary>
/// <param name="chases">False: every meter is asked once.</param>
internal sealed class DayRun(StreetPlan plan, bool chases)
{
    /// <summary>From a node's coming to its first answer: half of the minute within which it registers, and it has to connect and to associate.</summary>
    private static readonly TimeSpan Joins = TimeSpan.FromSeconds(35);

    /// <summary>The end of the day whose values are wanted; the network comes up four hours before.</summary>
    internal DateTime Midnight { get; init; } = new(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc);

    private const string LoadProfile = "1-0:99.1.0*255", BillingProfile = "0-0:98.1.0*255";

    /// <summary>Hours after midnight at which is counted.</summary>
    internal IReadOnlyList<double> Hours { get; init; } = [8, 12, 24];

    /// <summary>Times at which the box loses its power, for five minutes each.</summary>
    internal IReadOnlyList<DateTime> Cuts { get; init; } = [];

    /// <summary>Times in which nobody can be reached.</summary>
    internal IReadOnlyList<(DateTime From, DateTime To)> WanOutages { get; init; } = [];

    /// <summary>Further tasks, besides the load profile of the day.</summary>
    internal IReadOnlyList<CollectionTask> Tasks { get; init; } = [];

    /// <summary>Orders are given through the first day.</summary>
    internal bool GivesOrders { get; init; }

    internal async Task<DayReport> RunAsync()
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = new VirtualClock(new DateTimeOffset(Midnight.AddHours(-4), TimeSpan.Zero));
        using var street = new PlcStreet(plan, clock);
        var lives = new BoxLives(street, clock, [new("load-profile", TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(12)), .. Tasks], chases, Cuts, WanOutages);
        await using (lives.ConfigureAwait(false))
        {
            lives.Begin();
            await lives.UntilAsync(Midnight.AddMinutes(5)).ConfigureAwait(false);
            var before = street.Line.Use;
            var ceiling = new AllSeeing(street.Line, Necessary.Of(plan.Network, "load-profile"), Joins).Fetch(Midnight.AddMinutes(5), Midnight.AddHours(Hours[^1]));
            var counts = new List<DayCount>();
            var orders = GivesOrders ? new OrderedDay(street, lives, clock, Midnight, plan.Seed) : null;
            string? forecast = null;
            foreach (var hours in Hours)
            {
                await (orders?.UntilAsync(Midnight.AddHours(hours)) ?? lives.UntilAsync(Midnight.AddHours(hours))).ConfigureAwait(false);
                forecast ??= lives.Box.Collector.Forecast;
                var done = street.Meters.Values.Count(meter => lives.Subscriber.IsComplete(MeterId.Parse(meter.Name), LoadProfile, Midnight.AddDays(-1), Midnight, TimeSpan.FromMinutes(15)));
                counts.Add(new DayCount(string.Create(CultureInfo.InvariantCulture, $"{hours:00}:00"), Percent(done, street.Meters.Count), Math.Round(100 * ceiling.ShareBy(Midnight.AddHours(hours)), 2)));
            }

            if (orders is not null)
            {
                await orders.DisposeAsync().ConfigureAwait(false);
            }

            return new DayReport(
                plan.Network, plan.Line.Name, street.Meters.Count, plan.Seed, chases, counts, lives.Subscriber.Rows, lives.Subscriber.Again, forecast, street.Line.Use.Since(before).ToString(),
                Math.Round((Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds, 1), MissedOf(street, lives.Box))
            {
                ClocksRight = Percent(street.Meters.Values.Count(meter => (meter.Clock.Now - clock.GetUtcNow().UtcDateTime).Duration() <= TimeSpan.FromSeconds(9)), street.Meters.Count),
                Billing = Percent(street.Meters.Values.Count(meter => lives.Subscriber.Has(MeterId.Parse(meter.Name), BillingProfile)), street.Meters.Count),
                OrdersGiven = orders?.Given ?? 0, OrdersDone = orders is null ? 0 : Percent(orders.Done, orders.Given), OrdersMissed = orders?.Missed ?? [],
            };
        }
    }

    private static Dictionary<string, int> MissedOf(PlcStreet street, VirtualBox box) => street.Meters.Values
        .Select(meter => box.Collector.ReasonOf(MeterId.Parse(meter.Name))).OfType<string>().GroupBy(text => text).ToDictionary(group => group.Key, group => group.Count());

    private static double Percent(int done, int all) => Math.Round(100.0 * done / all, 2);
}
