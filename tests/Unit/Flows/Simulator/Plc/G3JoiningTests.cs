using Simulation.Plc.G3;
using Simulation.Plc.Medium;

namespace Unit.Flows.Simulator.Plc;

/// <summary>How nodes come into a G3 network and out of it, and what the host sees of that.</summary>
public class G3JoiningTests
{
    private static readonly string Node1 = "404022FFFE000001";

    [Fact]
    public void A_node_joins_under_the_address_and_with_the_PSK_the_host_gave()
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.Run(61);
        Assert.Equal(Node1, Convert.ToHexString(bench.All(0x47)[0].AsSpan(1)));
        bench.Admit(bench.Node, 0x0123);
        bench.Run(5);
        Assert.Equal("48" + Node1 + "0123", Convert.ToHexString(bench.All(0x48).Single()));
        Assert.Equal((ushort?)0x0123, bench.Node.Short);
        Assert.Equal((1, G3Bench.Pan), (bench.Node.Joined, bench.Node.Pan));
        var wishes = bench.All(0x47).Count;
        bench.Run(3600);
        Assert.Equal(wishes, bench.All(0x47).Count); // it is in
    }

    [Theory]
    [InlineData("781D")] // with another key
    [InlineData("781E")]
    public void A_node_whose_network_is_gone_answers_a_discovery_and_begins_anew_when_it_has_heard_nothing_for_long(string pan)
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.Run(61);
        bench.Admit(bench.Node, 0x0123);
        bench.Run(5);
        bench.Ask("0A 00 01");
        var found = bench.Ask("0C 02", 3);
        Assert.Equal(2, found.Count);
        Assert.Matches("^30781D..0123000000$", found[0]);
        Assert.Equal("2100", found[1]);
        bench.Ask("3C 00000003 0000 10" + new string('5', 32));
        Assert.Equal("2200", bench.Ask("0D " + pan)[0]);
        var wishes = bench.All(0x47).Count;
        bench.Run(3600);
        if (pan == "781D")
        {
            Assert.False(bench.IsReached(0x0123)); // it is there, and cannot open what it hears
            Assert.Equal(1, bench.Node.Unopened);
        }

        bench.Run(10 * 3600);
        Assert.Equal((wishes, (ushort?)0x0123), (bench.All(0x47).Count, bench.Node.Short));
        bench.Run(2 * 3600);
        Assert.True(bench.All(0x47).Count > wishes);
        UntilItWishes(bench);
        bench.Admit(bench.Node, 0x0007);
        bench.Run(5);
        Assert.Equal(((ushort?)0x0007, Convert.ToUInt16(pan, 16)), (bench.Node.Short, bench.Node.Pan));
    }

    /// <summary>A slot of the modem is its own from then on, for a while.</summary>
    private static void UntilItWishes(G3Bench bench)
    {
        for (var (wishes, seconds) = (bench.All(0x47).Count, 0); bench.All(0x47).Count == wishes; seconds++)
        {
            Assert.True(seconds < 3600, "it wishes no more");
            bench.Run(1);
        }
    }

    [Fact]
    public void A_wish_nobody_answers_is_repeated_and_a_wrong_PSK_ends_without_a_word()
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.Run(600);
        Assert.InRange(bench.All(0x47).Count, 4, 8); // 30 s, 60 s, 120 s, ..
        var wishes = bench.All(0x47).Count;
        bench.Ask("3C 00000002 0000 10" + new string('0', 32), 0);
        UntilItWishes(bench);
        Assert.True(bench.All(0x47).Count > wishes);
        bench.Send("42" + Node1 + "0001");
        bench.Run(30);
        Assert.Empty(bench.All(0x48));
        Assert.Null(bench.Node.Short);
        UntilItWishes(bench); // it goes on wishing
        bench.Admit(bench.Node, 1);
        bench.Run(5);
        Assert.Single(bench.All(0x48));
    }

    [Fact]
    public void The_PSK_is_the_one_of_the_moment_the_address_was_given()
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.Run(61);
        bench.Admit(bench.Node, 1);
        bench.Ask("3C 00000002 0000 10" + new string('0', 32), 0); // for the next one: the exchange has a copy
        bench.Run(5);
        Assert.Single(bench.All(0x48));
    }

    [Fact]
    public void A_declined_node_stays_out_and_one_the_host_never_heard_of_is_passed_over()
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.Run(61);
        bench.Ask("3C 00000002 0000 10" + Convert.ToHexString(bench.Node.Psk), 0); // it would come in otherwise
        bench.Send("42" + Node1 + "FFFF");
        bench.Send("42 0000000000000009 0007");
        bench.Run(10);
        Assert.Empty(bench.All(0x48));
        bench.Admit(bench.Node, 1); // its slot is free: nothing to assign
        bench.Run(10);
        Assert.Empty(bench.All(0x48));
    }

    [Fact]
    public void Five_join_at_once_and_the_sixth_waits_for_a_slot()
    {
        using var bench = new G3Bench(PowerLinePlan.Quiet with { Nodes = 12, Phy = PlcPhy.G3Dbpsk });
        bench.Start();
        bench.Run(62);
        var first = bench.All(0x47).Select(Convert.ToHexString).Distinct().ToList();
        Assert.Equal(5, first.Count);
        bench.Run(200);
        Assert.Equal(5, bench.All(0x47).Select(Convert.ToHexString).Distinct().Count()); // those who wait for the host keep their slots
        foreach (var wish in first)
        {
            bench.Send("42" + wish[2..] + "FFFF");
        }

        bench.Run(400);
        Assert.InRange(bench.All(0x47).Select(Convert.ToHexString).Distinct().Count(), 6, 12);
    }

    [Fact]
    public void One_leaves_another_is_thrown_out_and_both_come_back()
    {
        using var bench = new G3Bench(PowerLinePlan.Quiet with { Nodes = 2, Phy = PlcPhy.G3Dbpsk });
        bench.Start();
        bench.JoinAll();
        bench.Network.Leave(bench.Network.Nodes[0]);
        bench.Run(2);
        Assert.Equal("490001", Convert.ToHexString(bench.All(0x49).Single()));
        var said = bench.Said.Count;
        bench.Send([0x3E, 0, 2, .. bench.Network.Nodes[1].Place.EuiOctets.Span]);
        bench.Run(1);
        Assert.Equal(said, bench.Said.Count); // nothing confirms it
        Assert.All(bench.Network.Nodes, node => Assert.Null(node.Short));
        bench.JoinAll();
        Assert.Equal([2, 2], bench.Network.Nodes.Select(node => node.Joined));
    }

    [Fact]
    public void After_a_dead_feeder_everybody_joins_again_and_after_a_short_absence_nobody()
    {
        var at = new DateTime(2026, 11, 24, 13, 0, 0, DateTimeKind.Utc);
        using var bench = new G3Bench(PowerLinePlan.Quiet with { Nodes = 8, Phy = PlcPhy.G3Dbpsk, Outages = [(at, at.AddMinutes(2))] });
        bench.Start();
        bench.JoinAll();
        bench.Run((at - bench.Line.Time.Now).TotalSeconds + 60);
        Assert.All(bench.Network.Nodes, node => Assert.False(node.Place.IsPresent));
        bench.Run(120);
        bench.JoinAll();
        Assert.All(bench.Network.Nodes, node => Assert.Equal(2, node.Joined));
    }

    [Fact]
    public void A_new_key_is_given_to_each_activated_and_switched_to()
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.JoinAll();
        Assert.Equal(["4600000000040000"], bench.Ask("3C 00000004 0000 10" + new string('7', 32)));
        Assert.Empty(bench.Ask("40 01"));
        foreach (var distribute in new[] { "01", "00" })
        {
            Assert.Equal(["47" + Node1], bench.Ask("3F 0001" + Node1 + distribute)); // during a rekeying as well
            bench.Admit(bench.Node, 0xFFF0);
            bench.Run(5);
            Assert.Equal("48" + Node1 + "0001", Convert.ToHexString(bench.Said[^1]));
            Assert.True(bench.IsReached(1)); // under the old key and under the new one
        }

        Assert.Equal(1, bench.Node.KeyIndex);
        bench.Send("40 00");
        bench.Send("41");
        Assert.Equal(["28000000002200000101"], bench.Ask("12 00000022 0000"));
        Assert.True(bench.IsReached(1));
        Assert.Equal(0, bench.Node.Unopened);
    }

    [Fact]
    public void Who_missed_the_new_key_hears_nothing_any_more_until_it_begins_anew()
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.JoinAll();
        bench.Ask("3C 00000004 0000 10" + new string('7', 32));
        bench.Send("40 01");
        bench.Send("40 00");
        bench.Send("41");
        Assert.False(bench.IsReached(1));
        Assert.Equal(1, bench.Node.Unopened);
        bench.Run(13 * 3600);
        bench.JoinAll();
        Assert.True(bench.IsReached(1));
    }

    [Fact]
    public void A_swapped_modem_whose_counter_is_behind_is_refused_until_it_is_ahead()
    {
        using var bench = new G3Bench(PowerLinePlan.Quiet with { Nodes = 6, Phy = PlcPhy.G3Dbpsk, Levels = [0.2, 0.8] });
        bench.Start();
        bench.JoinAll();
        for (ushort address = 1; address <= 6; address++)
        {
            Assert.True(bench.IsReached(address));
        }

        var counter = bench.Modem.Memory.FrameCounter;
        bench.Swap(new G3Memory([0, 4, 4, 0, 0, 0x0A, 0x1B, 0x2D]));
        bench.Start();
        Assert.False(bench.IsReached(1)); // confirmed, for the hop acknowledges before it looks at the counter; not answered
        Assert.False(bench.IsReached(6));
        Assert.Equal(2, bench.Network.Nodes.Sum(node => node.RefusedCounters));
        bench.Ask($"16 00000077 0000 04 {counter + 1000:X8}");
        Assert.True(bench.IsReached(1));
        Assert.True(bench.IsReached(6));
        Assert.All(bench.Network.Nodes, node => Assert.Equal(1, node.Joined));
    }
}
