namespace Protocols.Im871a;

/// <summary>FCS of the HCI: CRC-16 reflected, polynomial 0x8408, start 0xFFFF, complemented, over CTRL to the last octet before it.</summary>
public static class Im871aChecksum
{
    private static readonly ushort[] Table = [.. Enumerable.Range(0, 256).Select(octet =>
    {
        var crc = (ushort)octet;
        for (var bit = 0; bit < 8; bit++)
        {
            crc = (ushort)((crc & 1) != 0 ? (crc >> 1) ^ 0x8408 : crc >> 1);
        }

        return crc;
    })];

    /// <summary>The FCS; it is sent low octet first.</summary>
    public static ushort Compute(ReadOnlySpan<byte> octets)
    {
        ushort crc = 0xFFFF;
        foreach (var octet in octets)
        {
            crc = (ushort)((crc >> 8) ^ Table[(crc ^ octet) & 0xFF]);
        }

        return (ushort)~crc;
    }
}
