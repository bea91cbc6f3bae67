using Microsoft.Extensions.Time.Testing;
using Simulation.Plc.Ideal;
using Simulation.Plc.Medium;

namespace Unit.Flows.Simulator.Plc;

/// <summary>The yardsticks: what nobody can beat on the same medium.</summary>
public class IdealTests
{
    private static readonly DateTime Start = new(2026, 11, 25, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>A day profile in four blocks of a kilobyte, with its requests.</summary>
    private static readonly int[] DayProfile = [84, 1000, 30, 1000, 30, 1000, 30, 700];

    [Theory]
    [InlineData("prime-dbpsk")]
    [InlineData("prime-r-dbpsk")]
    [InlineData("g3-dbpsk")]
    [InlineData("g3-robo")]
    public void A_medium_that_never_idles_takes_the_ideal_time_and_not_less(string phy)
    {
        var clock = new FakeTimeProvider(Start);
        using var line = new PowerLine(PowerLinePlan.Quiet with { Nodes = 100, Phy = PlcPhy.All.Single(one => one.Name == phy) }, 1, clock);
        var jobs = line.Nodes.SelectMany(node => DayProfile.Select(octets => new IdealMessage(node, octets))).ToArray();
        var ideal = IdealTime.Of(line, jobs);
        var waits = new Queue<IdealMessage>(jobs);
        var ended = Start;
        void Next(bool arrived)
        {
            Assert.True(arrived);
            ended = line.Time.Now;
            if (waits.TryDequeue(out var message))
            {
                line.Up(message.Node, message.Octets, Next);
            }
        }

        for (var i = 0; i < 3; i++)
        {
            Next(true); // three under way, so that the channel is never idle
        }

        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(jobs.Length, line.Use.Delivered);
        Assert.Equal(ideal.Air, line.Use[AirKind.Useful] + line.Use[AirKind.Acknowledgement]);
        Assert.Equal(ideal.Ppdus, line.Use.Ppdus);
        Assert.InRange((ended - Start) / ideal.OnMedium, 0.97, 1.03);
        Assert.True(ideal.OnMedium > ideal.Air * (line.Phy.IsPrime ? 1.1 : 1.01));
    }

    [Theory]
    [InlineData(117, 115)]
    [InlineData(1200, 1179)]
    public void On_the_measured_shape_all_but_the_dead_ones_are_fetched_by_noon(int nodes, int fetched)
    {
        using var line = PresenceTests.Line(PowerLinePlan.Measured with { Nodes = nodes }, 3);
        var day = new AllSeeing(line, DayProfile, TimeSpan.FromSeconds(90)).Fetch(Start, Start.AddHours(12));
        Assert.Equal(nodes, day.Meters);
        Assert.InRange(day.Fetched.Count, fetched - 1, fetched);
        Assert.True(day.ShareBy(Start.AddHours(1)) < day.Share);
    }

    [Fact]
    public void Nothing_is_fetched_from_who_is_not_there_or_not_for_long_enough()
    {
        using var line = PresenceTests.Line(PowerLinePlan.BadFeeder with { Nodes = 200, Outages = [(Start.AddHours(2), Start.AddHours(5))] }, 3);
        var day = new AllSeeing(line, DayProfile, TimeSpan.FromSeconds(90)).Fetch(Start.AddHours(1), Start.AddHours(12));
        Assert.All(day.Fetched, one =>
        {
            Assert.False(one.Key.IsForeign);
            Assert.True(line.Presence.IsPresent(one.Key, one.Value.AddTicks(-1)), $"{one.Key} at {one.Value:O}");
            Assert.False(one.Value > Start.AddHours(2) && one.Value < Start.AddHours(5));
        });
        Assert.Equal(190, day.Fetched.Count); // one in twenty is dead
        var never = new AllSeeing(line, DayProfile, TimeSpan.FromHours(8)).Fetch(Start.AddHours(4), Start.AddHours(12)); // all come back at five, and need until one
        Assert.Empty(never.Fetched);
    }

    [Fact]
    public void A_slow_medium_is_the_ceiling_where_presence_is_not()
    {
        using var line = PresenceTests.Line(PowerLinePlan.Quiet with { Nodes = 400, Phy = PlcPhy.G3Robo }, 3);
        var day = new AllSeeing(line, DayProfile, TimeSpan.FromSeconds(90)).Fetch(Start, Start.AddHours(1));
        var work = IdealTime.Of(line, line.Nodes.SelectMany(node => DayProfile.Select(octets => new IdealMessage(node, octets)))).OnMedium;
        Assert.Equal(TimeSpan.FromHours(1) / work, day.Share, 0.02);
        Assert.Equal(1, new AllSeeing(line, DayProfile, TimeSpan.FromSeconds(90)).Fetch(Start, Start + (work * 1.01)).Share);
    }

    [Theory]
    [InlineData("evening")]
    [InlineData("branches")]
    [InlineData("flapping")]
    public void On_the_other_shapes_the_ceiling_leaves_room_for_the_promise(string name)
    {
        using var line = PresenceTests.Line(PowerLinePlan.ByName[name] with { Nodes = 300 }, 3);
        var day = new AllSeeing(line, DayProfile, TimeSpan.FromSeconds(90)).Fetch(Start, Start.AddHours(12));
        Assert.True(day.Share > 0.99, $"{day.Share}");
    }
}
