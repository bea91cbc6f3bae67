using System.Buffers.Binary;

namespace Simulation.Plc.G3;

/// <summary>IPv6 addresses of nodes (plc-modems 2.6), written from the document: 16 octets.</summary>
internal static class G3Address
{
    internal const ushort Coordinator = 0x0000, HighestShort = 0x7FFF, Broadcast = 0xFFFF;
    private const ushort LinkLocalPrefix = 0xFE80, UlaPrefix = 0xFD00;

    /// <summary><c>FE80::PAN:00FF:FE00:short</c>.</summary>
    internal static byte[] LinkLocal(ushort pan, ushort shortAddress)
    {
        var address = new byte[16];
        BinaryPrimitives.WriteUInt16BigEndian(address, LinkLocalPrefix);
        BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(8), pan);
        (address[11], address[12]) = (0xFF, 0xFE);
        BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(14), shortAddress);
        return address;
    }

    /// <summary><c>FD00:0:2:PAN::/64</c> with the EUI-64 as it is stored, from its last octet to its first.</summary>
    internal static byte[] Ula(ushort pan, ReadOnlySpan<byte> eui)
    {
        var address = new byte[16];
        BinaryPrimitives.WriteUInt16BigEndian(address, UlaPrefix);
        address[5] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(6), pan);
        eui.CopyTo(address.AsSpan(8));
        address.AsSpan(8).Reverse();
        return address;
    }

    /// <summary>The short address in a link-local address of a PAN; null where it is none.</summary>
    internal static ushort? ShortOf(ReadOnlySpan<byte> address, ushort pan)
    {
        var shortAddress = BinaryPrimitives.ReadUInt16BigEndian(address[14..]);
        return address.SequenceEqual(LinkLocal(pan, shortAddress)) ? shortAddress : null;
    }

    /// <summary>It is of the local prefix of a PAN.</summary>
    internal static bool IsUla(ReadOnlySpan<byte> address, ushort pan) => address[..8].SequenceEqual(Ula(pan, new byte[8]).AsSpan(0, 8));

    /// <summary>To everybody.</summary>
    internal static bool IsMulticast(ReadOnlySpan<byte> address) => address[0] == 0xFF;
}
