namespace Fuzz.Mutation;

/// <summary>Writes an M-Bus record that is well formed: DIF, DIFEs, VIF, VIFEs, data of the right length.</summary>
internal static class RecordGenerator
{
    private static readonly byte[] Sizes = [0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, 0, 6, 0];
    private static readonly byte[] Extended = [0xFB, 0xFD, 0xEF, 0x7C, 0xFC, 0x7F, 0xFF];

    /// <summary>One record; gives its length.</summary>
    internal static int Write(ref Random64 random, Span<byte> room)
    {
        var to = new Room(room);
        var dif = (byte)(random.OneIn(32) ? random.Next(16) << 4 | 0x0F : random.Octet() & 0x7F);
        var more = random.OneIn(4) ? random.Next(1, 11) : 0;
        to.Add([(byte)(dif | (more > 0 ? 0x80 : 0))]);
        for (; more > 0; more--)
        {
            to.Add([(byte)((random.Octet() & 0x7F) | (more > 1 ? 0x80 : 0))]);
        }

        Vif(ref random, ref to);
        var size = (int)Sizes[dif & 0x0F];
        if ((dif & 0x0F) == 0x0D)
        {
            size = random.Next(0, 24);
            to.Add([random.OneIn(2) ? (byte)size : (byte)random.Next(0xC0, 0xFA)]);
        }

        for (; size > 0; size--)
        {
            to.Add([random.OneIn(2) ? (byte)(random.Next(10) | (random.Next(10) << 4)) : random.Octet()]);
        }

        return to.Length;
    }

    private static void Vif(ref Random64 random, ref Room to)
    {
        var vif = random.OneIn(3) ? Extended[random.Next(Extended.Length)] : random.Octet();
        to.Add([vif]);
        if (vif is 0x7C or 0xFC)
        {
            var text = random.Next(0, 8);
            to.Add([(byte)text]);
            for (; text > 0; text--)
            {
                to.Add([(byte)random.Next(0x20, 0x7F)]);
            }
        }

        for (var more = (vif & 0x80) != 0; more;)
        {
            var next = random.Octet();
            more = (next & 0x80) != 0 && !random.OneIn(4);
            to.Add([(byte)(more ? next : next & 0x7F)]);
        }
    }
}
