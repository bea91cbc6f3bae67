using Metering;
using Metering.Driver;
using Metering.Orders;
using Metering.Orders.Planner;

namespace Unit.Flows.Collection;

/// <summary>Whose turn it is, and when a meter that failed is asked again.</summary>
public class PlannerTests
{
    private static readonly DateTime Night = new(2026, 11, 23, 0, 5, 0, DateTimeKind.Utc);
    private static readonly CollectionTask Profile = new("daily-profile", TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(12));
    private static readonly CollectionTask Billing = new("billing-profile", TimeSpan.FromDays(1), TimeSpan.FromHours(3), TimeSpan.FromHours(12)) { Class = WorkClass.Billing };
    private static readonly ReadOutcome Done = new(true, MissReason.None, "96 rows");

    [Fact]
    public void Each_meter_of_a_channel_is_asked_once_and_no_more_at_a_time_than_the_channel_bears()
    {
        var planner = Planner(new PlannerPolicy(), meters: 10, slots: 3);
        var asked = new List<MeterId>();
        while (asked.Count < 10)
        {
            var visits = All(planner, Night);
            Assert.InRange(visits.Count, 1, 3);
            visits.ForEach(visit => planner.Ended(visit, [Done], Night));
            asked.AddRange(visits.Select(visit => visit.Meter));
        }

        Assert.Equal(10, asked.Distinct().Count());
        Assert.Empty(All(planner, Night.AddHours(20)));
        Assert.Equal(3, All(planner, Night.AddDays(1)).Count);
    }

    [Fact]
    public void What_failed_is_tried_again_ever_later_and_at_once_when_the_meter_joins_anew()
    {
        var planner = Planner(new PlannerPolicy(), meters: 1, slots: 1);
        var (now, gaps) = (Night, new List<TimeSpan>());
        for (var failure = 0; failure < 8; failure++)
        {
            var visit = Assert.Single(All(planner, now));
            planner.Ended(visit, [Missed(MissReason.NoAnswer)], now);
            Assert.Empty(All(planner, now));
            gaps.Add(planner.WakeAt - now);
            now = planner.WakeAt;
        }

        Assert.Equal(TimeSpan.FromMinutes(2), gaps[0]);
        Assert.Equal(gaps.Order(), gaps);
        Assert.Equal(TimeSpan.FromMinutes(20), gaps[^1]);
        planner.Ended(Assert.Single(All(planner, now)), [Missed(MissReason.NoAnswer)], now);
        planner.Lose(Meter(0), MissReason.Absent, now.AddSeconds(1));
        Assert.Empty(All(planner, now.AddHours(1)));
        planner.Reach(Meter(0), "plc0", 1, now.AddHours(2));
        Assert.Single(All(planner, now.AddHours(2)));
    }

    [Fact]
    public void Without_chasing_a_run_asks_once()
    {
        var planner = Planner(new PlannerPolicy { ChasesGaps = false }, meters: 1, slots: 1);
        planner.Ended(Assert.Single(All(planner, Night)), [Missed(MissReason.NoAnswer)], Night);
        Assert.Empty(All(planner, Night.AddHours(23)));
        Assert.Single(All(planner, Night.AddDays(1)));
    }

    [Fact]
    public void Meters_that_are_rarely_there_go_first_and_billing_goes_before_profiles()
    {
        var planner = new CollectionPlanner([Profile, Billing], new PlannerPolicy(), TimeZoneInfo.Utc);
        var start = Night.AddDays(-7);
        Visitor(planner, Meter(1), start, present: TimeSpan.FromHours(23));
        Visitor(planner, Meter(2), start, present: TimeSpan.FromHours(3));
        Assert.Equal([Meter(2), Meter(1)], [.. Order(planner, Night)]);

        var mixed = new CollectionPlanner([Profile, Billing with { Meters = new MeterSelection([Meter(1).Text]) }], new PlannerPolicy(), TimeZoneInfo.Utc);
        Visitor(mixed, Meter(1), start, present: TimeSpan.FromHours(23));
        Visitor(mixed, Meter(2), start, present: TimeSpan.FromHours(3));
        var visit = All(mixed, Night.AddHours(3))[0];
        Assert.Equal((Meter(1), "billing-profile"), (visit.Meter, visit.Reads[0].Task.Read));
        Assert.Equal(2, visit.Reads.Count); // in one go, while its association is open
    }

    [Fact]
    public void A_meter_that_only_wastes_time_is_asked_when_nobody_else_waits()
    {
        var planner = Planner(new PlannerPolicy(), meters: 2, slots: 1);
        var now = Night;
        for (var visits = 0; visits < 4; visits++)
        {
            var visit = All(planner, now)[0];
            if (visit.Meter == Meter(0))
            {
                planner.Ended(visit, [Missed(MissReason.TooSlow)], now += TimeSpan.FromMinutes(3));
                planner.Reach(Meter(0), "plc0", 1, now);
            }
            else
            {
                planner.Ended(visit, [Missed(MissReason.NoAnswer)], now);
                planner.Reach(Meter(1), "plc0", 1, now);
            }
        }

        Assert.Equal(Meter(1), Assert.Single(All(planner, now)).Meter);
    }

    [Fact]
    public void One_slow_meter_never_holds_a_place_of_others()
    {
        var planner = Planner(new PlannerPolicy { FenceAfter = TimeSpan.Zero }, meters: 1, slots: 1);
        planner.Ended(Assert.Single(All(planner, Night)), [Missed(MissReason.TooSlow)], Night.AddMinutes(1));
        planner.Reach(Meter(0), "plc0", 1, Night.AddMinutes(1));
        Assert.True(Assert.Single(All(planner, Night.AddMinutes(1))).IsFenced);
        planner.Reach(Meter(7), "plc0", 1, Night.AddMinutes(1));
        Assert.Equal(Meter(7), Assert.Single(All(planner, Night.AddMinutes(1))).Meter);
    }

    [Fact]
    public void What_only_keys_can_mend_waits_an_hour_or_for_keys()
    {
        var planner = Planner(new PlannerPolicy(), meters: 1, slots: 1);
        planner.Ended(Assert.Single(All(planner, Night)), [Missed(MissReason.KeyMissing)], Night);
        Assert.Empty(All(planner, Night.AddMinutes(59)));
        planner.Hope(Night.AddMinutes(59));
        Assert.Single(All(planner, Night.AddMinutes(59)));
    }

    [Theory]
    [InlineData(MissReason.NeverRegistered, "never registered")]
    [InlineData(MissReason.NotConnected, "registered, but no data connection")]
    [InlineData(MissReason.Absent, "its modem is away")]
    [InlineData(MissReason.BranchDown, "the branch is down with switch 0080E1010203")]
    [InlineData(MissReason.AtNeighbour, "joined at the neighbour 0080E1010203")]
    [InlineData(MissReason.NotListed, "not on the white list")]
    [InlineData(MissReason.Exchanged, "exchanged: 0080E1010203")]
    [InlineData(MissReason.HeldByPassThrough, "held by pass-through of 0080E1010203")]
    public void A_meter_that_is_not_reached_has_its_sentence(MissReason why, string sentence)
    {
        var planner = new CollectionPlanner([Profile], new PlannerPolicy(), TimeZoneInfo.Utc);
        planner.Expect(Meter(1), Night);
        Assert.StartsWith("never registered", planner.MissOf(Meter(1)), StringComparison.Ordinal);
        planner.Lose(Meter(1), why, Night, "0080E1010203");
        Assert.StartsWith(sentence, planner.MissOf(Meter(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Why_a_meter_cannot_be_asked_takes_away_none_that_can()
    {
        var planner = Planner(new PlannerPolicy(), meters: 1, slots: 1);
        planner.Explain(Meter(0), MissReason.NotConnected, Night); // of a moment before it came
        Assert.Equal("not asked yet", planner.MissOf(Meter(0)));
        Assert.Single(All(planner, Night));
        planner.Lose(Meter(0), MissReason.Absent, Night);
        planner.Explain(Meter(0), MissReason.BranchDown, Night, "0080E1010203");
        Assert.StartsWith("the branch is down with switch 0080E1010203", planner.MissOf(Meter(0)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MissReason.KeyMissing, "key missing: as told")]
    [InlineData(MissReason.WrongKey, "wrong key: as told")]
    [InlineData(MissReason.AssociationRefused, "association refused: as told")]
    [InlineData(MissReason.ClockBeyondWindow, "its clock is beyond the window: as told")]
    [InlineData(MissReason.ProfileEmpty, "the profile is empty for that time: as told")]
    [InlineData(MissReason.TooSlow, "answers too slowly: as told")]
    [InlineData(MissReason.NoAnswer, "does not answer: as told")]
    [InlineData(MissReason.Refused, "answers, but not with this: as told")]
    public void A_meter_that_was_asked_in_vain_has_its_sentence_and_none_when_it_gave_everything(MissReason why, string sentence)
    {
        var planner = Planner(new PlannerPolicy(), meters: 1, slots: 1);
        Assert.Equal("not asked yet", planner.MissOf(Meter(0)));
        planner.Ended(Assert.Single(All(planner, Night)), [Missed(why)], Night);
        Assert.Equal(sentence, planner.MissOf(Meter(0)));
        planner.Ended(Assert.Single(All(planner, planner.WakeAt)), [Done], Night.AddHours(2));
        Assert.Null(planner.MissOf(Meter(0)));
    }

    [Fact]
    public void The_forecast_counts_who_is_done_who_will_be_and_who_is_absent_since_when()
    {
        var planner = Planner(new PlannerPolicy(), meters: 10, slots: 10);
        planner.Lose(Meter(9), MissReason.Absent, Night.AddDays(-2));
        var visits = All(planner, Night);
        visits.Take(5).ToList().ForEach(visit => planner.Ended(visit, [Done], Night));
        var forecast = CollectionForecast.Of(planner, Night)!;
        Assert.Equal((10, 5, 1), (forecast.Expected, forecast.Complete, forecast.Absent));
        Assert.InRange(forecast.Share, 0.9, 0.99);
        Assert.EndsWith(" % by 12:00, 1 absent since Saturday", forecast.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_meter_that_is_retired_in_the_middle_of_its_visit_leaves_its_place()
    {
        var planner = Planner(new PlannerPolicy(), meters: 2, slots: 1);
        var visit = Assert.Single(All(planner, Night));
        planner.Forget(visit.Meter);
        planner.Ended(visit, [Done], Night);
        Assert.NotEqual(visit.Meter, Assert.Single(All(planner, Night)).Meter);
    }

    [Fact]
    public void Any_coming_going_and_failing_leaves_no_meter_behind_and_no_place_taken()
    {
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 4], Gen.Int[1, 40]).List[1, 200].Sample(steps =>
        {
            var planner = Planner(new PlannerPolicy(), meters: 6, slots: 2);
            var (now, running) = (Night, new List<PlannedVisit>());
            foreach (var (meter, what, minutes) in steps)
            {
                now = now.AddMinutes(minutes);
                switch (what)
                {
                    case 0:
                        planner.Lose(Meter(meter), MissReason.Absent, now);
                        break;
                    case 1:
                        planner.Reach(Meter(meter), "plc0", 2, now);
                        break;
                    case 2 when running.Count > 0:
                        planner.Ended(running[0], [Missed(MissReason.NoAnswer)], now);
                        running.RemoveAt(0);
                        break;
                    case 3 when running.Count > 0:
                        planner.Ended(running[0], [Done], now);
                        running.RemoveAt(0);
                        break;
                }

                running.AddRange(All(planner, now));
                Assert.InRange(running.Count(visit => !visit.IsFenced), 0, 2);
                Assert.Equal(running.Count, running.Select(visit => visit.Meter).Distinct().Count());
            }

            now = now.Date.AddDays(1).AddHours(1); // the next night, everybody is there and answers
            running.ForEach(visit => planner.Ended(visit, [Done], now));
            Enumerable.Range(0, 6).ToList().ForEach(meter => planner.Reach(Meter(meter), "plc0", 2, now));
            var order = Order(planner, now).ToList();
            Assert.All(Enumerable.Range(0, 6), meter => Assert.Null(planner.MissOf(Meter(meter))));
            Assert.Equal(order.Count, order.Distinct().Count());
        });
    }

    private static CollectionPlanner Planner(PlannerPolicy policy, int meters, int slots)
    {
        var planner = new CollectionPlanner([Profile], policy, TimeZoneInfo.Utc);
        for (var meter = 0; meter < meters; meter++)
        {
            planner.Reach(Meter(meter), "plc0", slots, Night);
        }

        return planner;
    }

    /// <summary>A meter that is there for so long each day, and at the end; its gaps until then are closed.</summary>
    private static void Visitor(CollectionPlanner planner, MeterId meter, DateTime start, TimeSpan present)
    {
        for (var day = start; day < Night; day += TimeSpan.FromDays(1))
        {
            planner.Reach(meter, "plc0", 1, day);
            foreach (var visit in All(planner, day))
            {
                planner.Ended(visit, [.. visit.Reads.Select(_ => Done)], day);
            }

            planner.Lose(meter, MissReason.Absent, day + present);
        }

        planner.Reach(meter, "plc0", 1, Night.AddSeconds(-1));
        foreach (var visit in All(planner, Night.AddSeconds(-1)))
        {
            planner.Ended(visit, [.. visit.Reads.Select(_ => Done)], Night.AddSeconds(-1));
        }
    }

    /// <summary>Everybody in the order they are asked, each answering at once.</summary>
    private static IEnumerable<MeterId> Order(CollectionPlanner planner, DateTime now)
    {
        while (planner.Next(now) is { } visit)
        {
            planner.Ended(visit, [.. visit.Reads.Select(_ => Done)], now);
            yield return visit.Meter;
        }
    }

    private static List<PlannedVisit> All(CollectionPlanner planner, DateTime now)
    {
        var visits = new List<PlannedVisit>();
        while (planner.Next(now) is { } visit)
        {
            visits.Add(visit);
        }

        return visits;
    }

    private static ReadOutcome Missed(MissReason why) => new(false, why, "as told");

    private static MeterId Meter(int number) => MeterId.Parse($"SIM{number:D13}");
}
