using Fuzz.Mutation;
using Protocols.Im871a;

namespace Fuzz.Families;

/// <summary>Octets out of the radio stick's port. The first octet says in which pieces the rest comes.</summary>
internal static class Im871aFamily
{
    internal static Family Stream => new("im871a", () => [.. MBusFamilies.Telegrams().Select(Message)], () => octets =>
    {
        if (octets.IsEmpty)
        {
            return "empty";
        }

        var framer = new Im871aFramer();
        var frames = 0;
        Chunks.Feed(octets[1..], octets.Span[0] & 0x3F, (octets.Span[0] & 0x40) != 0, (ref input) =>
        {
            var what = framer.Read(ref input, out _, out _);
            frames += what == Protocols.Framing.FrameRead.Got ? 1 : 0;
            return what;
        }, framer.LineIdle);
        return frames > 0 ? null : "no frame";
    })
    {
        JudgesParts = true, Words = [[0xA5], [0xA5, 0x82, 0x20]],
        Straighten = static (Span<byte> octets, ref Random64 _) =>
        {
            if (octets.Length > 7 && octets[1] == 0xA5 && octets[4] + 7 <= octets.Length)
            {
                var end = octets[4] + 5;
                var checksum = Im871aChecksum.Compute(octets[2..end]);
                (octets[end], octets[end + 1]) = ((byte)checksum, (byte)(checksum >> 8));
            }
        },
    };

    private static byte[] Message(byte[] telegram)
    {
        byte[] message = [0xA5, 0x82, 0x20, (byte)telegram.Length, .. telegram];
        var checksum = Im871aChecksum.Compute(message.AsSpan(1));
        return [0, .. message, (byte)checksum, (byte)(checksum >> 8)];
    }
}
