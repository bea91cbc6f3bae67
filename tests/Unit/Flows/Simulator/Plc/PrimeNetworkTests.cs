using Simulation.Plc.Medium;
using Simulation.Plc.Prime;

namespace Unit.Flows.Simulator.Plc;

/// <summary>How nodes of a PRIME network come, go and come back, as the host of the base node is told it.</summary>
public class PrimeNetworkTests
{
    private static readonly DateTime Start = new(2026, 11, 25, 0, 0, 0, DateTimeKind.Utc);
    private static readonly PowerLinePlan Sixty = PowerLinePlan.Quiet with { Nodes = 60 };

    [Fact]
    public void Every_node_registers_before_it_connects_and_every_switch_is_promoted_before_its_branch()
    {
        using var bench = new PrimeBench(Sixty);
        bench.Run(900);
        var registered = new HashSet<string>();
        var switches = new HashSet<byte> { 0 };
        foreach (var (_, told) in bench.Heard.Where(one => one.Payload[0] is 0x4F or 0x3A).Skip(1))
        {
            var eui = told[0] == 0x4F ? Convert.ToHexString(told, 2, 6) : Convert.ToHexString(told, 4 + told[1], 6);
            switch (told[0], told[1])
            {
                case (0x4F, 0):
                    Assert.True(registered.Add(eui), eui);
                    Assert.Contains(told[8], switches);
                    break;
                case (0x4F, 2):
                    Assert.True(switches.Add(told[11]));
                    break;
                case (0x3A, _):
                    Assert.Contains(eui, registered);
                    break;
                default:
                    Assert.Equal(4, told[1]); // alive
                    break;
            }
        }

        Assert.Equal(60, registered.Count);
        Assert.Equal(60, bench.Of(0x3A).Count());
        Assert.Equal(60, bench.Of(0x3A).Select(one => Convert.ToHexString(one, 2 + one[1], 2)).Distinct().Count());
        Assert.True(bench.Line.Use[AirKind.Control] > TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_node_that_vanishes_is_missed_after_two_rounds_and_returns_under_another_address()
    {
        using var bench = new PrimeBench(Sixty with { Outages = [(Start.AddHours(1), Start.AddHours(3))], AliveEvery = TimeSpan.FromMinutes(10) });
        bench.Run(3600);
        var node = bench.Line.Nodes[7];
        var before = bench.AddressOf(node);
        Assert.Empty(bench.Events(1));
        Assert.True(bench.Events(4).Count() > 250); // alive
        bench.Run(5 * 60);
        Assert.Equal(60, bench.Modem.Base!.Table.All.Count); // nobody has been missed twice yet
        bench.Run(30 * 60);
        Assert.Empty(bench.Modem.Base.Table.All);
        Assert.Equal(60, bench.Events(1).Count());
        Assert.Equal(60, bench.Of(0x3B).Count());
        bench.Run(2 * 3600);
        Assert.Equal(60, bench.Modem.Base.Table.All.Count(one => one.Address is not null));
        Assert.NotEqual(before, bench.AddressOf(node));
    }

    [Fact]
    public void A_short_absence_is_not_noticed_by_anybody()
    {
        using var bench = new PrimeBench(PowerLinePlan.Flapping with { Nodes = 100, Loss = 0, AliveEvery = TimeSpan.FromHours(2) });
        bench.Run(2 * 3600);
        var absences = bench.Line.Nodes.Sum(node => bench.Line.Presence.Absences(node, Start.AddHours(0.5), Start.AddHours(2)).Count);
        Assert.True(absences > 10);
        Assert.Empty(bench.Events(1));
        Assert.Equal(100, bench.Events(0).Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whoever_is_there_for_minutes_is_connected_also_where_it_went_in_the_middle_of_it(int seed)
    {
        using var bench = new PrimeBench(PowerLinePlan.Flapping with { Nodes = 400, AliveEvery = TimeSpan.FromHours(10) }, new PrimePlan { ConnectsWithin = TimeSpan.FromMinutes(40) }, seed);
        bench.Run(6 * 3600);
        var now = bench.Line.Time.Now;
        var steady = bench.Network.Nodes.Where(node => bench.Line.Presence.Absences(node.Place, now.AddMinutes(-45), now).Count == 0).ToArray();
        Assert.True(steady.Length > 365); // some of those that flap among them
        Assert.Empty(steady.Where(node => node.Entry is not { IsGone: false, Address: not null }).Select(node => node.Place.Number));
    }

    [Fact]
    public void Nodes_that_waited_long_for_their_next_try_begin_at_once_with_a_new_base_node()
    {
        using var bench = new PrimeBench(Sixty with { Levels = [1] });
        bench.Run(4);
        bench.Ask([0x31, 0x81, 0x51, 1, 1]); // nobody may join
        bench.Run(2 * 3600);
        Assert.Empty(bench.Events(0));
        bench.Modem.Reboot();
        bench.Run(120);
        Assert.Equal(60, bench.Events(0).Count());
    }

    [Fact]
    public void A_thousand_nodes_that_come_back_at_once_need_minutes_and_all_get_in()
    {
        using var bench = new PrimeBench(PowerLinePlan.Quiet with { Nodes = 1000, Outages = [(Start.AddHours(2), Start.AddHours(2.1))] });
        bench.Run(2 * 3600);
        Assert.Equal(1000, bench.Modem.Base!.Table.All.Count(one => one.Address is not null));
        var (from, use) = (bench.Heard.Count, bench.Line.Use);
        bench.Run(3600);
        var back = bench.Heard.Skip(from).Where(one => one.Payload[0] == 0x3A).ToArray();
        Assert.Equal(1000, back.Select(one => Convert.ToHexString(one.Payload, 4 + one.Payload[1], 6)).Distinct().Count());
        var took = back[^1].At - Start.AddHours(2.1);
        Assert.True(took > TimeSpan.FromMinutes(3), $"{took}");
        Assert.True(bench.Line.Use.Since(use)[AirKind.Control] > TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void A_branch_whose_switch_stays_away_registers_through_the_next_one_up()
    {
        using var bench = new PrimeBench(PowerLinePlan.Branches with { Nodes = 200, Loss = 0, AcknowledgementLoss = 0, SwitchFailuresPerDay = 8 });
        bench.Run(86_400);
        var moved = bench.Network.Nodes.Count(node => node.Registered > 1 && !node.Place.IsSwitch);
        Assert.True(moved > 20, $"{moved}");
        Assert.All(bench.Modem.Base!.Table.All.Where(one => one.Node.Place.IsPresent && one.Node.Entry == one), one => Assert.Equal(one.Node.Place.Parent, one.Carrier?.Node.Place));
        Assert.True(bench.Events(1).Any() || bench.Of(0x3B).Any());
    }

    [Fact]
    public void With_the_white_list_on_only_those_in_it_get_in()
    {
        using var bench = new PrimeBench(Sixty with { Levels = [1], Foreigners = 4 });
        bench.Run(4);
        bench.Ask([0x31, 0x81, 0x51, 1, 1]);
        var friends = bench.Line.Nodes.Take(20).ToList();
        foreach (var node in friends)
        {
            Assert.Equal([0x5D, 0x5B, 0], Assert.Single(bench.Ask([0x5B, .. node.EuiOctets.Span])));
        }

        bench.Run(1800);
        Assert.Equal(friends.Select(node => node.Eui).Order(), bench.Events(0).Select(one => Convert.ToHexString(one, 2, 6)).Distinct().Order());
        Assert.Equal([0x5D, 0x5C, 1], Assert.Single(bench.Ask([0x5C, .. bench.Line.Nodes[40].EuiOctets.Span]))); // not in it
        bench.Ask([0x31, 0x81, 0x51, 1, 0]);
        bench.Run(3600);
        Assert.Equal(60, bench.Modem.Base!.Table.All.Count(one => !one.Node.Place.IsForeign));
    }

    [Fact]
    public void Neighbours_nodes_join_where_nobody_turns_them_away()
    {
        using var bench = new PrimeBench(Sixty with { Foreigners = 4 });
        bench.Run(2 * 86_400);
        Assert.Equal(4, bench.Events(0).Select(one => Convert.ToHexString(one, 2, 6)).Where(eui => eui.StartsWith("0080E1", StringComparison.Ordinal)).Distinct().Count());
    }

    [Fact]
    public void Under_a_security_profile_a_node_needs_its_key_and_a_wrong_one_never_gets_in()
    {
        using var bench = new PrimeBench(Sixty with { Nodes = 4, Levels = [1] }, new PrimePlan { NodeProfile = 1, LowProfile = [4] });
        bench.Run(3.5);
        bench.Ask([0x31, 0x81, 0x37, 1, 1]);
        bench.Run(120);
        Assert.Equal(3, bench.Events(6).Select(one => Convert.ToHexString(one, 2, 6)).Distinct().Count());
        Assert.Equal(bench.Line.Nodes[3].Eui, Convert.ToHexString(Assert.Single(bench.Events(0)), 2, 6)); // without security it gets in, and its profile is told
        byte[] right = bench.Network.Nodes[0].UniqueKey, wrong = bench.Network.Nodes[2].UniqueKey;
        Assert.Equal([0x32, 0], Assert.Single(bench.Ask([0x31, 0x81, 0x40, 22, .. bench.Line.Nodes[0].EuiOctets.Span, .. right])));
        bench.Ask([0x31, 0x81, 0x40, 22, .. bench.Line.Nodes[1].EuiOctets.Span, .. wrong]);
        bench.Run(1800);
        Assert.NotNull(bench.EntryOf(bench.Line.Nodes[0]));
        Assert.Null(bench.EntryOf(bench.Line.Nodes[1]));
        Assert.Contains($"{bench.Line.Nodes[0].Eui} duk={Convert.ToHexString(right)}", bench.Network.KeyLines);
        Assert.Equal([0, 1], bench.Of(0x3A).Select(one => (int)one[^1]).Order()); // who is authenticated and encrypted says so when it connects
        var profiles = bench.Ask([0x2F, 0x81, 0x41])[0];
        Assert.Equal(2 * 7, profiles.Length - 6);
        Assert.Equal(1, profiles[6..].Chunk(7).Count(record => record[6] == 1));
    }

    [Theory]
    [InlineData("measured")]
    [InlineData("bad-feeder")]
    public void One_seed_is_one_run_of_the_network(string name)
    {
        string Run(int seed)
        {
            using var bench = new PrimeBench(PowerLinePlan.ByName[name] with { Nodes = 80 }, seed: seed);
            bench.Run(6 * 3600);
            return string.Join('\n', bench.Heard.Select(one => $"{one.At:O} {Convert.ToHexString(one.Payload)}"));
        }

        Assert.Equal(Run(3), Run(3));
        Assert.NotEqual(Run(3), Run(4));
    }
}
