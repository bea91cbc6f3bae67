using System.Buffers;
using Protocols.Framing;

namespace Protocols.Dlms.ModeE;

/// <summary>
/// Cuts what comes in during a sign-on into lines. A line begins with '/' or 06 and ends with LF; 15 stands alone. Everything else is the rustle of a speed that was not ours. A new
/// '/' begins anew, a line without end is given up.
/// </summary>
public sealed class ModeEFramer
{
    /// <summary>Takes the next line, or rubbish, from the front of <paramref name="input"/>. The line is a copy, its parity bits are off.</summary>
    public FrameRead Read(ref ReadOnlySequence<byte> input, out ModeELine line, out FrameFault fault)
    {
        (line, fault) = (default, FrameFault.None);
        if (input.IsEmpty)
        {
            return FrameRead.NeedMore;
        }

        Span<byte> octets = stackalloc byte[ModeELine.Longest];
        var length = (int)Math.Min(input.Length, octets.Length);
        input.Slice(0, length).CopyTo(octets);
        for (var i = 0; i < length; i++)
        {
            octets[i] &= ModeELine.ParityMask;
        }

        octets = octets[..length];
        if (octets[0] == ModeELine.NotAcknowledge)
        {
            line = new ModeELine((byte[])[ModeELine.NotAcknowledge]);
            input = input.Slice(1);
            return FrameRead.Got;
        }

        if (octets[0] is not (ModeELine.Slash or ModeELine.Acknowledge))
        {
            return Skip(ref input, octets, FrameFault.Garbage, out fault);
        }

        var end = octets.IndexOf(ModeELine.LineFeed);
        if (octets[1..(end < 0 ? length : end)].IndexOfAny(ModeELine.Slash, ModeELine.Acknowledge) >= 0 || (end < 0 && length == ModeELine.Longest))
        {
            return Skip(ref input, octets, FrameFault.BadHeader, out fault);
        }

        if (end < 0)
        {
            return FrameRead.NeedMore;
        }

        line = new ModeELine(octets[..end].TrimEnd(ModeELine.CarriageReturn).ToArray());
        input = input.Slice(end + 1);
        return FrameRead.Got;
    }

    /// <summary>Drops one octet, and those that begin nothing behind it.</summary>
    private static FrameRead Skip(ref ReadOnlySequence<byte> input, ReadOnlySpan<byte> octets, FrameFault why, out FrameFault fault)
    {
        var next = octets[1..].IndexOfAny(ModeELine.Slash, ModeELine.Acknowledge, ModeELine.NotAcknowledge);
        input = input.Slice(next < 0 ? octets.Length : next + 1);
        fault = why;
        return FrameRead.Skipped;
    }
}
