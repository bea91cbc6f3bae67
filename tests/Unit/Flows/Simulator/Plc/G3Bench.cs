using System.Buffers;
using Microsoft.Extensions.Time.Testing;
using Protocols.Framing;
using Protocols.Usi;
using Simulation.Dlms;
using Simulation.Plc;
using Simulation.Plc.G3;
using Simulation.Plc.Medium;

namespace Unit.Flows.Simulator.Plc;

/// <summary>A coordinator modem on a power line in virtual time, and a host that is nothing but a list of messages. Frames are cut and made by the product's codec, which the emulator does not share.</summary>
internal sealed class G3Bench : IDisposable
{
    internal const ushort Pan = 0x781D;
    private readonly UsiFramer _framer = new();
    private byte[] _rest = [];

    internal G3Bench(PowerLinePlan? plan = null, G3Plan? network = null, int seed = 3, DlmsMeterPlan? meter = null)
    {
        Clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
        Line = new PowerLine(plan ?? PowerLinePlan.Quiet with { Nodes = 1, Phy = PlcPhy.G3Dbpsk }, seed, Clock);
        var built = meter ?? new DlmsMeterPlan(0, seed) { HistoryDays = 0 };
        Network = new G3Network(Line, network ?? new G3Plan(seed), place => new DlmsMeter(built with { Number = place.Number }, () => Line.Time.Now));
        Modem = Swap(new G3Memory([0, 4, 4, 0, 0, 0x0A, 0x1B, 0x2C]));
    }

    internal FakeTimeProvider Clock { get; }

    internal PowerLine Line { get; }

    internal G3Network Network { get; }

    internal G3Coordinator Modem { get; private set; }

    internal G3Node Node => Network.Nodes[0];

    /// <summary>Everything the modem said, in order: command octet and parameters.</summary>
    internal List<byte[]> Said { get; } = [];

    /// <summary>The octets of its last frame.</summary>
    internal byte[] LastFrame { get; private set; } = [];

    public void Dispose() => Line.Dispose();

    /// <summary>Another modem on the same line.</summary>
    internal G3Coordinator Swap(G3Memory memory)
    {
        Modem?.PowerOff();
        Modem = new G3Coordinator(Network, memory);
        Hear(Modem);
        return Modem;
    }

    internal void Hear(IPlcModem modem) => modem.ToHost = Hear;

    internal void Send(string payload) => Send(Convert.FromHexString(payload.Replace(" ", "", StringComparison.Ordinal)));

    internal void Send(params byte[] payload) => Modem.Take(new UsiFrame(UsiProtocol.G3Adp, payload).ToOctets());

    internal void Run(double seconds) => Clock.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Sends a message, lets time pass, and gives what was said since.</summary>
    internal IReadOnlyList<string> Ask(string payload, double seconds = 2)
    {
        var before = Said.Count;
        Send(payload);
        Run(seconds);
        return [.. Said.Skip(before).Select(Convert.ToHexString)];
    }

    /// <summary>Messages of a kind.</summary>
    internal List<byte[]> All(byte command) => [.. Said.Where(said => said[0] == command)];

    /// <summary>Started as the vendor's own host starts it (plc-modems 2.3).</summary>
    internal void Start(string gmk = "AF4D6DCCF14DE7C1C4235E6FEF6C151F")
    {
        Assert.Equal(["00000A"], Ask("0A 00 01"));
        Assert.Equal(["4600000000030000"], Ask("3C 00000003 0000 10" + gmk));
        Assert.Equal("2200", Ask("0D 781D")[0]);
    }

    /// <summary>Lets a node in that has wished to join, with its own PSK.</summary>
    internal void Admit(G3Node node, ushort address)
    {
        Assert.Equal(["4600000000020000"], Ask("3C 00000002 0000 10" + Convert.ToHexString(node.Psk), 0));
        Send([0x42, .. node.Place.EuiOctets.Span, (byte)(address >> 8), (byte)address]);
    }

    /// <summary>Everybody joins, under addresses from 1 on.</summary>
    internal void JoinAll()
    {
        var seen = 0;
        for (var minute = 0; minute < 120 && Network.Nodes.Any(node => node.Short is null); minute++)
        {
            for (var second = 0; second < 60; second++)
            {
                Run(1);
                for (; seen < Said.Count; seen++)
                {
                    if (Said[seen][0] == 0x47 && Network.Nodes.First(node => node.Place.EuiOctets.Span.SequenceEqual(Said[seen].AsSpan(1))) is { Short: null } node)
                    {
                        Admit(node, (ushort)node.Place.Number);
                    }
                }
            }
        }

        Assert.All(Network.Nodes, node => Assert.NotNull(node.Short));
    }

    /// <summary>A node's meter answers the public client; the packet that asks is confirmed with success in any case.</summary>
    internal bool IsReached(ushort address)
    {
        var before = Said.Count;
        Send(Data(9, address, AssociationRequest));
        Run(8);
        var said = Said.Skip(before).ToList();
        Assert.Contains(said, message => message is [0x1E, 0, 9]);
        return said.Exists(message => message[0] == 0x1F);
    }

    /// <summary>AARQ of the public client: logical names, no security.</summary>
    internal static byte[] AssociationRequest => Convert.FromHexString("601DA109060760857405080101BE10040E01000000065F1F0400001E1DFFFF");

    /// <summary>DATA_REQUEST with an APDU of a client in the wrapper.</summary>
    internal static byte[] Data(byte handle, ushort address, byte[] apdu, ushort client = 16, bool discovers = true, ushort pan = Pan) =>
        Data(handle, new UdpPacket(G3Address.LinkLocal(pan, 0), G3Address.LinkLocal(pan, address), 4059, 4059, [0, 1, (byte)(client >> 8), (byte)client, 0, 1, (byte)(apdu.Length >> 8), (byte)apdu.Length, .. apdu]).ToOctets(), discovers);

    internal static byte[] Data(byte handle, byte[] packet, bool discovers = true) => [0x0B, handle, discovers ? (byte)1 : (byte)0, 0, (byte)(packet.Length >> 8), (byte)packet.Length, .. packet];

    private void Hear(byte[] octets)
    {
        LastFrame = octets;
        var all = new ReadOnlySequence<byte>((byte[])[.. _rest, .. octets]);
        while (_framer.Read(ref all, out var frame, out _) is not FrameRead.NeedMore and var read)
        {
            if (read == FrameRead.Got)
            {
                Said.Add(frame.Payload.ToArray());
            }
        }

        _rest = all.ToArray();
    }
}
