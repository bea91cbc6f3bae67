using Microsoft.Extensions.Time.Testing;
using Simulation.Plc;
using Simulation.Plc.Medium;
using Simulation.Plc.Prime;

namespace Unit.Vectors.Simulator.Plc;

/// <summary>The octets of the base node's emulator against the computed frames of PRIME: what it says, and that it takes what hosts say.</summary>
public class PrimeFrameTests
{
    private static readonly byte[] Eui = Convert.FromHexString("404022010203");

    [Fact]
    public void Everything_a_base_node_says_has_the_octets_of_the_shared_frames()
    {
        var entry = Entry(out _);
        (string Name, byte[] Payload)[] said =
        [
            ("prime.netevent.register", PrimeSay.Event(PrimeSay.Registered, entry, Eui)),
            ("prime.netevent.reboot", PrimeSay.Event(PrimeSay.Rebooted, null, [])),
            ("prime.432.join.ind", PrimeSay.Joined(0x0123, "ZIV0012345678", Eui, 0)),
            ("prime.432.leave.ind", PrimeSay.Left(0x0123)),
            ("prime.432.data.cfm.ok", PrimeSay.DataConfirm(1, 16, 0x0123, 0)),
            ("prime.432.data.cfm.timeout", PrimeSay.DataConfirm(1, 16, 0x0123, 2)),
            ("prime.432.data.ind.rsp", PrimeSay.Data(16, 1, 0x0123, Convert.FromHexString("C401C100090C07EA0B17010C1E00FF800000"))),
            ("prime.mlme.get.cfm.sna", PrimeSay.Value(0, 0x0023, Convert.FromHexString("404022AABBCC"))),
            ("prime.mlme.listget.cfm.regdev", PrimeSay.Part(0, 0x0050, Convert.FromHexString("404022010203000100FF00002800"))),
            ("prime.mlme.listget.cfm.end", PrimeSay.Part(0, 0x0050, [])),
            ("prime.mlme.set.cfm", [0x32, 0]),
            ("prime.mlme.reset.cfm", [0x2C, 0]),
            ("prime.bmng.whitelist.ack", [0x5D, 0x5B, 0]),
        ];
        foreach (var (name, payload) in said)
        {
            Assert.Equal((name, Hex(name)), (name, Convert.ToHexString(SimUsi.Frame(0x30, payload))));
        }
    }

    [Fact]
    public void Alive_and_promoted_nodes_are_told_with_their_numbers()
    {
        var entry = Entry(out _);
        entry.Node.Place.Quality = 1;
        Assert.Equal(Hex("prime.netevent.alive"), Convert.ToHexString(SimUsi.Frame(0x30, PrimeSay.Event(PrimeSay.Alive, entry, Eui, 5))));
        entry.Lsid = 5;
        var promoted = PrimeSay.Event(PrimeSay.Promoted, entry, Eui);
        Assert.Equal("4F02404022010203000001" + "05", Convert.ToHexString(promoted.AsSpan(0, 12)));
        Assert.StartsWith("7E04F0" + Convert.ToHexString(promoted.AsSpan(0, 12)), Hex("prime.netevent.promote"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prime.mlme.get.req.sna", "prime.mlme.get.cfm.sna")]
    [InlineData("prime.mlme.set.req", "prime.mlme.set.cfm")]
    [InlineData("prime.mlme.reset.req", "prime.mlme.reset.cfm")]
    [InlineData("prime.bmng.whitelist.add", "prime.bmng.whitelist.ack")]
    public void A_request_of_the_shared_frames_gets_the_answer_of_the_shared_frames(string request, string answer) => Assert.Equal(Hex(answer), Assert.Single(Ask(Hex(request))));

    [Fact]
    public void The_lists_are_those_of_the_shared_frames_record_by_record()
    {
        var heard = Ask(Hex("prime.mlme.listget.req.regdev"), joined: true).Select(Payload).ToArray();
        Assert.Equal(2, heard.Length);
        Assert.Equal(Payload(Hex("prime.mlme.listget.cfm.regdev")).Replace("404022010203", "404022000001", StringComparison.Ordinal), heard[0]); // of our node
        Assert.Equal(Payload(Hex("prime.mlme.listget.cfm.end")), heard[1]);
        var nodes = Payload(Assert.Single(Ask(Convert.ToHexString(SimUsi.Frame(0x30, [0x2F, 0x82, 0x50])), joined: true), one => one.Length > 30));
        string Ours(string theirs) => theirs.Replace("5A495630303132333435363738", "53494D30303030303030303031", StringComparison.Ordinal).Replace("404022010203", "404022000001", StringComparison.Ordinal).Replace("0123", "0001", StringComparison.Ordinal);
        Assert.Equal(Ours(Payload(Hex("prime.mlme.listget.cfm.432nodes"))), nodes);
        Assert.Equal(Ours(Payload(Hex("prime.mngp.getrsp_en.432list"))), Payload(Assert.Single(Ask(Hex("prime.mngp.getqry_en.432list"), joined: true))));
    }

    /// <summary>What is in a frame.</summary>
    private static string Payload(string frame)
    {
        var framer = new SimUsiFramer();
        framer.Take(Convert.FromHexString(frame));
        Assert.True(framer.TryRead(out _, out var payload), frame);
        return Convert.ToHexString(payload);
    }

    private static string Hex(string name) => SharedVectors.Array("plc-frames.json").Single(row => row.GetProperty("name").GetString() == name).GetProperty("hex").GetString()!;

    private static PrimeEntry Entry(out PrimeNetwork network)
    {
        var line = new PowerLine(PowerLinePlan.Quiet with { Nodes = 1, Levels = [1] }, 1, new FakeTimeProvider());
        network = new PrimeNetwork(line, new PrimePlan(), _ => null);
        return new PrimeTable(TimeSpan.FromSeconds(1024)).Register(network.Nodes[0], null);
    }

    /// <summary>What a modem answers to one frame.</summary>
    private static List<string> Ask(string frame, bool joined = false)
    {
        var clock = new FakeTimeProvider();
        using var line = new PowerLine(PowerLinePlan.Quiet with { Nodes = joined ? 1 : 0, Levels = [1], AliveEvery = TimeSpan.Zero }, 1, clock);
        var modem = new PrimeModem(new PrimeNetwork(line, new PrimePlan(), _ => null));
        modem.PowerOn();
        clock.Advance(TimeSpan.FromMinutes(5));
        var heard = new List<string>();
        modem.ToHost = octets => heard.Add(Convert.ToHexString(octets));
        modem.Take(Convert.FromHexString(frame));
        clock.Advance(TimeSpan.FromMilliseconds(100));
        return heard;
    }
}
