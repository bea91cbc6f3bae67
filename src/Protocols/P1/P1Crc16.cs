namespace Protocols.P1;

/// <summary>CRC-16 of P1 telegrams, from the slash to the exclamation mark: x16 + x15 + x2 + 1, least significant bit first, begins with 0 (DSMR P1 clause 6.2).</summary>
internal static class P1Crc16
{
    private const ushort Polynomial = 0xA001;
    private static readonly ushort[] Table = MakeTable();

    internal static ushort Of(ReadOnlySpan<byte> octets)
    {
        ushort crc = 0;
        foreach (var octet in octets)
        {
            crc = (ushort)((crc >> 8) ^ Table[(byte)(crc ^ octet)]);
        }

        return crc;
    }

    private static ushort[] MakeTable()
    {
        var table = new ushort[256];
        for (var octet = 0; octet < table.Length; octet++)
        {
            var crc = (ushort)octet;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (ushort)((crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1);
            }

            table[octet] = crc;
        }

        return table;
    }
}
