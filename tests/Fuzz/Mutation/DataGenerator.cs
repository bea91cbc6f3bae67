using System.Buffers.Binary;

namespace Fuzz.Mutation;

/// <summary>Writes Data of A-XDR that is well formed, so that inputs get behind the reader: every type, nested, compact arrays with their description.</summary>
internal static class DataGenerator
{
    private static readonly byte[] Simple = [0x00, 0x03, 0x0D, 0x0F, 0x11, 0x16, 0x10, 0x12, 0x05, 0x06, 0x17, 0x14, 0x15, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F, 0x20, 0x21, 0xFF];

    /// <summary>One Data; gives its length.</summary>
    internal static int Write(ref Random64 random, Span<byte> room)
    {
        var to = new Room(room);
        Data(ref random, ref to, random.OneIn(16) ? 18 : 3);
        return to.Length;
    }

    private static void Data(ref Random64 random, ref Room to, int depth)
    {
        switch (random.Next(depth > 0 ? 10 : 6))
        {
            case <= 3:
                Fixed(ref random, ref to, Simple[random.Next(Simple.Length)]);
                break;
            case 4:
                to.Add([0x09, 0x0C, 0x07, (byte)random.Next(0xE0, 0xFF), (byte)random.Next(0, 13), (byte)random.Next(0, 32), 0xFF, (byte)random.Next(0, 25), (byte)random.Next(0, 61), 0, 0, 0x80, 0, (byte)random.Next(0, 256)]);
                break;
            case 5:
                var length = random.Next(0, 12);
                to.Add([random.Next(4) switch { 0 => (byte)0x09, 1 => (byte)0x0A, 2 => (byte)0x0C, _ => (byte)0x04 }, (byte)length]);
                Random(ref random, ref to, length); // a bit string counts bits: some octets stay over, which is a case too
                break;
            case 6:
                Compact(ref random, ref to);
                break;
            default:
                var count = random.Next(0, 5);
                to.Add([random.OneIn(2) ? (byte)1 : (byte)2, (byte)count]);
                for (var i = 0; i < count; i++)
                {
                    Data(ref random, ref to, depth - 1);
                }

                break;
        }
    }

    private static void Compact(ref Random64 random, ref Room to)
    {
        Span<byte> types = stackalloc byte[4];
        var columns = random.Next(1, 4);
        var row = 0;
        foreach (ref var type in types[..columns])
        {
            type = Simple[random.Next(Simple.Length)];
            row += SizeOf(type);
        }

        var rows = random.Next(0, 4);
        to.Add([0x13, 0x02, (byte)columns]);
        to.Add(types[..columns]);
        to.Add([(byte)(row * rows)]);
        Random(ref random, ref to, row * rows);
    }

    private static void Fixed(ref Random64 random, ref Room to, byte tag)
    {
        to.Add([tag]);
        Random(ref random, ref to, SizeOf(tag));
    }

    private static void Random(ref Random64 random, ref Room to, int count)
    {
        Span<byte> octets = stackalloc byte[8];
        for (; count > 0; count -= 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(octets, random.OneIn(4) ? 0 : random.Bits());
            to.Add(octets[..Math.Min(8, count)]);
        }
    }

    private static int SizeOf(byte tag) => tag switch
    {
        0x03 or 0x0D or 0x0F or 0x11 or 0x16 or 0x1C or 0x1F => 1,
        0x10 or 0x12 or 0x1D or 0x20 => 2,
        0x05 or 0x06 or 0x17 or 0x1B or 0x1E or 0x21 => 4,
        0x14 or 0x15 or 0x18 => 8,
        0x19 => 12,
        0x1A => 5,
        _ => 0,
    };
}
