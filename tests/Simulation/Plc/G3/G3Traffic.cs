using System.Buffers.Binary;
using Simulation.Plc.Medium;

namespace Simulation.Plc.G3;

/// <summary>Packets of the host on their way to nodes, and those of nodes to the host (plc-modems 2.8): buffers, confirms, frame counter, keys.</summary>
internal sealed class G3Traffic(G3Coordinator modem, G3Routes routes)
{
    private const int SegmentOctets = 211; // of a CENELEC-A frame without its MAC overhead (plc-limits section 1): so often the frame counter counts
    private const int Headers = 48; // IPv6 and UDP
    private readonly G3Buffers _buffers = new();
    private readonly HashSet<ushort> _onTheirWay = [];
    private byte _told = 7;

    internal void Clear()
    {
        _buffers.Clear();
        _onTheirWay.Clear();
        _told = _buffers.Free;
    }

    /// <summary><c>handle, discover route, quality of service, length (2), packet</c>.</summary>
    internal void Request(byte[] parameters)
    {
        if (BinaryPrimitives.ReadUInt16BigEndian(parameters.AsSpan(3)) != parameters.Length - 5)
        {
            modem.Say(G3Message.Status, G3Status.BadParameter, (byte)G3Message.DataRequest);
            return;
        }

        var (handle, discovers, octets) = (parameters[0], parameters[1] != 0, parameters[5..]);
        if (!UdpPacket.IsPacket(octets) || octets.Length > G3Buffers.Longest)
        {
            Confirm(G3Status.InvalidPacket, handle);
            return;
        }

        var address = octets.AsSpan(24, 16);
        if (G3Address.IsMulticast(address))
        {
            Cast(handle, octets);
            return;
        }

        if (DestinationOf(address) is { } destination)
        {
            Send(handle, discovers, destination, octets);
        }
        else
        {
            Confirm(G3Status.InvalidPacket, handle); // of another network, or no address of a node at all
        }
    }

    /// <summary><c>destination (2), handle, discover route, quality of service, length (2), APDU</c>: nothing in a meter listens to these.</summary>
    internal void RequestWithoutIp(byte[] parameters) => Send(parameters[2], parameters[3] != 0, BinaryPrimitives.ReadUInt16BigEndian(parameters), parameters[7..]);

    /// <summary>A node's packet; false where it is lost here.</summary>
    internal bool Hear(G3Node node, byte[] packet)
    {
        if (node.Pan != modem.Pan || node.Short is not { } from)
        {
            return false;
        }

        if (!Knows(node.KeyIndex, node.Key(node.KeyIndex)))
        {
            modem.TellStatus(node.Pan, from, G3Status.UnavailableKey, node.KeyIndex);
            return false;
        }

        var lost = modem.LongIndicationsLost;
        modem.Say(G3Message.DataIndication, [G3Routes.LqiOf(node), (byte)(packet.Length >> 8), (byte)packet.Length, .. packet]);
        Count(G3AttributeTable.HeardData, 1);
        return lost == modem.LongIndicationsLost;
    }

    /// <summary>The node a packet is for: by its short address, or by its EUI-64.</summary>
    private ushort? DestinationOf(ReadOnlySpan<byte> address)
    {
        if (G3Address.IsUla(address, modem.Pan))
        {
            Span<byte> eui = stackalloc byte[8];
            address[8..].CopyTo(eui);
            eui.Reverse();
            return modem.Network.Find(eui)?.Short;
        }

        return G3Address.ShortOf(address, modem.Pan);
    }

    private void Send(byte handle, bool discovers, ushort destination, byte[] octets)
    {
        if (!modem.IsStarted)
        {
            Confirm(G3Status.RouteError, handle);
            return;
        }

        if (_onTheirWay.Contains(destination))
        {
            Confirm(G3Status.Busy, handle);
            return;
        }

        if (_buffers.Take(octets.Length) is var buffer && buffer < 0)
        {
            Confirm(G3Status.NoBuffers, handle);
            return;
        }

        _onTheirWay.Add(destination);
        TellBuffers();
        routes.Use(destination, discovers, modem.Whenever<bool>(found =>
        {
            if (!found || modem.Network.Find(modem.Pan, destination) is not { } node)
            {
                End(handle, destination, buffer, G3Status.RouteError);
                return;
            }

            modem.Network.Line.Down(node.Place, G3Network.ApduOctets(octets.Length - Headers), modem.Whenever<bool>(ok =>
            {
                var counter = CountFrames(octets.Length); // as many as went out by now: several packets take turns in the air
                if (!ok)
                {
                    routes.Forget(destination);
                }

                End(handle, destination, buffer, ok ? G3Status.Success : G3Status.RouteError);
                if (ok && node.Short == destination && Key() is { } key && modem.Network.Opens(node, key, KeyIndex, counter) && UdpPacket.Read(octets) is { } packet)
                {
                    modem.Network.Deliver(node, packet);
                }
            }));
        }));
    }

    /// <summary>To everybody: confirmed when it is out, acknowledged and answered by nobody.</summary>
    private void Cast(byte handle, byte[] octets)
    {
        Count(G3AttributeTable.SentBroadcast, 1);
        modem.Network.Line.Broadcast(G3Network.ApduOctets(octets.Length - Headers), modem.Whenever<IReadOnlyList<PlcNode>>(reached =>
        {
            var counter = CountFrames(octets.Length);
            Confirm(G3Status.Success, handle);
            if (Key() is { } key && UdpPacket.Read(octets) is { } packet)
            {
                modem.Network.DeliverAll(reached, key, KeyIndex, counter, packet);
            }
        }));
    }

    private void End(byte handle, ushort destination, int buffer, byte status)
    {
        _onTheirWay.Remove(destination);
        _buffers.Give(buffer);
        Confirm(status, handle);
        TellBuffers();
    }

    private void Confirm(byte status, byte handle) => modem.Say(G3Message.DataConfirm, status, handle);

    private void TellBuffers()
    {
        if (_buffers.Free != _told)
        {
            _told = _buffers.Free;
            modem.Say(G3Message.BufferIndication, _told);
        }
    }

    private byte KeyIndex => modem.Adaptation[G3AttributeTable.ActiveKeyIndex] is [var index] ? index : (byte)0;

    private byte[]? Key() => modem.Bootstrap[G3AttributeTable.Gmk, KeyIndex] is { Length: 16 } key ? key : null;

    /// <summary>A key of the network, or the one that is being distributed.</summary>
    private bool Knows(byte index, byte[]? key) =>
        key is not null && (key.AsSpan().SequenceEqual(modem.Bootstrap[G3AttributeTable.Gmk, index]) || key.AsSpan().SequenceEqual(modem.Bootstrap[G3AttributeTable.NextGmk]));

    private uint CountFrames(int octets)
    {
        var frames = (uint)((octets + SegmentOctets - 1) / SegmentOctets);
        Count(G3AttributeTable.SentData, frames);
        return modem.Memory.FrameCounter += frames;
    }

    private void Count(uint attribute, uint by) =>
        modem.Mac.Keep(attribute, G3Values.UInt32(BinaryPrimitives.ReadUInt32BigEndian(modem.Mac[attribute]) + by));
}
