using System.Buffers.Binary;
using System.Net;

namespace Protocols.Usi.G3;

/// <summary>An IPv6 address, the first octet highest.</summary>
public readonly record struct Ipv6Address(UInt128 Value)
{
    /// <summary>How many octets it has.</summary>
    public const int Size = 16;

    /// <summary>Between the PAN id and the short address of a link-local address: <c>00FF FE00</c></summary>
    private const uint Middle = 0x00FF_FE00;

    private const ulong LinkLocalPrefix = 0xFE80_0000_0000_0000;

    /// <summary>
    /// The link-local address of a node: <c>FE80 0000 0000 0000 | PAN id | 00FF FE00 | short address</c>. Some text of the standard turns a bit of the PAN id over; the vendor's code does
    /// not (2.6).
    /// </summary>
    public static Ipv6Address LinkLocal(ushort panId, ushort address) => new(new UInt128(LinkLocalPrefix, (ulong)panId << 48 | (ulong)Middle << 16 | address));

    /// <summary>Every node of the link: <c>FF02::1</c> (2.6).</summary>
    public static Ipv6Address AllNodes { get; } = new(new UInt128(0xFF02_0000_0000_0000, 1));

    /// <summary>The PAN id and the short address in a link-local address; false where it is none.</summary>
    public bool TryLinkLocal(out ushort panId, out ushort address)
    {
        var low = (ulong)Value;
        (panId, address) = ((ushort)(low >> 48), (ushort)low);
        return (ulong)(Value >> 64) == LinkLocalPrefix && (uint)(low >> 16) == Middle;
    }

    internal static Ipv6Address Of(ReadOnlySpan<byte> octets) => new(BinaryPrimitives.ReadUInt128BigEndian(octets));

    internal void WriteTo(Span<byte> to) => BinaryPrimitives.WriteUInt128BigEndian(to, Value);

    /// <summary>As people write it.</summary>
    public override string ToString()
    {
        Span<byte> octets = stackalloc byte[Size];
        WriteTo(octets);
        return new IPAddress(octets).ToString();
    }
}
