using System.Buffers.Binary;

namespace Fuzz.Mutation;

/// <summary>Finds octets that look like a length of what follows them, and makes them lie.</summary>
internal static class LengthLie
{
    /// <summary>Check sums, flags and tags often stand behind what a length counts.</summary>
    private const int MostTail = 17, MostSearched = 256;

    private static readonly byte[] Lies = [0x00, 0x01, 0x7F, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0xFE, 0xFF];

    /// <summary>Searches from a place on, around the end.</summary>
    internal static void Tell(Draft draft, int from, ref Random64 random)
    {
        var octets = draft.Octets;
        for (var i = 0; i < Math.Min(octets.Length, MostSearched); i++)
        {
            var at = from + i < octets.Length ? from + i : from + i - octets.Length;
            var left = octets.Length - at - 1;
            if (IsLength(octets[at], left) && octets[at] > 0)
            {
                Lie(draft, at, ref random);
                return;
            }

            if (left > 1 && IsLength(BinaryPrimitives.ReadUInt16BigEndian(octets[at..]), left - 1) && octets[at + 1] > 0)
            {
                Wide(octets[at..], ref random);
                return;
            }
        }
    }

    private static bool IsLength(int value, int left) => value <= left && value + MostTail >= left;

    private static void Lie(Draft draft, int at, ref Random64 random)
    {
        ref var octet = ref draft.Octets[at];
        switch (random.Next(4))
        {
            case 0:
                octet += (byte)(random.OneIn(2) ? 1 : 0xFF);
                break;
            case 1:
                octet = Lies[random.Next(Lies.Length)];
                break;
            case 2:
                octet = random.Octet();
                break;
            default:
                var size = random.Next(1, 4);
                var gap = draft.Open(at, size); // the long form: 81 to 84 and so many octets, the old one the last of them
                gap.Fill(random.OneIn(2) ? (byte)0 : (byte)0xFF);
                if (!gap.IsEmpty)
                {
                    gap[0] = (byte)(0x80 | gap.Length);
                }

                break;
        }
    }

    private static void Wide(Span<byte> at, ref Random64 random)
    {
        var value = BinaryPrimitives.ReadUInt16BigEndian(at);
        BinaryPrimitives.WriteUInt16BigEndian(at, random.Next(4) switch { 0 => (ushort)(value + 1), 1 => (ushort)(value - 1), 2 => ushort.MaxValue, _ => (ushort)random.Bits() });
    }
}
