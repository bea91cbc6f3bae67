using System.Buffers.Binary;

namespace Protocols.MBus;

/// <summary>
/// Takes link octets away. Radios say which format they deliver; only imported hex is guessed, since one CRC-free telegram in 65,536 ends in octets
/// that happen to be its format B CRC.
/// <code>
/// A: L C M M A A A A A A crc crc | 16 octets crc crc | ...      L counts octets without CRCs
/// B: L C M M A A A A A A ... crc crc | (above 128 octets) ... crc crc    L counts CRCs
/// wired: E5 | 10 C A CS 16 | 68 L L 68 C A CI ... CS 16
/// </code>
/// </summary>
public static class LinkFrame
{
    /// <summary>L, C, M and A.</summary>
    public const int HeaderLength = 10;

    private const int FirstPartOfB = 126;
    private const int LongFrameB = 128;

    /// <summary>Removes the CRCs of format A. The length of the bare telegram, or 0 where the lengths or a CRC do not fit.</summary>
    /// <param name="framed">From the L field.</param>
    /// <param name="bare">At least as long as <paramref name="framed"/>.</param>
    public static int StripA(ReadOnlySpan<byte> framed, Span<byte> bare)
    {
        if (framed.Length < HeaderLength + 2 || framed[0] < HeaderLength - 1 || framed.Length != LengthOfA(framed[0]))
        {
            return 0;
        }

        var written = 0;
        var left = framed[0] + 1;
        while (left > 0)
        {
            var block = Math.Min(left, written == 0 ? HeaderLength : 16);
            if (!CrcFollows(framed, block))
            {
                return 0;
            }

            framed[..block].CopyTo(bare[written..]);
            framed = framed[(block + 2)..];
            written += block;
            left -= block;
        }

        return written;
    }

    /// <summary>Removes the CRCs of format B and corrects L. The length of the bare telegram, or 0 where the lengths or a CRC do not fit.</summary>
    /// <param name="framed">From the L field.</param>
    /// <param name="bare">At least as long as <paramref name="framed"/>.</param>
    public static int StripB(ReadOnlySpan<byte> framed, Span<byte> bare)
    {
        if (framed.Length < HeaderLength + 2 || framed.Length != framed[0] + 1)
        {
            return 0;
        }

        var written = 0;
        if (framed.Length > LongFrameB)
        {
            if (framed.Length < LongFrameB + 3 || !CrcFollows(framed, FirstPartOfB))
            {
                return 0;
            }

            framed[..FirstPartOfB].CopyTo(bare);
            written = FirstPartOfB;
            framed = framed[LongFrameB..];
        }

        if (!CrcFollows(framed, framed.Length - 2))
        {
            return 0;
        }

        framed[..^2].CopyTo(bare[written..]);
        written += framed.Length - 2;
        bare[0] = (byte)(written - 1);
        return written;
    }

    /// <summary>How many octets a format A frame with this L field takes.</summary>
    public static int LengthOfA(byte length) => length + 1 + (2 * (1 + ((Math.Max(0, length - 9) + 15) / 16)));

    /// <summary>True for a complete wired long frame whose lengths, check sum and stop octet hold.</summary>
    public static bool IsWiredLong(ReadOnlySpan<byte> frame) =>
        frame.Length >= 9 && frame[0] == 0x68 && frame[3] == 0x68 && frame[1] == frame[2] && frame.Length == frame[1] + 6
        && frame[^1] == 0x16 && Sum(frame[4..^2]) == frame[^2];

    /// <summary>True for a wired acknowledgement or short frame.</summary>
    public static bool IsWiredShort(ReadOnlySpan<byte> frame) =>
        frame is [0xE5] || (frame.Length == 5 && frame[0] == 0x10 && frame[4] == 0x16 && (byte)(frame[1] + frame[2]) == frame[3]);

    private static bool CrcFollows(ReadOnlySpan<byte> framed, int length) =>
        framed.Length >= length + 2 && BinaryPrimitives.ReadUInt16BigEndian(framed[length..]) == Crc16.Compute(framed[..length]);

    private static byte Sum(ReadOnlySpan<byte> octets)
    {
        byte sum = 0;
        foreach (var octet in octets)
        {
            sum += octet;
        }

        return sum;
    }
}
