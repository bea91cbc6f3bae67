namespace Simulation.Plc;

/// <summary>
/// USI frames as a modem makes them (plc-modems 1), written from the document: <c>7E | n >> 2 | (n and 3) &lt;&lt; 6 | protocol | payload | check | 7E</c>, everything between the flags escaped.
/// </summary>
internal static class SimUsi
{
    internal const byte Flag = 0x7E, Escape = 0x7D;

    /// <summary>Octets of the modem's write buffer: a longer frame, escapes counted in, is lost in it.</summary>
    internal const int WriteBuffer = 1024;

    /// <summary>Octets of its receive buffer, which is filled without looking.</summary>
    internal const int ReceiveBuffer = 1024;

    private const byte LongBit = 0x80;
    private static readonly ushort[] Table16 = [.. Enumerable.Range(0, 256).Select(octet => (ushort)Shift(octet << 8, 0x1021, 0x8000))];
    private static readonly uint[] Table32 = [.. Enumerable.Range(0, 256).Select(octet => (uint)Shift((long)octet << 24, 0x04C11DB7, 0x80000000))];

    /// <summary>A frame as octets.</summary>
    internal static byte[] Frame(byte protocol, ReadOnlySpan<byte> payload)
    {
        var check = CheckLength(protocol);
        Span<byte> plain = stackalloc byte[2 + payload.Length + check];
        (plain[0], plain[1]) = ((byte)(payload.Length >> 2), (byte)(((payload.Length & 3) << 6) | protocol));
        payload.CopyTo(plain[2..]);
        if (payload.Length > 1023 && HasLongLength(protocol))
        {
            plain[2] |= LongBit;
        }

        var sum = Check(protocol, plain[..^check]);
        for (var i = 1; i <= check; i++)
        {
            plain[^i] = (byte)(sum >> (8 * (i - 1)));
        }

        var octets = new byte[2 + plain.Length + plain.Count(Flag) + plain.Count(Escape)];
        var at = 1;
        (octets[0], octets[^1]) = (Flag, Flag);
        foreach (var octet in plain)
        {
            if (octet is Flag or Escape)
            {
                octets[at++] = Escape;
            }

            octets[at++] = octet is Flag or Escape ? (byte)(octet ^ 0x20) : octet;
        }

        return octets;
    }

    /// <summary>The payload in what stands between two flags, escapes taken out; empty where length or check does not fit: a modem says nothing to that.</summary>
    internal static ReadOnlySpan<byte> Open(Span<byte> plain, out byte protocol)
    {
        protocol = plain.Length > 1 ? (byte)(plain[1] & 0x3F) : (byte)0;
        var check = CheckLength(protocol);
        if (plain.Length < 3 + check)
        {
            return [];
        }

        var isLong = HasLongLength(protocol) && (plain[2] & LongBit) != 0;
        var length = (plain[0] << 2) | (plain[1] >> 6) | (isLong ? 0x400 : 0);
        if (plain.Length != 2 + length + check)
        {
            return [];
        }

        uint sum = 0;
        foreach (var octet in plain[^check..])
        {
            sum = (sum << 8) | octet;
        }

        if (sum != Check(protocol, plain[..^check]))
        {
            return [];
        }

        plain[2] &= isLong ? (byte)0x7F : (byte)0xFF;
        return plain[2..^check];
    }

    private static int CheckLength(byte protocol) => protocol switch { <= 0x07 => 4, 0x13 or 0x1F or 0x22 or 0x23 or 0x24 or 0x25 or 0x26 or 0x28 => 2, _ => 1 };

    private static bool HasLongLength(byte protocol) => protocol is 0x25 or 0x26 or 0x30 or 0x31;

    private static uint Check(byte protocol, ReadOnlySpan<byte> octets)
    {
        uint sum = 0;
        switch (CheckLength(protocol))
        {
            case 1:
                foreach (var octet in octets)
                {
                    sum ^= octet;
                }

                return sum;
            case 2:
                foreach (var octet in octets)
                {
                    // The octet is added behind the register, not in front of it: not what is known as XMODEM.
                    sum = (uint)((Table16[sum >> 8] ^ (sum << 8) ^ octet) & 0xFFFF);
                }

                return sum;
            default:
                foreach (var octet in octets)
                {
                    sum = Table32[(sum >> 24) ^ octet] ^ (sum << 8);
                }

                return sum;
        }
    }

    private static long Shift(long register, long polynomial, long highest)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            register = (register & highest) != 0 ? (register << 1) ^ polynomial : register << 1;
        }

        return register & ((highest << 1) - 1);
    }
}
