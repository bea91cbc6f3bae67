namespace Simulation.Encoding;

/// <summary>The CRC of EN 13757-4, bit by bit as the document has it: polynomial x^16 + x^13 + x^12 + x^11 + x^10 + x^8 + x^6 + x^5 + x^2 + 1, complemented.</summary>
internal static class LinkCrc
{
    internal const int Polynomial = 0x3D65;

    internal static ushort Of(ReadOnlySpan<byte> octets, int polynomial = Polynomial)
    {
        var register = 0;
        foreach (var octet in octets)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                var feedback = ((register >> 15) ^ (octet >> bit)) & 1;
                register = (register << 1) & 0xFFFF;
                if (feedback == 1)
                {
                    register ^= polynomial;
                }
            }
        }

        return (ushort)(register ^ 0xFFFF);
    }
}
