using System.Buffers.Binary;

namespace Protocols.Dlms.Hdlc;

/// <summary>Frame check sequence of ISO/IEC 13239 (CRC-16/X-25: reflected 0x8408, start FFFF, complemented), sent low octet first; eight octets a step.</summary>
public static class Fcs16
{
    private const ushort Polynomial = 0x8408;

    private static readonly ushort[] Tables = Build();

    /// <summary>The check sequence over the octets (HCS and FCS alike; IEC 62056-46, 6.4.2).</summary>
    public static ushort Compute(ReadOnlySpan<byte> octets) => (ushort)~Continue(0xFFFF, octets);

    /// <summary>Carries a running value, not complemented, over further octets; start with 0xFFFF.</summary>
    internal static uint Continue(uint crc, ReadOnlySpan<byte> octets)
    {
        ReadOnlySpan<ushort> t = Tables;
        while (octets.Length >= 8)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(octets) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(octets[4..]);
            crc = (uint)(t[(int)(0x700 + (low & 0xFF))] ^ t[(int)(0x600 + ((low >> 8) & 0xFF))]
                ^ t[(int)(0x500 + ((low >> 16) & 0xFF))] ^ t[(int)(0x400 + (low >> 24))]
                ^ t[(int)(0x300 + (high & 0xFF))] ^ t[(int)(0x200 + ((high >> 8) & 0xFF))]
                ^ t[(int)(0x100 + ((high >> 16) & 0xFF))] ^ t[(int)(high >> 24)]);
            octets = octets[8..];
        }

        foreach (var octet in octets)
        {
            crc = (crc >> 8) ^ t[(int)((crc ^ octet) & 0xFF)];
        }

        return crc;
    }

    private static ushort[] Build()
    {
        var tables = new ushort[8 * 256];
        for (var i = 0; i < 256; i++)
        {
            var crc = (ushort)i;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (ushort)((crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1);
            }

            tables[i] = crc;
        }

        for (var i = 256; i < tables.Length; i++)
        {
            var before = tables[i - 256];
            tables[i] = (ushort)((before >> 8) ^ tables[before & 0xFF]);
        }

        return tables;
    }
}
