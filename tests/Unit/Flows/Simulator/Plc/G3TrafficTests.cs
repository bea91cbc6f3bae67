using System.Globalization;
using Simulation.Dlms;
using Simulation.Plc.G3;
using Simulation.Plc.Medium;

namespace Unit.Flows.Simulator.Plc;

/// <summary>Packets to meters and back: confirms, buffers, routes, what is lost in the modem.</summary>
public class G3TrafficTests
{
    private static PowerLinePlan Street(int nodes) => PowerLinePlan.Quiet with { Nodes = nodes, Phy = PlcPhy.G3Dbpsk };

    [Fact]
    public void An_answer_comes_behind_the_confirm_and_after_the_meter_thought()
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.JoinAll();
        var before = bench.Said.Count;
        var asked = bench.Line.Time.Now;
        bench.Send(G3Bench.Data(7, 1, G3Bench.AssociationRequest));
        while (bench.Said.Count == before)
        {
            bench.Run(0.001);
        }

        Assert.Equal("1E0007", Convert.ToHexString(bench.Said[^1]));
        var confirmed = bench.Line.Time.Now;
        while (bench.Said.Count == before + 1)
        {
            bench.Run(0.001);
        }

        var air = PlcPhy.G3Dbpsk.AirOf(G3Bench.AssociationRequest.Length);
        Assert.True(confirmed - asked >= air, $"{confirmed - asked}");
        Assert.True(bench.Line.Time.Now - confirmed > TimeSpan.FromMilliseconds(200));
        var packet = UdpPacket.Read(bench.Said[^1].AsSpan(4))!;
        Assert.Equal((ushort?)1, G3Address.ShortOf(packet.Source, G3Bench.Pan));
        Assert.Equal((ushort?)0, G3Address.ShortOf(packet.Destination, G3Bench.Pan));
        Assert.Equal("0001000100100", Convert.ToHexString(packet.Payload)[..13]);
        Assert.Equal(0x61, packet.Payload[8]); // AARE
    }

    [Fact]
    public void A_wrong_checksum_is_confirmed_and_dropped_by_the_node()
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.JoinAll();
        var request = G3Bench.Data(7, 1, G3Bench.AssociationRequest);
        request[^1] ^= 0x10;
        var before = bench.Said.Count;
        bench.Send(request);
        bench.Run(10);
        Assert.Equal(["1E0007"], bench.Said.Skip(before).Select(Convert.ToHexString));
    }

    [Fact]
    public void Both_addresses_of_a_node_lead_to_it()
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.JoinAll();
        var packet = new UdpPacket(G3Address.LinkLocal(G3Bench.Pan, 0), G3Address.Ula(G3Bench.Pan, bench.Node.Place.EuiOctets.Span), 4059, 4059, [0, 1, 0, 16, 0, 1, 0, 31, .. G3Bench.AssociationRequest]);
        Assert.Equal("FD0000000002781D010000FEFF224040", Convert.ToHexString(packet.Destination));
        bench.Send(G3Bench.Data(1, packet.ToOctets()));
        bench.Run(10);
        Assert.Equal(packet.Destination, UdpPacket.Read(bench.All(0x1F).Single().AsSpan(4))!.Source);
    }

    [Theory]
    [InlineData(9, false, 1, 0xA5)] // no route is known, and none may be looked for
    [InlineData(9, true, 25, 0xA5)] // nobody answers the search
    public void Who_is_not_in_the_network_gets_a_route_error(ushort address, bool discovers, int seconds, byte status)
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.JoinAll();
        bench.Said.Clear();
        bench.Send(G3Bench.Data(3, address, G3Bench.AssociationRequest, discovers: discovers));
        bench.Run(seconds);
        Assert.Equal([0x1E, status, 3], bench.Said.Last(said => said[0] == 0x1E));
    }

    [Fact]
    public void Who_is_absent_gets_a_route_error_and_is_found_again_when_it_is_back()
    {
        var at = new DateTime(2026, 11, 24, 14, 0, 0, DateTimeKind.Utc);
        using var bench = new G3Bench(Street(1) with { Outages = [(at, at.AddMinutes(10))] });
        bench.Start();
        bench.JoinAll();
        bench.Run((at - bench.Line.Time.Now).TotalSeconds + 1);
        bench.Said.Clear();
        bench.Send(G3Bench.Data(3, 1, G3Bench.AssociationRequest));
        bench.Run(60);
        Assert.Equal([0x1E, 0xA5, 3], bench.Said.Last(said => said[0] == 0x1E));
        Assert.Equal(0, bench.Node.Place.IsPresent ? 1 : 0);
        bench.Run(600);
        bench.JoinAll();
        Assert.True(bench.IsReached(1));
    }

    [Fact]
    public void What_is_no_packet_or_of_another_network_is_refused()
    {
        using var bench = new G3Bench();
        bench.Start();
        Assert.Equal(["1EA305"], bench.Ask("0B 05 01 00 0004 60000000"));
        bench.Said.Clear();
        bench.Send(G3Bench.Data(6, 1, G3Bench.AssociationRequest, pan: 0x4444));
        Assert.Equal("1EA306", Convert.ToHexString(bench.Said.Single()));
    }

    [Fact]
    public void Buffers_run_out_and_are_told_each_time_that_changes()
    {
        using var bench = new G3Bench(Street(8));
        bench.Start();
        bench.JoinAll();
        bench.Said.Clear();
        for (ushort address = 1; address <= 8; address++)
        {
            bench.Send(G3Bench.Data((byte)address, address, [0xC0, .. new byte[200]]));
        }

        // Three of 400 and the one of 1280 for packets of 257 octets; those of 100 are of no use.
        Assert.Equal(["2F05", "2F04", "1EB405", "1EB406", "1EB407", "1EB408"], bench.Said.Select(Convert.ToHexString));
        bench.Send(G3Bench.Data(9, 1, [0xC0, 1]));
        Assert.Equal("1EB309", Convert.ToHexString(bench.Said[^1])); // one is on its way there
        bench.Run(20);
        Assert.Equal("2F07", Convert.ToHexString(bench.All(0x2F)[^1]));
        Assert.Equal(4, bench.Said.Count(said => said is [0x1E, 0, _]));
    }

    [Fact]
    public void An_indication_that_does_not_fit_the_write_buffer_is_lost_without_a_word()
    {
        using var bench = new G3Bench(meter: new DlmsMeterPlan(0, 1, Mechanism: 0, IsCiphered: false, LongestPdu: 2000) { HistoryDays = 4 });
        var fates = new List<string?>();
        bench.Node.Meter!.Answered += fates.Add;
        bench.Start();
        bench.JoinAll();
        bench.Send(G3Bench.Data(1, 1, G3Bench.AssociationRequest, client: 1));
        bench.Run(10);
        Assert.Single(bench.All(0x1F));
        bench.Send(G3Bench.Data(2, 1, Convert.FromHexString("C001C10007010063010" + "0FF0200"), client: 1)); // the load profile, in blocks of 2,000 octets
        bench.Run(60);
        Assert.Single(bench.All(0x1F));
        Assert.Equal(1, bench.Modem.LongIndicationsLost);
        Assert.Equal([null, "lost: modem"], fates);
    }

    [Fact]
    public void Paths_and_routes_are_those_of_the_line()
    {
        using var bench = new G3Bench(Street(6) with { Levels = [0.2, 0.2, 0.6] });
        bench.Start();
        bench.JoinAll();
        var far = bench.Network.Nodes.First(node => node.Place.Level == 2);
        var (first, second) = (far.Place.Parent!.Parent!.Number, far.Place.Parent!.Number);
        var path = Convert.FromHexString(bench.Ask(string.Create(CultureInfo.InvariantCulture, $"15 {far.Place.Number:X4} 0F"), 5).Single());
        Assert.Equal($"2C00{far.Place.Number:X4}00000F0303", Convert.ToHexString(path.AsSpan(0, 9)));
        Assert.Equal(9 + (6 * 7), path.Length);
        Assert.Equal([first, second, far.Place.Number, second, first, 0], Enumerable.Range(0, 6).Select(hop => (path[9 + (hop * 7)] << 8) | path[10 + (hop * 7)]));
        Assert.Equal(["2B00"], bench.Ask($"14 {far.Place.Number:X4} 0A", 5));
        Assert.Equal(["2BA5"], bench.Ask("14 0077 0A", 25));
        Assert.Equal(["2CB2" + "0077" + "0000" + "0F" + "0000"], bench.Ask("15 0077 0F", 25));
        Assert.Equal(["28000" + "80000C80000" + "0400000006"], bench.Ask("12 080000C8 0000"));
        var route = Convert.FromHexString(bench.Ask("12 0000000C 0000").Single()); // the one used last
        Assert.Equal($"280000000" + $"00C0000" + $"0A{far.Place.Number:X4}{first:X4}", Convert.ToHexString(route)[..26]);
        Assert.Equal(3, route[15] >> 4);
    }

    [Fact]
    public void A_route_that_was_not_used_for_long_makes_room_and_is_looked_for_again()
    {
        using var bench = new G3Bench(Street(4), new G3Plan(3) { Routes = 2 });
        bench.Start();
        bench.JoinAll();
        for (ushort address = 1; address <= 4; address++)
        {
            Assert.True(bench.IsReached(address));
        }

        bench.Said.Clear();
        bench.Send(G3Bench.Data(3, 1, G3Bench.AssociationRequest, discovers: false));
        bench.Run(5);
        Assert.Equal([0x1E, 0xA5, 3], bench.Said.Last(said => said[0] == 0x1E));
    }

    [Fact]
    public void One_seed_is_one_run()
    {
        Assert.Equal(Run(4), Run(4));
        Assert.NotEqual(Run(4), Run(5));
        static string Run(int seed)
        {
            using var bench = new G3Bench(PowerLinePlan.Measured with { Nodes = 10, Phy = PlcPhy.G3Dbpsk, Presence = PresenceShape.Always }, seed: seed);
            bench.Start();
            bench.JoinAll();
            return string.Join('\n', bench.Said.Select(Convert.ToHexString));
        }
    }
}
