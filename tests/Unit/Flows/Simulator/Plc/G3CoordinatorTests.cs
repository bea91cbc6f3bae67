using Simulation.Plc.G3;

namespace Unit.Flows.Simulator.Plc;

/// <summary>The coordinator modem as its host sees it: octets of the shared vectors, the order of its states, its guards and its attributes.</summary>
public class G3CoordinatorTests
{
    [Fact]
    public void Bring_up_is_the_shared_vectors_octet_by_octet()
    {
        var vectors = SharedVectors.Array("plc-frames.json").ToDictionary(row => row.GetProperty("name").GetString()!, row => Convert.FromHexString(row.GetProperty("hex").GetString()!));
        using var bench = new G3Bench();
        (string Asked, string Answered)[] steps =
        [
            ("g3.adp.networkstart.req", "g3.adp.status.notallowed"), ("g3.adp.initialize.req.cenA.coord", "g3.adp.status.init.ok"), ("g3.mac.get.eui64.req", "g3.mac.get.eui64.cfm"),
            ("g3.adp.set.maxhops.req", "g3.adp.set.maxhops.cfm"), ("g3.lbp.set.psk.req", "g3.lbp.set.psk.cfm"), ("g3.adp.networkstart.req", "g3.adp.networkstart.cfm"), ("g3.adp.reset.req", "g3.adp.reset.cfm"),
        ];
        foreach (var (asked, answered) in steps)
        {
            bench.Modem.Take(vectors[asked]);
            bench.Run(1);
            Assert.Equal(Convert.ToHexString(vectors[answered]), Convert.ToHexString(bench.LastFrame));
        }

        bench.Start();
        (G3Message Message, byte[] Parameters, string Name)[] said =
        [
            (G3Message.JoinRequest, [0, 4, 4, 0, 0, 0x0A, 0x1B, 0x2C], "g3.lbp.joinreq.ind"), (G3Message.JoinComplete, [0, 4, 4, 0, 0, 0x0A, 0x1B, 0x2C, 0, 1], "g3.lbp.joincomplete.ind"),
            (G3Message.DataConfirm, [0, 1], "g3.adp.data.cfm.ok"), (G3Message.DataConfirm, [0xA5, 1], "g3.adp.data.cfm.routeerr"), (G3Message.BufferIndication, [6], "g3.adp.buffer.ind"),
            (G3Message.LeaveIndication, [0, 1], "g3.lbp.leave.ind"),
        ];
        foreach (var (message, parameters, name) in said)
        {
            bench.Modem.Say(message, parameters);
            Assert.Equal(Convert.ToHexString(vectors[name]), Convert.ToHexString(bench.LastFrame));
        }

        bench.Modem.TellStatus(0x781D, 1, G3Status.AlternatePan, 0);
        Assert.Equal(Convert.ToHexString(vectors["g3.adp.networkstatus.ind"]), Convert.ToHexString(bench.LastFrame));
    }

    [Fact]
    public void Packets_are_the_shared_vectors_octet_by_octet()
    {
        var vectors = SharedVectors.Array("plc-frames.json").ToDictionary(row => row.GetProperty("name").GetString()!, row => Convert.FromHexString(row.GetProperty("hex").GetString()!));
        var asked = vectors["g3.ipv6.udp.dlms.get.clock (no USI)"];
        var packet = UdpPacket.Read(asked)!;
        Assert.Equal(asked, packet.ToOctets());
        Assert.Equal("0001001000010", Convert.ToHexString(packet.Payload)[..13]);
        Assert.Equal((ushort?)1, G3Address.ShortOf(packet.Destination, 0x781D));
        Assert.Null(G3Address.ShortOf(packet.Destination, 0x781E));
        var framer = new Simulation.Plc.SimUsiFramer();
        framer.Take(vectors["g3.adp.data.ind.dlms.rsp"]);
        Assert.True(framer.TryRead(out _, out var indication));
        var answer = UdpPacket.Read(indication.AsSpan(4))!;
        Assert.Equal(indication[4..], new UdpPacket(packet.Destination, packet.Source, 4059, 4059, answer.Payload).ToOctets());
        asked[^1] ^= 1;
        Assert.Null(UdpPacket.Read(asked));
    }

    [Fact]
    public void Ready_comes_after_a_while_and_nothing_before()
    {
        using var bench = new G3Bench(network: new G3Plan(1) { ReadyAfter = TimeSpan.FromMilliseconds(700) });
        bench.Send("0A 00 01");
        bench.Run(0.6);
        Assert.Empty(bench.Said);
        Assert.Equal(["000111"], bench.Ask("11 0000000F 0000 01 0A", 0));
        bench.Run(0.2);
        Assert.Equal("00000A", Convert.ToHexString(bench.Said[^1]));
        Assert.Equal(G3State.Ready, bench.Modem.State);
    }

    [Theory]
    [InlineData("7F", "00027F")] // unknown
    [InlineData("13 0000", "000213")] // of the old firmware
    [InlineData("0E 781D 0000 00", "00010E")] // a device's
    [InlineData("0F", "00010F")]
    [InlineData("0A 07 01", "00030A")]
    [InlineData("0D 78", "00030D")]
    [InlineData("0B 01 01 00 0010 60", "00030B")]
    public void What_may_not_be_is_refused_with_a_status(string asked, string answered)
    {
        using var bench = new G3Bench();
        bench.Start();
        Assert.Equal([answered], bench.Ask(asked));
    }

    [Fact]
    public void A_device_may_not_do_what_a_coordinator_does()
    {
        using var bench = new G3Bench();
        Assert.Equal(["00000A"], bench.Ask("0A 00 00"));
        Assert.Equal(["00010D"], bench.Ask("0D 781D"));
        Assert.Equal(["00013E"], bench.Ask("3E 0001 0000000000000001"));
        Assert.Equal(["000142"], bench.Ask("42 0000000000000001 0001"));
    }

    [Theory]
    [InlineData("11 000000FE 0000 01 00", "27B1000000FE0000")]
    [InlineData("11 00000010 0000 01 00", "27B0000000100000")]
    [InlineData("11 0000000F 0000 02 0000", "27A80000000F0000")]
    [InlineData("11 0000000F 0001 01 00", "27A70000000F0001")]
    [InlineData("12 0000000F 0000", "28000000000F00000108")]
    [InlineData("12 000000FE 0000", "28B1000000FE000000")]
    [InlineData("12 00000010 0000", "280000000010000001" + "01")]
    [InlineData("11 00000007 0000 0E FFFF0150FE80000000000000781D", "2700000000070000")]
    [InlineData("16 000000FE 0000 01 00", "2DF4000000FE0000")]
    [InlineData("16 00000101 0000 04 00000000", "2DFB000001010000")]
    [InlineData("16 00000053 0000 02 0000", "2D00000000530000")]
    [InlineData("17 00000077 0000", "2E00000000770000" + "0400000000")]
    [InlineData("3C 00000007 0000 01 00", "4602000000070000")]
    [InlineData("3C 00000003 0002 10 00000000000000000000000000000000", "4603000000030002")]
    [InlineData("3C 00000003 0000 02 0000", "4604000000030000")]
    public void Attributes_are_set_and_read_and_refused_by_name_index_length_and_right(string asked, string answered)
    {
        using var bench = new G3Bench();
        bench.Start();
        Assert.Equal([answered], bench.Ask(asked));
    }

    [Fact]
    public void Initialising_again_forgets_everything_but_the_frame_counter()
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.Ask("16 00000077 0000 04 00012345");
        bench.Ask("11 0000000F 0000 01 03");
        bench.Start();
        Assert.Equal(["28000000000F00000108"], bench.Ask("12 0000000F 0000"));
        bench.Modem.PowerOff();
        Assert.Empty(bench.Ask("12 0000000F 0000"));
        bench.Modem.PowerOn();
        Assert.Equal(["000112"], bench.Ask("12 0000000F 0000"));
        bench.Start();
        Assert.Equal(["2E00000000770000" + "0400012345"], bench.Ask("17 00000077 0000"));
    }

    [Fact]
    public void A_discovery_finds_the_networks_next_door_and_a_start_under_their_number_is_told()
    {
        using var bench = new G3Bench(network: new G3Plan(1) { Neighbours = [new G3Neighbour(0x781D, 90), new G3Neighbour(0x1234, 40, 7, 0x20)] });
        bench.Ask("0A 00 01");
        Assert.Equal(["30781D5A0000000000", "3012342800070020" + "00", "2100"], bench.Ask("0C 02", 3));
        Assert.Equal(["2200", "20781D0200000200008000" + "0000"], bench.Ask("0D 781D"));
        using var alone = new G3Bench();
        alone.Ask("0A 00 01");
        Assert.Equal(["21A9"], alone.Ask("0C 02", 3));
    }

    [Fact]
    public void One_that_hangs_says_nothing_until_its_power_goes_off_and_on()
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.Modem.Hangs = true;
        Assert.Empty(bench.Ask("12 0000000F 0000"));
        bench.Modem.PowerOff();
        bench.Modem.PowerOn();
        bench.Start();
    }

    [Fact]
    public void A_frame_longer_than_its_receiver_breaks_it()
    {
        using var bench = new G3Bench();
        bench.Start();
        bench.Send([0x0B, .. new byte[1100]]);
        Assert.Equal(1, bench.Modem.Overruns);
        Assert.Empty(bench.Ask("12 0000000F 0000"));
    }
}
