using Fuzz.Mutation;
using Protocols.Dlms.Apdu;
using Protocols.Framing;
using Protocols.Usi;
using Protocols.Usi.G3;
using Protocols.Usi.Prime;
using G3DataIndication = Protocols.Usi.G3.DataIndication;
using G3DataRequest = Protocols.Usi.G3.DataRequest;
using PrimeDataIndication = Protocols.Usi.Prime.DataIndication;

namespace Fuzz.Families;

/// <summary>Octets out of the port of a power line modem, and messages in its frames.</summary>
internal static class UsiFamilies
{
    /// <summary>A stream of frames. The first octet says in which pieces the rest comes; every frame is written again as it came.</summary>
    internal static Family Stream => new("usi", () => [.. G3Seeds.Select(hex => Framed(UsiProtocol.G3Adp, hex)), .. PrimeSeeds.Select(hex => Framed(UsiProtocol.Prime, hex)), Framed(UsiProtocol.ManagementGetQuery, "002300")], () => octets =>
    {
        if (octets.IsEmpty)
        {
            return "empty";
        }

        var (whole, frames) = Frames(octets[1..], 0, false);
        var (pieces, _) = Frames(octets[1..], octets.Span[0] & 0x3F, (octets.Span[0] & 0x40) != 0);
        return whole != pieces ? throw new InvalidOperationException("other frames come out of pieces than out of the whole") : frames > 0 ? null : "no frame";
    })
    {
        JudgesParts = true, Words = [[0x7E], [0x7D, 0x5E], [0x7D, 0x5D], [0x7E, 0x00, 0xE5], [0x7E, 0x04, 0xF0]], Given = static octets => 2L * octets,
        Straighten = static (Span<byte> octets, ref Random64 _) => Straighten(octets),
    };

    /// <summary>Messages of a G3 modem, and the packets in them.</summary>
    internal static Family G3 => new("g3", () => [.. G3Seeds.Select(Convert.FromHexString)], static () => static octets =>
    {
        if (G3Message.Read(octets, out var fault) is not { } message)
        {
            return fault ?? throw new InvalidOperationException("refused without a sentence");
        }

        Same(octets, message.ToPayload(), message is Initialize or G3DataRequest or NoIpDataRequest or Rekey or SetRekeyPhase); // flags other than 0 and 1 are taken, and written as 1
        var packet = message switch { G3DataRequest sent => sent.Packet, G3DataIndication told => told.Packet, _ => default };
        if (!packet.IsEmpty && UdpPacket.TryParse(packet, out var udp, out var refused))
        {
            var again = udp.ToOctets();
            Same(packet[4..], again.AsMemory(4), false); // traffic class and flow label are passed over
            Pdu.Read(udp.Payload.Length > 8 ? udp.Payload[8..] : default, out _);
        }

        return null;
    })
    {
        Words = [[0x0B], [0x1F], [0x2C], [0x20], [0x33], [0x60, 0, 0, 0], [0xFE, 0x80], [0x00, 0x01, 0x00, 0x01, 0x00, 0x10]],
        Straighten = static (Span<byte> octets, ref Random64 random) => Checked(octets, ref random),
    };

    /// <summary>Messages of a PRIME modem, its lists, and the messages of the management plane. The first octet: FF for a message of the base node, else the protocol of the plane.</summary>
    internal static Family Prime => new("prime", () => [.. PrimeSeeds.Select(hex => (byte[])[0xFF, .. Convert.FromHexString(hex)]), .. PlaneSeeds.Select(Convert.FromHexString)], static () => static octets =>
    {
        if (octets.IsEmpty)
        {
            return "empty";
        }

        if (octets.Span[0] != 0xFF)
        {
            var plane = ManagementMessage.Read(new UsiFrame((UsiProtocol)(octets.Span[0] & 7), octets[1..]), out var why);
            return plane is null ? why ?? throw new InvalidOperationException("refused without a sentence") : null;
        }

        if (PrimeMessage.Read(octets[1..], out var fault) is not { } message)
        {
            return fault ?? throw new InvalidOperationException("refused without a sentence");
        }

        Same(octets[1..], message.ToPayload(), false);
        if (message is PibListConfirm list)
        {
            PrimeRecords.Read(list.Records.Span, new List<RegisteredDevice>());
            PrimeRecords.Read(list.Records.Span, new List<LlcNode>());
            PrimeRecords.Read(list.Records.Span, new List<HeardSwitch>());
        }

        Pdu.Read(message is PrimeDataIndication data ? data.Apdu : default, out _);
        return null;
    })
    { Words = [[0x37], [0x38], [0x3A], [0x30], [0x4F], [0x82, 0x50], [0x00, 0x50], [0x0E], [0x0F]] };

    private static readonly string[] G3Seeds =
    [
        "0A0001", "00000A", "00010D", "170800000100 00".Replace(" ", "", StringComparison.Ordinal), "2E0008000001000008 0011223344556677".Replace(" ", "", StringComparison.Ordinal), "3C00000002000010000102030405060708090A0B0C0D0E0F",
        "0D781D", "2200", "470011223344556677", "4200112233445566770001", "4800112233445566770001", "490001", "3E00010011223344556677", "3F0001001122334455667701", "4001", "41",
        "0B010100" + "0045" + Packet, "1F5A" + "0045" + Packet, "1E0001", "1EA501", "2F06", "20781D020001020000 80000000".Replace(" ", "", StringComparison.Ordinal), "15000 10F".Replace(" ", "", StringComparison.Ordinal),
        "2C0000010000 0F0201 00050020000101 00010030000101 00000028000101".Replace(" ", "", StringComparison.Ordinal), "33000000010002000300400102000100029988", "30781D5A0000000A00",
        "280000 00000C0000 0A 00010005004020 0000B4".Replace(" ", "", StringComparison.Ordinal),
    ];

    /// <summary>A GET over UDP over IPv6, 69 octets.</summary>
    private const string Packet = "60000000001D1108FE80000000000000781D00FFFE000000FE80000000000000781D00FFFE0000010FDB0FDB001D6C9B000100100001000DC001C100080000010000FF0200";

    private static readonly string[] PrimeSeeds =
    [
        "3701100123000DC001C100080000010000FF020000", "381001000001230012C401C100090C07EA0B17010C1E00FF80000000", "390110012300", "3A0D5A49563030313233343536373801234040220102030000 00".Replace(" ", "", StringComparison.Ordinal),
        "3B0123", "350123", "2D0023", "2E00002306404022AABBCC", "2F0050", "30000050000E404022010203000100FF00002800", "3000005 00000".Replace(" ", "", StringComparison.Ordinal),
        "300082500019012 35A495630303132333435363738000000 0D404022010203".Replace(" ", "", StringComparison.Ordinal), "4F00404022010203000001FF0000000000010000", "5B404022010203", "5D5B00", "2B", "2C00",
        "3E404022010203", "493E000000", "4A010010404022010203", "41000200000200 0100DEADBEEF".Replace(" ", "", StringComparison.Ordinal), "4200000004AABBCCDD",
    ];

    private static readonly string[] PlaneSeeds = ["00002300", "060E82501E0000", "070F825001190000" + "01235A49563030313233343536373800000 00D404022010203".Replace(" ", "", StringComparison.Ordinal)];

    private static byte[] Framed(UsiProtocol protocol, string hex) => [3, .. new UsiFrame(protocol, Convert.FromHexString(hex)).ToOctets()];

    private static (ulong Hash, int Frames) Frames(ReadOnlyMemory<byte> octets, int size, bool inSegments)
    {
        var framer = new UsiFramer();
        var (hash, frames) = (14695981039346656037UL, 0);
        Chunks.Feed(octets, size, inSegments, (ref input) =>
        {
            var what = framer.Read(ref input, out var frame, out _);
            if (what == FrameRead.Got)
            {
                frames++;
                hash = (hash ^ (ulong)frame.Protocol ^ ((ulong)frame.Payload.Length << 16)) * 1099511628211;
                foreach (var octet in frame.Payload.Span)
                {
                    hash = (hash ^ octet) * 1099511628211;
                }
            }

            return what;
        }, framer.LineIdle);
        return (hash, frames);
    }

    private static void Same(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, bool hasFlags)
    {
        if (before.Length != after.Length || (!hasFlags && !before.Span.SequenceEqual(after.Span)))
        {
            throw new InvalidOperationException($"written again as {Convert.ToHexString(after.Span)}");
        }
    }

    /// <summary>Mends length and check sum of the first frame, where nothing in it is escaped.</summary>
    private static void Straighten(Span<byte> octets)
    {
        if (octets.Length < 8 || octets[1] != 0x7E || octets[2..].IndexOf((byte)0x7E) is not (> 5 and var end) || octets.Slice(2, end).Contains((byte)0x7D))
        {
            return;
        }

        var protocol = (UsiProtocol)(octets[3] & 0x3F);
        octets[4] &= 0x7F;
        foreach (var check in (ReadOnlySpan<int>)[1, 2, 4])
        {
            if (end - 2 - check is < 1 or > 1023)
            {
                continue;
            }

            var frame = new UsiFrame(protocol, octets.Slice(4, end - 2 - check).ToArray()).ToOctets();
            if (frame.Length == end + 2) // the check sum of this protocol has so many octets, and none of them is escaped
            {
                frame.CopyTo(octets[1..]);
                return;
            }
        }
    }

    /// <summary>Mends lengths and check sum of a packet, mostly.</summary>
    private static void Checked(Span<byte> octets, ref Random64 random)
    {
        var at = octets.IsEmpty ? 0 : octets[0] == 0x0B ? 6 : octets[0] == 0x1F ? 4 : 0;
        if (at == 0 || octets.Length < at + UdpPacket.HeaderSize || random.OneIn(4))
        {
            return;
        }

        var packet = octets[at..];
        (octets[at - 2], octets[at - 1]) = ((byte)(packet.Length >> 8), (byte)packet.Length);
        var length = packet.Length - 40;
        (packet[0], packet[4], packet[5], packet[6]) = (0x60, (byte)(length >> 8), (byte)length, 17);
        (packet[44], packet[45], packet[46], packet[47]) = ((byte)(length >> 8), (byte)length, 0, 0);
        var sum = 17 + (uint)length;
        for (var i = 8; i < packet.Length; i++)
        {
            sum += (i & 1) == 0 ? (uint)packet[i] << 8 : packet[i];
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = sum == 0xFFFF ? 0xFFFF : ~sum;
        (packet[46], packet[47]) = ((byte)(sum >> 8), (byte)sum);
    }
}
