namespace Protocols.Usi;

/// <summary>The check sums of USI: an exclusive or, a CRC of 16 bits that is not augmented (its check value is BEEF, not that of XMODEM), and one of 32 bits that starts from 0 and is not reflected.</summary>
internal static class UsiCheck
{
    private const ushort Polynomial16 = 0x1021;
    private const uint Polynomial32 = 0x04C1_1DB7;
    private static readonly ushort[] Table16 = [.. Enumerable.Range(0, 256).Select(octet => (ushort)Shift((uint)octet << 24, (uint)Polynomial16 << 16).Shifted(16))];
    private static readonly uint[] Table32 = [.. Enumerable.Range(0, 256).Select(octet => Shift((uint)octet << 24, Polynomial32))];

    /// <summary>The check sum of a header and its payload, in the low bits.</summary>
    internal static uint Of(UsiProtocol protocol, ReadOnlySpan<byte> octets) => UsiProtocols.CheckLength(protocol) switch
    {
        4 => Crc32(octets),
        2 => Crc16(octets),
        _ => Xor(octets),
    };

    internal static byte Xor(ReadOnlySpan<byte> octets)
    {
        byte all = 0;
        foreach (var octet in octets)
        {
            all ^= octet;
        }

        return all;
    }

    internal static ushort Crc16(ReadOnlySpan<byte> octets)
    {
        ushort crc = 0;
        foreach (var octet in octets)
        {
            crc = (ushort)(Table16[crc >> 8] ^ (crc << 8) ^ octet); // the octet goes in at the low end: not augmented
        }

        return crc;
    }

    internal static uint Crc32(ReadOnlySpan<byte> octets)
    {
        uint crc = 0;
        foreach (var octet in octets)
        {
            crc = (crc << 8) ^ Table32[(byte)(crc >> 24) ^ octet];
        }

        return crc;
    }

    private static uint Shift(uint crc, uint polynomial)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            crc = (crc & 0x8000_0000) != 0 ? (crc << 1) ^ polynomial : crc << 1;
        }

        return crc;
    }

    private static uint Shifted(this uint value, int bits) => value >> bits;
}
