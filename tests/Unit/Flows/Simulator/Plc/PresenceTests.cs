using Microsoft.Extensions.Time.Testing;
using Simulation.Plc.Medium;

namespace Unit.Flows.Simulator.Plc;

/// <summary>Who is there when: the measured quantiles, and the shapes.</summary>
public class PresenceTests
{
    private static readonly DateTime Start = new(2026, 11, 25, 0, 0, 0, DateTimeKind.Utc); // a cycle begins

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_thousand_nodes_are_there_as_often_as_was_measured(int seed)
    {
        using var line = Line(PowerLinePlan.Measured with { Nodes = 1000 }, seed);
        var shares = line.Nodes.Select(node => Share(line, node, Start, Start.AddDays(2))).Order().ToArray();
        Assert.Equal(2 / 117.0, shares.Count(share => share == 0) / 1000.0, 0.002);
        Assert.Equal(1 / 117.0, shares.Count(share => share is > 0.10 and < 0.12) / 1000.0, 0.002);
        (int At, double Share)[] stated = [(50, 0.73), (100, 0.84), (200, 0.93), (250, 0.974), (300, 0.985), (400, 0.991), (500, 0.9993)];
        foreach (var (at, share) in stated)
        {
            Assert.Equal(share, shares[at], 0.005);
        }

        Assert.Equal(55 / 117.0, shares.Count(share => share == 1) / 1000.0, 0.002);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_thousand_nodes_come_and_go_as_often_as_was_measured(int seed)
    {
        using var line = Line(PowerLinePlan.Measured with { Nodes = 1000 }, seed);
        var changes = line.Nodes.Select(node => Edges(line, node, Start, Start.AddDays(10)) / 10.0).Order().ToArray();
        Assert.InRange(changes[500], 0.5, 1.5);
        Assert.InRange(changes[900], 8, 10);
        Assert.InRange(changes[^1], 25, 29.5);
    }

    [Fact]
    public void The_share_of_nodes_that_are_there_for_a_whole_hour_is_as_was_measured()
    {
        using var line = Line(PowerLinePlan.Measured with { Nodes = 1170 }, 4);
        var hours = Enumerable.Range(0, 48).Select(hour => line.Nodes.Count(node => line.Presence.Absences(node, Start.AddHours(hour), Start.AddHours(hour + 1)).Count == 0) / 1170.0).ToArray();
        Assert.Equal(0.898, hours.Average(), 0.015);
        Assert.Equal(0.667, hours.Min(), 0.04);
        Assert.Equal(0.974, hours.Max(), 0.015);
    }

    [Fact]
    public void The_same_seed_has_the_same_absences_in_any_order_of_asking_and_another_seed_has_others()
    {
        using var one = Line(PowerLinePlan.BadFeeder with { Nodes = 60 }, 9);
        using var same = Line(PowerLinePlan.BadFeeder with { Nodes = 60 }, 9);
        using var other = Line(PowerLinePlan.BadFeeder with { Nodes = 60 }, 10);
        var forward = one.Nodes.Select(node => Text(one, node)).ToArray();
        var backward = same.Nodes.Reverse().Select(node => Text(same, node)).Reverse().ToArray();
        Assert.Equal(forward, backward);
        Assert.NotEqual(forward, other.Nodes.Select(node => Text(other, node)));
    }

    [Fact]
    public void A_switch_that_vanishes_takes_its_branch_for_5_to_30_minutes_at_most()
    {
        using var line = Line(PowerLinePlan.Branches with { Nodes = 300 }, 5);
        var downs = 0;
        foreach (var node in line.Nodes.Where(node => node.Home is { Home: null } && !node.IsSwitch))
        {
            foreach (var absence in line.Presence.Absences(node.Home!, Start, Start.AddDays(1)))
            {
                var gone = line.Presence.Absences(node, absence.From, absence.To);
                Assert.Contains(gone, one => one.From == absence.From); // at the same instant
                Assert.True(line.Presence.AbsenceAt(node, absence.From) is AbsenceKind.BranchDown or AbsenceKind.Unheard);
                downs++;
            }
        }

        Assert.True(downs > 50, $"{downs}");
        // One that is gone for longer than half an hour: its branch is back before it.
        var longer = 0;
        foreach (var node in line.Nodes.Where(node => node.Home is { Home: null } && !node.IsSwitch && line.Presence.Absences(node, Start, Start.AddDays(2)).All(one => one.Kind == AbsenceKind.BranchDown)))
        {
            foreach (var absence in line.Presence.Absences(node.Home!, Start, Start.AddDays(2)).Where(one => one.To - one.From is var gone && gone > TimeSpan.FromMinutes(31) && gone <= TimeSpan.FromMinutes(45)))
            {
                var dark = line.Presence.Absences(node, absence.From, absence.To)[0];
                Assert.InRange((dark.To - dark.From).TotalMinutes, 5, 45); // two failures may follow each other at once
                longer += (dark.To - dark.From).TotalMinutes <= 30 ? 1 : 0;
            }
        }

        Assert.True(longer > 50, $"{longer}");
    }

    [Fact]
    public void A_dead_feeder_takes_everybody_and_gives_all_back_at_once()
    {
        var (from, to) = (Start.AddHours(5), Start.AddHours(5.5));
        using var line = Line(PowerLinePlan.Quiet with { Nodes = 100, Outages = [(from, to)] }, 1);
        Assert.All(line.Nodes, node =>
        {
            Assert.True(line.Presence.IsPresent(node, from.AddTicks(-1)));
            Assert.Equal(AbsenceKind.Outage, line.Presence.AbsenceAt(node, from));
            Assert.Equal(AbsenceKind.Outage, line.Presence.AbsenceAt(node, to.AddTicks(-1)));
            Assert.True(line.Presence.IsPresent(node, to));
        });
    }

    [Theory]
    [InlineData("evening", 0.90, 0.98)]
    [InlineData("branches", 0.93, 0.995)]
    [InlineData("flapping", 0.94, 0.98)]
    [InlineData("bad-feeder", 0.85, 0.95)]
    public void The_other_shapes_are_what_their_names_say(string name, double least, double most)
    {
        using var line = Line(PowerLinePlan.ByName[name] with { Nodes = 400 }, 6);
        var own = line.Nodes.Where(node => !node.IsForeign).ToArray();
        Assert.InRange(own.Average(node => Share(line, node, Start, Start.AddDays(2))), least, most);
        var evening = own.Average(node => Share(line, node, Start.AddHours(18), Start.AddHours(21)));
        var night = own.Average(node => Share(line, node, Start.AddHours(1), Start.AddHours(4)));
        Assert.Equal(name == "evening", night - evening > 0.15);
        if (name is "flapping" or "bad-feeder")
        {
            Assert.Equal(0.1, own.Count(node => !node.IsSwitch && Edges(line, node, Start, Start.AddDays(2)) >= 36) / 400.0, 0.03);
        }
    }

    [Fact]
    public void Strays_neighbours_equal_serial_numbers_and_hops_are_there_where_the_plan_wants_them()
    {
        using var line = Line(PowerLinePlan.Quiet with { Nodes = 200, Foreigners = 3, Strays = 0.1, DuplicateSerials = 2, HopsPerDay = 2 }, 7);
        Assert.Equal(203, line.Nodes.Count);
        Assert.Equal(198, line.Nodes.Where(node => !node.IsForeign).Select(node => node.Serial).Distinct().Count());
        Assert.Equal(203, line.Nodes.Select(node => node.Eui).Distinct().Count());
        Assert.All(line.Nodes.Where(node => node.IsForeign), node => Assert.InRange(Share(line, node, Start, Start.AddDays(2)), 0.05, 0.15));
        var kinds = line.Nodes.SelectMany(node => line.Presence.Absences(node, Start, Start.AddDays(1))).ToArray();
        Assert.Contains(kinds, one => one.Kind == AbsenceKind.AtNeighbour && one.To - one.From > TimeSpan.FromHours(3));
        Assert.Contains(kinds, one => one.Kind == AbsenceKind.Hopping && one.To - one.From < TimeSpan.FromMinutes(1.1));
    }

    [Fact]
    public void Nodes_that_are_built_in_later_carry_nobody_hang_all_over_the_tree_and_were_never_there_before()
    {
        var comes = Start.AddHours(60); // in the second cycle
        using var line = Line(PowerLinePlan.Quiet with { Nodes = 200, Newcomers = 20, NewcomersAt = comes }, 8);
        Assert.Equal(20, line.Presence.Newcomers.Count);
        Assert.DoesNotContain(line.Presence.Newcomers, node => node.IsSwitch);
        Assert.Equal(4, line.Presence.Newcomers.Select(node => node.Level).Distinct().Count());
        Assert.All(line.Nodes, node =>
        {
            var isNew = line.Presence.Newcomers.Contains(node);
            Assert.Equal(isNew ? [new Absence(Start, comes, AbsenceKind.NotYet)] : [], line.Presence.Absences(node, Start, Start.AddDays(8)));
            Assert.Equal(!isNew, node.IsPresent);
            Assert.Equal(isNew ? comes : Start.AddDays(4), line.Presence.NextChange(node, Start.AddDays(2)));
        });
    }

    [Fact]
    public void Rare_nodes_are_there_for_one_hour_in_sixty_days_at_bad_hours()
    {
        var (from, to) = (new DateTime(2026, 12, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(2027, 1, 30, 0, 0, 0, DateTimeKind.Utc));
        using var line = Line(PowerLinePlan.Rare with { Nodes = 200 }, 3);
        var rare = line.Nodes.Where(node => Share(line, node, from, to) is > 0 and < 0.05).ToList();
        Assert.InRange(rare.Count, 37, 41);
        Assert.Equal(4, line.Nodes.Count(node => Share(line, node, from, to) == 0));
        var (hours, days) = (new HashSet<int>(), new HashSet<int>());
        Assert.All(rare, node =>
        {
            var stays = new List<(DateTime From, DateTime To)>();
            var absences = line.Presence.Absences(node, from, to);
            for (var i = 0; i <= absences.Count; i++)
            {
                var (at, ends) = (i == 0 ? from : absences[i - 1].To, i == absences.Count ? to : absences[i].From);
                if (ends - at >= TimeSpan.FromMinutes(10))
                {
                    stays.Add((at, ends));
                }
            }

            var (begins, end) = Assert.Single(stays);
            Assert.InRange((end - begins).TotalMinutes, 60, 80);
            Assert.True(begins.Hour >= 17 && (end.Hour >= 18 || end.Hour == 0 || end.Hour == 1), $"{begins} to {end}");
            Assert.False(node.IsSwitch);
            hours.Add(begins.Hour);
            days.Add((int)(begins - from).TotalDays);
        });
        Assert.True(hours.Count >= 5 && days.Count >= 15, $"{hours.Count} hours, {days.Count} days");
    }

    internal static PowerLine Line(PowerLinePlan plan, int seed) => new(plan, seed, new FakeTimeProvider(Start));

    private static double Share(PowerLine line, PlcNode node, DateTime from, DateTime to) =>
        1 - (line.Presence.Absences(node, from, to).Sum(absence => (absence.To - absence.From).TotalSeconds) / (to - from).TotalSeconds);

    private static int Edges(PowerLine line, PlcNode node, DateTime from, DateTime to) =>
        line.Presence.Absences(node, from, to).Sum(absence => (absence.From > from ? 1 : 0) + (absence.To < to ? 1 : 0));

    private static string Text(PowerLine line, PlcNode node) => string.Join(';', line.Presence.Absences(node, Start, Start.AddDays(6)).Select(one => $"{one.From:O}{one.To:O}{one.Kind}"));
}
