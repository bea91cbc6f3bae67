namespace Simulation.Dlms.Push;

/// <summary>UI frames of a meter that speaks by itself, in segments where one is too short, written from the document (IEC 62056-46, 6.4).</summary>
internal static class UnaskedHdlc
{
    private const int MostInformation = 120;

    internal static byte[] Frames(byte[] apdu)
    {
        byte[] all = [0xE6, 0xE7, 0x00, .. apdu];
        var frames = new List<byte>();
        for (var at = 0; at < all.Length; at += MostInformation)
        {
            var end = Math.Min(at + MostInformation, all.Length);
            frames.AddRange(Frame(all[at..end], more: end < all.Length));
        }

        return [.. frames];
    }

    /// <summary>To client 1 (03), from logical device 1, physical 17 (02 23), control 13.</summary>
    private static byte[] Frame(byte[] information, bool more)
    {
        var length = 2 + 1 + 2 + 1 + 2 + information.Length + 2;
        List<byte> frame = [(byte)(0xA0 | (more ? 0x08 : 0) | (length >> 8)), (byte)length, 0x03, 0x02, 0x23, 0x13];
        AddCheck(frame);
        frame.AddRange(information);
        AddCheck(frame);
        return [0x7E, .. frame, 0x7E];
    }

    private static void AddCheck(List<byte> frame)
    {
        var register = 0xFFFF;
        foreach (var octet in frame)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var feedback = (register ^ (octet >> bit)) & 1;
                register >>= 1;
                register ^= feedback == 1 ? 0x8408 : 0;
            }
        }

        frame.Add((byte)~register);
        frame.Add((byte)(~register >> 8));
    }
}
