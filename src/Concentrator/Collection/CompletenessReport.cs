using Concentrator.Ports;
using Metering.Driver;
using Metering.Orders.Planner;

namespace Concentrator.Collection;

/// <summary>What a head-end is told at the due time of a task: of each meter the rows of the day before the run, and why some are missing (CONTRACTS section 3, <c>completeness</c>).</summary>
internal static class CompletenessReport
{
    /// <summary>The report of a run. Days are cut in the planner's zone: one of 23 or 25 hours has its own number of rows.</summary>
    internal static Completeness Of(CollectionPlanner planner, PlannedRead run, IReadProgress progress, DateTime utc)
    {
        var midnight = TimeZoneInfo.ConvertTimeFromUtc(run.Run, planner.Zone).Date;
        var (after, until) = (ToUtc(midnight.AddDays(-1), planner.Zone), ToUtc(midnight, planner.Zone));
        var meters = new List<MeterCompleteness>();
        foreach (var meter in planner.Meters.Where(run.Task.Concerns).Order())
        {
            var why = planner.WhyOf(meter, run.Task);
            var coverage = run.Task.IsByTime ? progress.CoverageOf(meter, run.Task.Read, after, until) : null;
            meters.Add(coverage is null
                ? new MeterCompleteness(meter, 1, why == MissReason.None ? 1 : 0, why == MissReason.None ? [] : [new MissingRange(after, until, WordOf(why))])
                : new MeterCompleteness(
                    meter, coverage.Expected, coverage.Received, [.. coverage.Gaps.Select(gap => new MissingRange(gap.First, gap.Last, gap.HasNone ? "meter-has-none" : WordOf(why)))]));
        }

        return new Completeness(run.Task.Read, after, until, utc, meters);
    }

    /// <summary>The reason as the head-end knows it: a shorter list than ours.</summary>
    private static string WordOf(MissReason why) => why switch
    {
        MissReason.KeyMissing or MissReason.WrongKey => "no-key",
        MissReason.AssociationRefused or MissReason.Refused or MissReason.HeldByPassThrough => "refused",
        MissReason.ClockBeyondWindow => "clock-invalid",
        MissReason.ProfileEmpty => "meter-has-none",
        _ => "absent",
    };

    private static DateTime ToUtc(DateTime local, TimeZoneInfo zone) => TimeZoneInfo.ConvertTimeToUtc(zone.IsInvalidTime(local) ? local.AddHours(1) : local, zone);
}
