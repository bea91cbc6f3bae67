using System.Buffers.Binary;

namespace Protocols.Dlms.Hdlc;

/// <summary>Frame check sequence of ISO/IEC 13239 (CRC-16/X-25: reflected 0x8408, start FFFF, complemented), sent low octet first; sixteen octets a step.</summary>
public static class Fcs16
{
    private const ushort Polynomial = 0x8408;

    private static readonly SlicingTables Tables = Build();

    /// <summary>The check sequence over the octets (HCS and FCS alike; IEC 62056-46, 6.4.2).</summary>
    public static ushort Compute(ReadOnlySpan<byte> octets) => (ushort)~Continue(0xFFFF, octets);

    /// <summary>Carries a running value, not complemented, over further octets; start with 0xFFFF.</summary>
    internal static uint Continue(uint crc, ReadOnlySpan<byte> octets)
    {
        ref readonly var t = ref Tables;
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

    /// <summary>Eight octets, each through the table of its place; from the second octet pair on nothing waits for the running value.</summary>
    private static int Eight(in SlicingTables t, int from, ulong octets) =>
        t[from + 0x700 + (byte)octets] ^ t[from + 0x600 + (byte)(octets >> 8)] ^ t[from + 0x500 + (byte)(octets >> 16)] ^ t[from + 0x400 + (byte)(octets >> 24)]
        ^ t[from + 0x300 + (byte)(octets >> 32)] ^ t[from + 0x200 + (byte)(octets >> 40)] ^ t[from + 0x100 + (byte)(octets >> 48)] ^ t[from + (byte)(octets >> 56)];

    private static SlicingTables Build()
    {
        var tables = default(SlicingTables);
        for (var i = 0; i < 256; i++)
        {
            var crc = (ushort)i;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (ushort)((crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1);
            }

            tables[i] = crc;
        }

        for (var i = 256; i < SlicingTables.Length; i++)
        {
            var before = tables[i - 256];
            tables[i] = (ushort)((before >> 8) ^ tables[before & 0xFF]);
        }

        return tables;
    }
}
