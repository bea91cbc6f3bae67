using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Protocols;

/// <summary>
/// The tables of a CRC of 16 bits that goes least significant bit first, sixteen octets a step: as many times 256 entries. Their length is known where they are compiled, so that an index
/// made of an octet is not checked again.
/// </summary>
[InlineArray(Length)]
internal struct SlicingTables
{
    private const int Length = 16 * 256;

    private ushort _first;

    /// <summary>The tables of a polynomial, its bits reversed.</summary>
    internal static SlicingTables Of(ushort reversed)
    {
        var tables = default(SlicingTables);
        for (var i = 0; i < 256; i++)
        {
            var crc = (ushort)i;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (ushort)((crc & 1) != 0 ? (crc >> 1) ^ reversed : crc >> 1);
            }

            tables[i] = crc;
        }

        for (var i = 256; i < Length; i++)
        {
            var before = tables[i - 256];
            tables[i] = (ushort)((before >> 8) ^ tables[before & 0xFF]);
        }

        return tables;
    }

    /// <summary>Carries a running value over further octets.</summary>
    internal static uint Continue(in SlicingTables t, uint crc, ReadOnlySpan<byte> octets)
    {
        for (; octets.Length >= 16; octets = octets[16..])
        {
            var low = BinaryPrimitives.ReadUInt64LittleEndian(octets) ^ crc;
            var high = BinaryPrimitives.ReadUInt64LittleEndian(octets[8..]);
            crc = (uint)(Eight(t, 0x800, low) ^ Eight(t, 0, high));
        }

        if (octets.Length >= 8)
        {
            crc = (uint)Eight(t, 0, BinaryPrimitives.ReadUInt64LittleEndian(octets) ^ crc);
            octets = octets[8..];
        }

        foreach (var octet in octets)
        {
            crc = (crc >> 8) ^ t[(byte)(crc ^ octet)];
        }

        return crc;
    }

    /// <summary>Eight octets, each through the table of its place; only the first two wait for the running value.</summary>
    private static int Eight(in SlicingTables t, int from, ulong octets) =>
        t[from + 0x700 + (byte)octets] ^ t[from + 0x600 + (byte)(octets >> 8)] ^ t[from + 0x500 + (byte)(octets >> 16)] ^ t[from + 0x400 + (byte)(octets >> 24)]
        ^ t[from + 0x300 + (byte)(octets >> 32)] ^ t[from + 0x200 + (byte)(octets >> 40)] ^ t[from + 0x100 + (byte)(octets >> 48)] ^ t[from + (byte)(octets >> 56)];
}
