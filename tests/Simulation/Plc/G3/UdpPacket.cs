using System.Buffers.Binary;

namespace Simulation.Plc.G3;

/// <summary>
/// An IPv6 packet with one UDP datagram in it, no extension headers (RFC 8200 section 3, RFC 768), written from the documents:
/// <code>
/// 60 00 00 00 | length (2) | 11 | hop limit | source (16) | destination (16) || source port (2) | destination port (2) | length (2) | checksum (2) | payload
/// </code>
/// </summary>
public sealed record UdpPacket(byte[] Source, byte[] Destination, ushort SourcePort, ushort DestinationPort, byte[] Payload)
{
    private const int Header = 40, UdpHeader = 8;
    private const byte Udp = 0x11, HopLimit = 8;

    /// <summary>The packet; null where it is no such one, or its checksum is wrong.</summary>
    public static UdpPacket? Read(ReadOnlySpan<byte> octets)
    {
        if (!IsPacket(octets) || octets[6] != Udp || octets.Length < Header + UdpHeader)
        {
            return null;
        }

        var datagram = octets[Header..];
        if (BinaryPrimitives.ReadUInt16BigEndian(datagram[4..]) != datagram.Length || BinaryPrimitives.ReadUInt16BigEndian(datagram[6..]) == 0 || Sum(octets) != 0xFFFF)
        {
            return null; // RFC 8200 section 8.1: a datagram without a checksum is discarded
        }

        return new UdpPacket(
            octets[8..24].ToArray(), octets[24..40].ToArray(), BinaryPrimitives.ReadUInt16BigEndian(datagram), BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]), datagram[UdpHeader..].ToArray());
    }

    /// <summary>IPv6 of the length it says: all that the modem itself looks at.</summary>
    public static bool IsPacket(ReadOnlySpan<byte> octets) => octets.Length >= Header && octets[0] >> 4 == 6 && BinaryPrimitives.ReadUInt16BigEndian(octets[4..]) == octets.Length - Header;

    /// <summary>As octets.</summary>
    public byte[] ToOctets()
    {
        var octets = new byte[Header + UdpHeader + Payload.Length];
        var length = (ushort)(UdpHeader + Payload.Length);
        octets[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(4), length);
        (octets[6], octets[7]) = (Udp, HopLimit);
        Source.CopyTo(octets, 8);
        Destination.CopyTo(octets, 24);
        var datagram = octets.AsSpan(Header);
        BinaryPrimitives.WriteUInt16BigEndian(datagram, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[2..], DestinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[4..], length);
        Payload.CopyTo(datagram[UdpHeader..]);
        var sum = (ushort)~Sum(octets);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[6..], sum == 0 ? (ushort)0xFFFF : sum);
        return octets;
    }

    /// <summary>The sum in ones' complement over addresses, length, protocol and datagram; FFFF where the checksum in it is right.</summary>
    private static uint Sum(ReadOnlySpan<byte> octets)
    {
        var sum = Udp + (uint)(octets.Length - Header);
        for (var at = 8; at < octets.Length; at += 2)
        {
            sum += (uint)((octets[at] << 8) | (at + 1 < octets.Length ? octets[at + 1] : 0));
        }

        while (sum > 0xFFFF)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return sum;
    }
}
