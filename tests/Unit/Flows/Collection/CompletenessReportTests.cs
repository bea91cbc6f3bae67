using Concentrator.Collection;
using Concentrator.Field;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Planner;
using Unit.Flows.View;

namespace Unit.Flows.Collection;

/// <summary>What is told of a task at its due time: days as the zone cuts them, and a word for each reason.</summary>
public class CompletenessReportTests
{
    private const string Read = "load-profile", Lp1 = "1-0:99.1.0*255";
    private static readonly MeterId Meter = MeterId.Parse("SIM0000000000001"), Silent = MeterId.Parse("SIM0000000000002");
    private static readonly CollectionTask Profile = new(Read, TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(6)), Registers = Profile with { Read = "registers" };
    private readonly ReadMarks _marks = new();

    public static TheoryData<MissReason, string> Words => new()
    {
        { MissReason.None, "meter-has-none" },
        { MissReason.NeverRegistered, "absent" },
        { MissReason.NotConnected, "absent" },
        { MissReason.Absent, "absent" },
        { MissReason.BranchDown, "absent" },
        { MissReason.AtNeighbour, "absent" },
        { MissReason.Exchanged, "absent" },
        { MissReason.NotListed, "absent" },
        { MissReason.KeyMissing, "no-key" },
        { MissReason.WrongKey, "no-key" },
        { MissReason.AssociationRefused, "refused" },
        { MissReason.ClockBeyondWindow, "clock-invalid" },
        { MissReason.ProfileEmpty, "meter-has-none" },
        { MissReason.TooSlow, "absent" },
        { MissReason.NoAnswer, "absent" },
        { MissReason.Refused, "refused" },
        { MissReason.HeldByPassThrough, "refused" },
        { MissReason.NotYet, "absent" },
    };

    [Theory]
    [InlineData("Europe/Madrid", "2026-03-30", 92)]
    [InlineData("Europe/Madrid", "2026-10-26", 100)]
    [InlineData("Europe/Madrid", "2026-11-24", 96)]
    [InlineData("America/Havana", "2026-03-09", 92)] // the clock goes forward over midnight
    [InlineData("America/Havana", "2026-11-02", 100)] // and back to it: the day has two midnights and begins at the first
    [InlineData("America/Havana", "2026-11-01", 96)]
    public void A_day_expects_as_many_quarter_hours_as_it_has(string zone, string run, int quarters)
    {
        var planner = Planner(TimeZoneInfo.FindSystemTimeZoneById(zone), Profile);
        var at = TimeZoneInfo.ConvertTimeToUtc(DateTime.Parse(run, System.Globalization.CultureInfo.InvariantCulture).AddHours(3), planner.Zone);
        var empty = CompletenessReport.Of(planner, new PlannedRead(Profile, at), _marks, at);
        Assert.Equal(quarters, (empty.Until - empty.After).TotalMinutes / 15);
        Store(empty.After.AddMinutes(15), quarters - 3);
        var report = CompletenessReport.Of(planner, new PlannedRead(Profile, at), _marks, at);
        var meter = Assert.Single(report.Meters);
        Assert.Equal((Lp1, 900, quarters, quarters - 3), (meter.Profile, meter.PeriodSeconds, meter.Expected, meter.Received));
        Assert.Equal([new MissingRange(empty.Until.AddMinutes(-30), empty.Until, "absent")], meter.Missing);
        Assert.All([report.After, report.Until, meter.Missing[0].From, meter.Missing[0].To], time => Assert.Equal(DateTimeKind.Utc, time.Kind));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Every_reason_has_its_word(MissReason why, string word)
    {
        Assert.Equal(Enum.GetValues<MissReason>().Length, Words.Count);
        Assert.Equal(word, CompletenessReport.WordOf(why));
        var at = new DateTime(2026, 11, 24, 0, 5, 0, DateTimeKind.Utc);
        var planner = Planner(TimeZoneInfo.Utc, Profile);
        planner.Reach(Meter, "plc0", 1, at);
        planner.Ended(planner.Next(at)!, [new ReadOutcome(why == MissReason.None, why, "as told")], at);
        Store(at.Date.AddHours(-23.75), 10);
        _marks.HasNone(Meter, Read, at.Date.AddHours(-20), at.Date.AddHours(-18.25));
        var meter = Assert.Single(CompletenessReport.Of(planner, new PlannedRead(Profile, at), _marks, at).Meters);
        Assert.Equal((96, 10), (meter.Expected, meter.Received));
        Assert.Equal(["meter-has-none", word], meter.Missing.Skip(1).Select(range => range.Reason)); // after what was never asked for come eight that the meter has not, then those up to midnight
        Assert.Equal(word, meter.Missing[0].Reason);
    }

    [Fact]
    public void Rows_the_meter_has_overwritten_are_told_as_such()
    {
        var at = new DateTime(2026, 11, 24, 0, 5, 0, DateTimeKind.Utc);
        var planner = Planner(TimeZoneInfo.Utc, Profile);
        Store(at.Date.AddHours(-24), 1);
        Store(at.Date.AddHours(-12), 49);
        _marks.Overwritten(Meter, Read, at.Date.AddHours(-24), at.Date.AddHours(-18).AddSeconds(-1));
        _marks.HasNone(Meter, Read, at.Date.AddHours(-18), at.Date.AddHours(-12));
        Assert.Empty(_marks.Missing(Meter, Read, at)!);
        var missing = Assert.Single(CompletenessReport.Of(planner, new PlannedRead(Profile, at), _marks, at).Meters).Missing;
        Assert.Equal(
            [new MissingRange(at.Date.AddHours(-23.75), at.Date.AddHours(-18.25), "overwritten"), new MissingRange(at.Date.AddHours(-18), at.Date.AddHours(-12.25), "meter-has-none")], missing);
    }

    [Fact]
    public void A_meter_that_never_gave_anything_misses_the_whole_day()
    {
        var at = new DateTime(2026, 11, 24, 0, 5, 0, DateTimeKind.Utc);
        var planner = Planner(TimeZoneInfo.Utc, Profile, Registers);
        planner.Expect(Silent, at);
        planner.Lose(Silent, MissReason.NeverRegistered, at);
        Store(at.Date.AddHours(-23.75), 96);
        foreach (var task in (CollectionTask[])[Profile, Registers])
        {
            var report = CompletenessReport.Of(planner, new PlannedRead(task, at), _marks, at);
            Assert.Equal([Meter, Silent], report.Meters.Select(one => one.Meter));
            var silent = report.Meters[1];
            Assert.Equal((null, null, 1, 0), (silent.Profile, silent.PeriodSeconds, silent.Expected, silent.Received));
            Assert.Equal([new MissingRange(at.Date.AddDays(-1), at.Date, "absent")], silent.Missing);
        }
    }

    [Fact]
    public void A_profile_without_a_known_period_counts_as_one()
    {
        var at = new DateTime(2026, 11, 24, 0, 5, 0, DateTimeKind.Utc);
        var planner = Planner(TimeZoneInfo.Utc, Profile);
        Store(at.Date.AddHours(-23.75), 3, period: 0);
        Assert.Equal((1, 0), Counts());
        planner.Reach(Meter, "plc0", 1, at);
        planner.Ended(planner.Next(at)!, [new ReadOutcome(true, MissReason.None, "3 rows")], at);
        Assert.Equal((1, 1), Counts());

        (int, int) Counts()
        {
            var meter = Assert.Single(CompletenessReport.Of(planner, new PlannedRead(Profile, at), _marks, at).Meters);
            Assert.Null(meter.PeriodSeconds);
            Assert.Equal(meter.Expected - meter.Received, meter.Missing.Count);
            return (meter.Expected, meter.Received);
        }
    }

    [Fact]
    public void Rows_of_other_days_and_of_other_tasks_do_not_count()
    {
        var at = new DateTime(2026, 11, 24, 0, 5, 0, DateTimeKind.Utc);
        var planner = Planner(TimeZoneInfo.Utc, Profile);
        Store(at.Date.AddDays(-1), 1); // midnight at its begin is the last row of the day before
        Store(at.Date.AddMinutes(15), 4);
        Store(at.Date.AddHours(-12), 4, task: "daily-profile");
        var meter = Assert.Single(CompletenessReport.Of(planner, new PlannedRead(Profile, at), _marks, at).Meters);
        Assert.Equal((96, 0), (meter.Expected, meter.Received));
        Store(at.Date, 1);
        Assert.Equal(1, Assert.Single(CompletenessReport.Of(planner, new PlannedRead(Profile, at), _marks, at).Meters).Received);
    }

    [Theory]
    [InlineData("Europe/Madrid", "2026-03-30", 92)]
    [InlineData("Europe/Madrid", "2026-10-26", 100)]
    [InlineData("Europe/Madrid", "2026-11-24", 96)]
    public void Rows_of_midnight_belong_to_the_day_they_begin_in_or_end_as_they_are_stamped(string zone, string run, int quarters)
    {
        foreach (var (stamp, first) in ((StampEdge, int)[])[(StampEdge.Start, 0), (StampEdge.End, 15)])
        {
            var marks = new ReadMarks();
            var planner = Planner(TimeZoneInfo.FindSystemTimeZoneById(zone), Profile);
            var at = TimeZoneInfo.ConvertTimeToUtc(DateTime.Parse(run, System.Globalization.CultureInfo.InvariantCulture).AddMinutes(5), planner.Zone);
            var (after, until) = CompletenessReport.Of(planner, new PlannedRead(Profile, at), marks, at) is var empty ? (empty.After, empty.Until) : default;
            Store(after.AddMinutes(first), quarters, stamp: stamp, into: marks);
            Assert.Equal((quarters, quarters, 0), Counts());
            Assert.Empty(marks.Missing(Meter, Read, at)!); // nothing is asked for whose time has not come, and then believed not to be there
            marks = new ReadMarks();
            Store(after.AddMinutes(first), quarters - 1, stamp: stamp, into: marks);
            Assert.Equal((quarters, quarters - 1, 1), Counts());
            Assert.Equal(until.AddMinutes(first - 15), Assert.Single(marks.Missing(Meter, Read, at)!).First);

            (int, int, int) Counts()
            {
                var meter = Assert.Single(CompletenessReport.Of(planner, new PlannedRead(Profile, at), marks, at).Meters);
                return (meter.Expected, meter.Received, meter.Missing.Count);
            }
        }
    }

    [Fact]
    public void Two_tasks_that_read_the_same_are_told_under_their_own_names()
    {
        var at = new DateTime(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc);
        var second = Profile with { Name = "load-profile#2" };
        var planner = Planner(TimeZoneInfo.Utc, Profile, second);
        planner.Reach(Meter, "plc0", 1, at);
        planner.Ended(planner.Next(at)!, [new ReadOutcome(true, MissReason.None, "96 rows"), new ReadOutcome(false, MissReason.NoAnswer, "as told")], at);
        Assert.Equal((MissReason.None, MissReason.NoAnswer), (planner.WhyOf(Meter, Profile), planner.WhyOf(Meter, second)));
        Assert.Equal([Read, "load-profile#2"], planner.TakeDue(at).Select(run => CompletenessReport.Of(planner, run, _marks, at).Task));
        Assert.Equal([Read, "load-profile#2"], CollectionForecast.All(planner, at).Select(one => one.Sentence.Split(':')[0]).Order());
    }

    private static CollectionPlanner Planner(TimeZoneInfo zone, params CollectionTask[] tasks)
    {
        var planner = new CollectionPlanner(tasks, new PlannerPolicy(), zone);
        planner.Expect(Meter, new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc));
        return planner;
    }

    private void Store(DateTime first, int count, int period = 900, string task = Read, StampEdge stamp = StampEdge.None, ReadMarks? into = null)
    {
        var rows = Enumerable.Range(0, count).Select(number => first.AddMinutes(15 * number)).ToList();
        var record = LedgerRecord.Parse(default, PayloadWriter.Profile(Meter.Text, Lp1, period, task, rows, stamp));
        (into ?? _marks).Stored(record.Block!, 0, null);
    }
}
