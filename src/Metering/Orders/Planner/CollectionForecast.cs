using System.Globalization;
using Metering.Driver;

namespace Metering.Orders.Planner;

/// <summary>How much of a task's run is there, and how much will be by its time.</summary>
/// <param name="Expected">Meters it concerns.</param>
/// <param name="Complete">Of which everything is there.</param>
/// <param name="Share">What is expected by its time, 0 to 1.</param>
/// <param name="AtRisk">Meters that can be asked, or may come back, and may yet miss it.</param>
/// <param name="Absent">Meters that have been away for a day and more, or never came.</param>
/// <param name="AbsentSince">Since when the first of them, UTC; null where none is, or they never came.</param>
/// <param name="Sentence">All of it in words.</param>
public sealed record CollectionForecast(CollectionTask Task, DateTime Due, int Expected, int Complete, double Share, int AtRisk, int Absent, DateTime? AbsentSince, string Sentence)
{
    private const double Likely = 0.9;
    private static readonly TimeSpan Long = TimeSpan.FromHours(24);

    /// <summary>The one that is due first among those that are not done; null where nothing is promised.</summary>
    public static CollectionForecast? Of(CollectionPlanner planner, DateTime utc)
    {
        CollectionForecast? first = null;
        foreach (var one in All(planner, utc))
        {
            first = first is null || (first.Complete == first.Expected && one.Complete < one.Expected) ? one : first;
        }

        return first;
    }

    /// <summary>One for each task that something is promised of, the first that is due first.</summary>
    public static IEnumerable<CollectionForecast> All(CollectionPlanner planner, DateTime utc) =>
        planner.Tasks.Where(task => task.Due is not null).Select(task => Of(planner, task, utc)).Where(one => one.Expected > 0).OrderBy(one => one.Due);

    private static CollectionForecast Of(CollectionPlanner planner, CollectionTask task, DateTime utc)
    {
        var (expected, complete, atRisk, absent, sum, due) = (0, 0, 0, 0, 0.0, DateTime.MinValue);
        DateTime? since = null;
        foreach (var meter in planner.Works.Values)
        {
            if (meter.Tasks.FirstOrDefault(one => one.Task == task) is not { } work)
            {
                continue;
            }

            expected++;
            due = work.Due;
            if (!work.IsOpen)
            {
                complete++;
                sum++;
                continue;
            }

            var likely = IsHopeless(work.Why) || !meter.Presence.WasSeen ? 0 : meter.Presence.WithinReach(work.Due - utc, utc) * (meter.Failures > 3 ? 0.5 : 1);
            sum += likely;
            var isAway = !meter.Presence.IsPresent && (!meter.Presence.WasSeen || utc - meter.Presence.Since > Long);
            absent += isAway ? 1 : 0;
            since = isAway && meter.Presence.WasSeen && (since is null || meter.Presence.Since < since) ? meter.Presence.Since : since;
            atRisk += !isAway && likely < Likely ? 1 : 0;
        }

        var share = expected == 0 ? 0 : sum / expected;
        return new CollectionForecast(task, due, expected, complete, share, atRisk, absent, since, SentenceOf(planner.Zone, task, due, share, atRisk, absent, since));
    }

    private static bool IsHopeless(MissReason why) => why is MissReason.KeyMissing or MissReason.WrongKey or MissReason.Exchanged or MissReason.ClockBeyondWindow;

    private static string SentenceOf(TimeZoneInfo zone, CollectionTask task, DateTime due, double share, int atRisk, int absent, DateTime? since)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{task.Name}: {Math.Floor(share * 1000) / 10:F1} % by {TimeZoneInfo.ConvertTimeFromUtc(due, zone):HH:mm}");
        text += atRisk == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {atRisk} {(atRisk == 1 ? "meter" : "meters")} at risk");
        return absent == 0 ? text
            : text + string.Create(CultureInfo.InvariantCulture, $", {absent} absent") + (since is { } at ? string.Create(CultureInfo.InvariantCulture, $" since {TimeZoneInfo.ConvertTimeFromUtc(at, zone):dddd}") : "");
    }
}
