namespace Protocols.Dlms.Sfsk;

/// <summary>
/// The frame check sequence of 24 bits of S-FSK's HDLC profile (IEC 61334-5-1), sent high octet first: the message shifted through the register from its top, high bits of each octet
/// first, nothing behind it. Not a CRC of the catalogues: pinned by frames of another program.
/// </summary>
public static class Fcs24
{
    private const uint Polynomial = 0xD3B6BA;

    /// <summary>The check over the octets, from the credits to the last zero.</summary>
    public static uint Compute(ReadOnlySpan<byte> octets)
    {
        uint register = 0;
        foreach (var octet in octets)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                var isOut = (register & 1) != 0;
                register = (register >> 1) | ((uint)(octet >> bit & 1) << 23);
                register ^= isOut ? Polynomial : 0;
            }
        }

        return register;
    }
}
