using System.Buffers.Binary;

namespace Protocols.Usi.G3;

/// <summary>
/// A UDP datagram in the IPv6 packet that carries it (RFC 8200, RFC 768), as a G3 modem takes and gives them:
/// <code>
/// 0  version 6, traffic class, flow label (4)     4  octets behind the header u16     6  next header: 11     7  hop limit
/// 8  source (16)     24 destination (16)     40 source port u16     42 destination port u16     44 length u16     46 check sum u16     48 payload
/// </code>
/// One packet is one datagram: neither extension headers nor fragments are taken, the modem has its own way of cutting.
/// </summary>
public readonly record struct UdpPacket(Ipv6Address Source, Ipv6Address Destination, ushort SourcePort, ushort DestinationPort, byte HopLimit, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The registered port of DLMS (IEC 62056-4-7), and the first of those that G3 sends in fewer octets.</summary>
    public const ushort DlmsPort = 4059, CompressedPort = 61616;

    /// <summary>Octets in front of the payload.</summary>
    public const int HeaderSize = IpHeaderSize + UdpHeaderSize;

    private const int IpHeaderSize = 40, UdpHeaderSize = 8, ChecksumAt = 46;
    private const byte Udp = 17;

    /// <summary>As octets, with its check sum.</summary>
    /// <exception cref="ArgumentException">No packet has so long a payload.</exception>
    public byte[] ToOctets()
    {
        if (Payload.Length > ushort.MaxValue - UdpHeaderSize)
        {
            throw new ArgumentException($"a UDP datagram has at most {ushort.MaxValue - UdpHeaderSize} octets of payload, not {Payload.Length}");
        }

        var octets = new byte[HeaderSize + Payload.Length];
        var length = (ushort)(UdpHeaderSize + Payload.Length);
        octets[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(4), length);
        (octets[6], octets[7]) = (Udp, HopLimit);
        Source.WriteTo(octets.AsSpan(8));
        Destination.WriteTo(octets.AsSpan(24));
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(40), SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(42), DestinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(44), length);
        Payload.Span.CopyTo(octets.AsSpan(HeaderSize));
        var sum = (ushort)~Sum(octets);
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(ChecksumAt), sum == 0 ? ushort.MaxValue : sum); // 0 would say that there is none
        return octets;
    }

    /// <summary>Reads a packet that fills the octets.</summary>
    /// <param name="fault">Why it is refused; null where it is not.</param>
    public static bool TryParse(ReadOnlyMemory<byte> octets, out UdpPacket packet, out string? fault)
    {
        packet = default;
        fault = FaultOf(octets.Span);
        if (fault is not null)
        {
            return false;
        }

        var span = octets.Span;
        packet = new UdpPacket(
            Ipv6Address.Of(span[8..]), Ipv6Address.Of(span[24..]), BinaryPrimitives.ReadUInt16BigEndian(span[40..]), BinaryPrimitives.ReadUInt16BigEndian(span[42..]), span[7], octets[HeaderSize..]);
        return true;
    }

    private static string? FaultOf(ReadOnlySpan<byte> span)
    {
        if (span.Length < IpHeaderSize || span[0] >> 4 != 6)
        {
            return span.IsEmpty ? "no packet: it is empty" : span[0] >> 4 != 6 ? $"no IPv6 packet: its version is {span[0] >> 4}" : $"no IPv6 packet: {span.Length} octets, a header has {IpHeaderSize}";
        }

        var announced = BinaryPrimitives.ReadUInt16BigEndian(span[4..]);
        if (announced != span.Length - IpHeaderSize)
        {
            return $"the IPv6 header announces {announced} octets, {span.Length - IpHeaderSize} are there";
        }

        if (NextHeader(span[6]) is { } other)
        {
            return other;
        }

        if (announced < UdpHeaderSize)
        {
            return $"no UDP datagram: {announced} octets, a header has {UdpHeaderSize}";
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(span[44..]);
        return length != announced ? $"the UDP header announces {length} octets, {announced} are there"
            : BinaryPrimitives.ReadUInt16BigEndian(span[ChecksumAt..]) == 0 ? "the UDP datagram has no check sum, which IPv6 does not allow"
            : Sum(span) != ushort.MaxValue ? "the check sum of the UDP datagram is wrong" : null;
    }

    private static string? NextHeader(byte number) => number switch
    {
        Udp => null,
        44 => "a fragment: packets are taken whole only",
        0 or 43 or 50 or 51 or 60 or 135 or 139 or 140 => $"an extension header ({number}) stands before the datagram: none is taken",
        58 => "no UDP datagram but ICMPv6",
        6 => "no UDP datagram but TCP",
        _ => $"no UDP datagram but protocol {number}",
    };

    /// <summary>The sum of pseudo header, header and payload, folded; FFFF where a check sum in it is right. Each octet stands high or low by its own place: the length is even until the payload.</summary>
    private static ushort Sum(ReadOnlySpan<byte> packet)
    {
        ulong sum = Udp + (uint)(packet.Length - IpHeaderSize);
        var summed = packet[8..]; // both addresses and what follows the header
        while (summed.Length >= 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(summed);
            summed = summed[2..];
        }

        sum += summed.IsEmpty ? 0u : (uint)summed[0] << 8;
        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)sum;
    }
}
