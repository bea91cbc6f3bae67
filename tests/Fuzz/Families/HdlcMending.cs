using System.Buffers.Binary;
using Fuzz.Mutation;

namespace Fuzz.Families;

/// <summary>Makes the check sequences of frames in a stream hold, and their closing flags stand where their lengths say; written here a second time, from the document.</summary>
internal static class HdlcMending
{
    private const byte Flag = 0x7E;
    private const int MostAddress = 4;

    internal static void Mend(Span<byte> octets, ref Random64 random)
    {
        for (var at = 0; at + 9 < octets.Length; at++)
        {
            if (octets[at] != Flag || (octets[at + 1] & 0xF0) != 0xA0 || random.OneIn(16))
            {
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(octets[(at + 1)..]) & 0x7FF;
            if (length < 7 || at + 1 + length >= octets.Length)
            {
                length = Math.Min(octets.Length - at - 2, 0x7FF); // the last frame takes what is there
                BinaryPrimitives.WriteUInt16BigEndian(octets[(at + 1)..], (ushort)((octets[at + 1] << 8 & 0xF800) | length));
            }

            MendFrame(octets.Slice(at + 1, length));
            octets[at + 1 + length] = Flag;
            at += length;
        }
    }

    private static void MendFrame(Span<byte> frame)
    {
        var header = 2;
        for (var addresses = 0; addresses < 2; addresses++)
        {
            var start = header;
            while (header < frame.Length && (frame[header++] & 1) == 0 && header - start < MostAddress)
            {
            }
        }

        header++;
        if (header + 4 < frame.Length)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(frame[header..], Check(frame[..header]));
        }

        if (frame.Length >= 4)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(frame[^2..], Check(frame[..^2]));
        }
    }

    /// <summary>CRC-16/X-25, bit by bit.</summary>
    private static ushort Check(ReadOnlySpan<byte> octets)
    {
        uint crc = 0xFFFF;
        foreach (var octet in octets)
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x8408 : crc >> 1;
            }
        }

        return (ushort)~crc;
    }
}
