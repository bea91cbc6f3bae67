using System.Globalization;
using Metering.Orders;

namespace Unit.Flows.Collection;

/// <summary>When collection tasks run.</summary>
public class ScheduleTests
{
    [Theory]
    [InlineData("1.00:00:00", "00:05", "2026-11-23T10:00", "2026-11-23T00:05", "2026-11-24T00:05")]
    [InlineData("1.00:00:00", "00:05", "2026-11-23T00:04", "2026-11-22T00:05", "2026-11-23T00:05")]
    [InlineData("00:15:00", "00:05", "2026-11-23T10:21", "2026-11-23T10:20", "2026-11-23T10:35")]
    [InlineData("00:15:00", "00:05", "2026-11-23T00:05", "2026-11-23T00:05", "2026-11-23T00:20")]
    [InlineData("00:15:00", "00:05", "2026-11-23T00:01", "2026-11-22T23:50", "2026-11-23T00:05")]
    [InlineData("07:00:00", "00:00", "2026-11-23T22:00", "2026-11-23T21:00", "2026-11-24T00:00")]
    public void A_task_runs_from_its_start_by_its_period_and_anew_each_day(string every, string start, string now, string last, string next)
    {
        var task = new CollectionTask("registers", TimeSpan.Parse(every, CultureInfo.InvariantCulture), TimeSpan.Parse(start, CultureInfo.InvariantCulture), null);
        Assert.Equal(At(last), Schedule.LastRun(task, At(now)));
        Assert.Equal(At(next), Schedule.NextRun(task, At(now)));
    }

    [Theory]
    [InlineData(1, "01:00", "2026-11-23T10:00", "2026-11-01T01:00", "2026-12-01T01:00")]
    [InlineData(1, "01:00", "2026-12-01T00:59", "2026-11-01T01:00", "2026-12-01T01:00")]
    [InlineData(1, "01:00", "2026-12-31T23:00", "2026-12-01T01:00", "2027-01-01T01:00")]
    [InlineData(3, "00:00", "2026-11-23T10:00", "2026-10-01T00:00", "2027-01-01T00:00")]
    [InlineData(12, "00:00", "2026-01-01T00:00", "2026-01-01T00:00", "2027-01-01T00:00")]
    public void A_monthly_task_runs_on_the_first_day_whatever_the_months_length(int months, string start, string now, string last, string next)
    {
        var task = new CollectionTask("billing-profile", TimeSpan.FromDays(1), TimeSpan.Parse(start, CultureInfo.InvariantCulture), null) { Months = months };
        Assert.Equal(At(last), Schedule.LastRun(task, At(now)));
        Assert.Equal(At(next), Schedule.NextRun(task, At(now)));
    }

    [Fact]
    public void Every_instant_lies_between_the_last_run_and_the_next()
    {
        Gen.Select(Gen.Int[1, 10_000], Gen.Int[0, 1439], Gen.Int[0, 2_000_000], Gen.Int[0, 12]).Sample((minutes, start, at, months) =>
        {
            var task = new CollectionTask("registers", TimeSpan.FromMinutes(minutes < 1440 ? minutes : minutes / 1440 * 1440), TimeSpan.FromMinutes(start), null) { Months = months };
            var now = At("2026-01-01T00:00").AddMinutes(at);
            var (last, next) = (Schedule.LastRun(task, now), Schedule.NextRun(task, now));
            return last <= now && now < next && Schedule.LastRun(task, next) == next;
        });
    }

    [Fact]
    public void A_task_that_never_ran_is_due_and_one_that_ran_since_is_not()
    {
        var task = new CollectionTask("daily-profile", TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), null);
        Assert.Single(Schedule.Next([(task, null)], At("2026-11-23T10:00")).Due);
        Assert.Single(Schedule.Next([(task, At("2026-11-22T23:00"))], At("2026-11-23T10:00")).Due);
        var (due, wake) = Schedule.Next([(task, At("2026-11-23T00:06"))], At("2026-11-23T10:00"));
        Assert.Empty(due);
        Assert.Equal(At("2026-11-24T00:05"), wake);
    }

    private static DateTime At(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);
}
