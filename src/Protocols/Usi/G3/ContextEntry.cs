using System.Buffers.Binary;

namespace Protocols.Usi.G3;

/// <summary>
/// A row of the context table, by which addresses are sent in fewer octets: <c>valid u16 | compress | bits | prefix</c>, as many octets of prefix as the bits take
/// </summary>
/// <param name="ValidMinutes">FFFF for ever. That it counts minutes is not checked on hardware (2.3).</param>
public sealed record ContextEntry(ushort ValidMinutes, bool Compresses, byte Bits, ReadOnlyMemory<byte> Prefix)
{
    private const byte LinkLocalBits = 80;

    /// <summary>The first row of every network: the front of its link-local addresses, <c>FE80 0000 0000 0000 | PAN id</c></summary>
    public static ContextEntry OfLinkLocal(ushort panId) => new(ushort.MaxValue, true, LinkLocalBits, (byte[])[0xFE, 0x80, 0, 0, 0, 0, 0, 0, (byte)(panId >> 8), (byte)panId]);

    /// <summary>As the value of an attribute.</summary>
    public byte[] ToOctets()
    {
        var octets = new byte[4 + Prefix.Length];
        BinaryPrimitives.WriteUInt16BigEndian(octets, ValidMinutes);
        (octets[2], octets[3]) = (Compresses ? (byte)1 : (byte)0, Bits);
        Prefix.Span.CopyTo(octets.AsSpan(4));
        return octets;
    }
}
