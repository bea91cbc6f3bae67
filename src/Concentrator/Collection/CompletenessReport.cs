using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Orders.Planner;

namespace Concentrator.Collection;

/// <summary>What a head-end is told at the due time of a task: of each meter the rows of the day before the run, and why some are missing (CONTRACTS section 3, <c>completeness</c>).</summary>
internal static class CompletenessReport
{
    private const string HasNone = "meter-has-none";

    /// <summary>The report of a run. Days are cut in the planner's zone: one of 23 or 25 hours has its own number of rows.</summary>
    internal static Completeness Of(CollectionPlanner planner, PlannedRead run, IReadProgress progress, DateTime utc)
    {
        var midnight = TimeZoneInfo.ConvertTimeFromUtc(run.Run, planner.Zone).Date;
        var (after, until) = (BeginOf(midnight.AddDays(-1), planner.Zone), BeginOf(midnight, planner.Zone));
        return new Completeness(run.Task.Name, after, until, utc, [.. planner.Meters.Where(run.Task.Concerns).Order().Select(Of)]);

        MeterCompleteness Of(MeterId meter)
        {
            var why = planner.WhyOf(meter, run.Task);
            return run.Task.IsByTime && progress.CoverageOf(meter, run.Task.Read, after, until) is { } coverage
                ? new MeterCompleteness(
                    meter, coverage.Profile, coverage.PeriodSeconds, coverage.Expected, coverage.Received,
                    [.. coverage.Gaps.Select(gap => new MissingRange(gap.First, gap.Last, gap.Kind switch { GapKind.HasNone => HasNone, GapKind.Overwritten => "overwritten", _ => WordOf(why) }))])
                : new MeterCompleteness(meter, null, null, 1, why == MissReason.None ? 1 : 0, why == MissReason.None ? [] : [new MissingRange(after, until, WordOf(why))]);
        }
    }

    /// <summary>The reason as the head-end knows it: a shorter list than ours.</summary>
    internal static string WordOf(MissReason why) => why switch
    {
        MissReason.KeyMissing or MissReason.WrongKey => "no-key",
        MissReason.AssociationRefused or MissReason.Refused or MissReason.HeldByPassThrough => "refused",
        MissReason.ClockBeyondWindow => "clock-invalid",
        MissReason.ProfileEmpty or MissReason.None => HasNone, // None: it gave everything it was asked for, and this was not among it
        _ => "absent",
    };

    /// <summary>The instant a day begins: where the clock is set back over midnight, the first of the two; where it is set forward over it, the first there is.</summary>
    private static DateTime BeginOf(DateTime day, TimeZoneInfo zone)
    {
        var local = DateTime.SpecifyKind(day, DateTimeKind.Unspecified);
        return zone.IsAmbiguousTime(local)
            ? DateTime.SpecifyKind(local - zone.GetAmbiguousTimeOffsets(local).Max(), DateTimeKind.Utc)
            : TimeZoneInfo.ConvertTimeToUtc(zone.IsInvalidTime(local) ? local.AddHours(1) : local, zone);
    }
}
