using Metering;
using Metering.Orders;

namespace Unit.Flows.Orders;

/// <summary>When a meter's clock is touched, and when not (R11, REQUIREMENTS section 2).</summary>
public class ClockRuleTests
{
    private static readonly DateTime Now = new(2026, 11, 25, 10, 7, 0, DateTimeKind.Utc), Local = new(2026, 11, 25, 11, 7, 0, DateTimeKind.Unspecified);
    private static readonly TimeTrust Trusted = new(2, 0, TimeSpan.FromMinutes(15));

    [Requirement("P2")]
    [Theory]
    [InlineData(0, ClockMove.Keep)]
    [InlineData(2, ClockMove.Keep)]
    [InlineData(-2, ClockMove.Keep)]
    [InlineData(2.6, ClockMove.Shift)]
    [InlineData(-9, ClockMove.Shift)]
    [InlineData(9.1, ClockMove.Set)]
    [InlineData(-3600, ClockMove.Set)]
    [InlineData(3601, ClockMove.AskOperator)]
    [InlineData(-315360000, ClockMove.AskOperator)]
    public void The_windows(double seconds, ClockMove expected) => Assert.Equal(expected, Decide(TimeSpan.FromSeconds(seconds)).Move);

    [Theory]
    [InlineData(1, 0, 900)] // one source only
    [InlineData(2, 0, 899)] // a second too short
    [InlineData(2, 2, 3600)] // as many against it
    [InlineData(0, 0, 0)]
    public void A_box_whose_own_clock_is_not_trusted_touches_none(int agreeing, int disagreeing, int seconds)
    {
        var decision = Decide(TimeSpan.FromSeconds(5), trust: new TimeTrust(agreeing, disagreeing, TimeSpan.FromSeconds(seconds)));
        Assert.Equal(ClockMove.Refrain, decision.Move);
        Assert.Contains("two agreeing sources", decision.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("11:14:01", 5)] // a capture at 11:15 is 59 s away
    [InlineData("11:15:59", 5)]
    [InlineData("11:14:30", 40)] // where the clock would go to
    [InlineData("11:16:10", 20)]
    public void A_capture_is_a_minute_away_at_least(string time, double seconds) =>
        Assert.Equal(ClockMove.Wait, Decide(TimeSpan.FromSeconds(seconds), local: Local.Date + TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture)).Move);

    [Theory]
    [InlineData("2026-11-30T23:46:30")]
    [InlineData("2026-12-01T00:13:30")]
    public void The_end_of_a_month_is_a_quarter_of_an_hour_away_at_least(string local)
    {
        var at = DateTime.Parse(local, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(ClockMove.Wait, Decide(TimeSpan.FromSeconds(5), local: at).Move);
        Assert.Equal(ClockMove.Shift, Decide(TimeSpan.FromSeconds(5), local: at.AddDays(-10)).Move);
    }

    [Fact]
    public void Once_a_day_at_most()
    {
        Assert.Equal(ClockMove.Refrain, Decide(TimeSpan.FromSeconds(5), moved: Now.AddHours(-23)).Move);
        Assert.Equal(ClockMove.Shift, Decide(TimeSpan.FromSeconds(5), moved: Now.AddHours(-24)).Move);
    }

    [Fact]
    public void What_is_not_known_better_than_the_difference_is_no_difference() =>
        Assert.Equal(ClockMove.Keep, Decide(TimeSpan.FromSeconds(4), uncertainty: TimeSpan.FromSeconds(3)).Move);

    private static ClockDecision Decide(TimeSpan difference, TimeTrust? trust = null, DateTime? local = null, DateTime? moved = null, TimeSpan uncertainty = default) => ClockRule.Decide(
        ClockLimits.Standard, trust ?? Trusted, new ClockReading(difference, uncertainty, local ?? Local, TimeSpan.FromMinutes(15), moved), Now);
}
