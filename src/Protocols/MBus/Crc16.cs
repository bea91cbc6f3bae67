using System.Buffers.Binary;

namespace Protocols.MBus;

/// <summary>CRC-16 of EN 13757-4 (polynomial 0x3D65, start 0, most significant bit first, complemented), eight octets a step.</summary>
public static class Crc16
{
    private const ushort Polynomial = 0x3D65;

    private static readonly ushort[] Tables = Build();

    /// <summary>The CRC over the octets: links send it high octet first, ELL and compact frames low octet first.</summary>
    public static ushort Compute(ReadOnlySpan<byte> octets)
    {
        ReadOnlySpan<ushort> t = Tables;
        uint crc = 0;
        while (octets.Length >= 8)
        {
            var high = BinaryPrimitives.ReadUInt32BigEndian(octets) ^ (crc << 16);
            var low = BinaryPrimitives.ReadUInt32BigEndian(octets[4..]);
            crc = (uint)(t[(int)(0x700 + (high >> 24))] ^ t[(int)(0x600 + ((high >> 16) & 0xFF))]
                ^ t[(int)(0x500 + ((high >> 8) & 0xFF))] ^ t[(int)(0x400 + (high & 0xFF))]
                ^ t[(int)(0x300 + (low >> 24))] ^ t[(int)(0x200 + ((low >> 16) & 0xFF))]
                ^ t[(int)(0x100 + ((low >> 8) & 0xFF))] ^ t[(int)(low & 0xFF)]);
            octets = octets[8..];
        }

        foreach (var octet in octets)
        {
            crc = (ushort)((crc << 8) ^ t[(int)((crc >> 8) ^ octet)]);
        }

        return (ushort)~crc;
    }

    private static ushort[] Build()
    {
        var tables = new ushort[8 * 256];
        for (var i = 0; i < 256; i++)
        {
            var crc = (ushort)(i << 8);
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (ushort)((crc & 0x8000) != 0 ? (crc << 1) ^ Polynomial : crc << 1);
            }

            tables[i] = crc;
        }

        for (var i = 256; i < tables.Length; i++)
        {
            var before = tables[i - 256];
            tables[i] = (ushort)((before << 8) ^ tables[before >> 8]);
        }

        return tables;
    }
}
