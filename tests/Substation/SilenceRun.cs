using System.Diagnostics;
using Metering;
using Simulation.Plc.Medium;
using Simulation.VirtualTime;
using Substation.Box;
using Substation.Street;

namespace Substation;

/// <summary>A meter that was there for an hour and delivered nothing.</summary>
/// <param name="LongestThere">How long it was there in one piece, minutes.</param>
/// <param name="Sentence">What is said of it at the end.</param>
internal sealed record SilentMeter(int Number, double LongestThere, DateTime From, string? Sentence);

/// <summary>Who was heard of in weeks.</summary>
/// <param name="There">Meters that were there for an hour in one piece at some time.</param>
/// <param name="Rare">Of them, those that were there for less than a fiftieth of the time.</param>
/// <param name="Delivered">Meters of which a value arrived.</param>
/// <param name="Silent">Those that were there for an hour and delivered nothing.</param>
/// <param name="Blocks">Answers that arrived, of all of them.</param>
internal sealed record SilenceReport(
    string Network, string Shape, int Meters, int Seed, bool Chases, int Days, int There, int Rare, int Delivered, IReadOnlyList<SilentMeter> Silent, long Blocks, string Medium, double ProcessorSeconds);

/// <summary>Weeks of a network whose registers are read once a day, shortly after midnight; some of its meters are hardly ever there, and not at night.</summary>
/// <param name="chases">False: every meter is asked once.</param>
internal sealed class SilenceRun(StreetPlan plan, bool chases, int days)
{
    private static readonly DateTime Start = new(2026, 12, 1, 0, 0, 0, DateTimeKind.Utc); // presence goes by two days from here on
    private static readonly TimeSpan LongEnough = TimeSpan.FromHours(1);

    internal async Task<SilenceReport> RunAsync()
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        var (clock, end) = (new VirtualClock(new DateTimeOffset(Start, TimeSpan.Zero)), Start.AddDays(days));
        using var street = new PlcStreet(plan, clock);
        var lives = new BoxLives(street, clock, [new("registers", TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(12))], chases, [], []);
        await using (lives.ConfigureAwait(false))
        {
            lives.Begin();
            await lives.UntilAsync(end).ConfigureAwait(false);
            var (there, rare, delivered) = (0, 0, 0);
            var silent = new List<SilentMeter>();
            foreach (var (node, meter) in street.Meters)
            {
                var absences = street.Line.Presence.Absences(node, Start, end);
                var (from, to) = Stays(absences, end).MaxBy(stay => stay.To - stay.From);
                var id = MeterId.Parse(meter.Name);
                var has = lives.Subscriber.Registers.GetValueOrDefault(id) > 0;
                delivered += has ? 1 : 0;
                if (to - from < LongEnough)
                {
                    continue;
                }

                there++;
                rare += absences.Aggregate(TimeSpan.Zero, (sum, one) => sum + (one.To - one.From)) > 0.98 * (end - Start) ? 1 : 0;
                if (!has)
                {
                    silent.Add(new SilentMeter(node.Number, Math.Round((to - from).TotalMinutes), from, lives.Box.Collector.ReasonOf(id)));
                }
            }

            return new SilenceReport(
                plan.Network, plan.Line.Name, street.Meters.Count, plan.Seed, chases, days, there, rare, delivered, silent, lives.Subscriber.Registers.Values.Sum(), street.Line.Use.ToString(),
                Math.Round((Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds, 1));
        }
    }

    /// <summary>The times in which it was there.</summary>
    private static IEnumerable<(DateTime From, DateTime To)> Stays(IReadOnlyList<Absence> absences, DateTime end)
    {
        var at = Start;
        foreach (var absence in absences)
        {
            yield return (at, absence.From);
            at = absence.To;
        }

        yield return (at, end);
    }
}
