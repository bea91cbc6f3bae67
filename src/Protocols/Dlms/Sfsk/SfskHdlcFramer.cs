using System.Buffers;
using Protocols.Framing;

namespace Protocols.Dlms.Sfsk;

/// <summary>Cuts octets into <see cref="SfskHdlcFrame"/>s: the code of the number of sub-frames gives the length; after damage it goes on at the next octet.</summary>
public sealed class SfskHdlcFramer
{
    private bool _idle;

    /// <summary>Tells that nothing came for longer than a modem pauses within a frame.</summary>
    public void LineIdle() => _idle = true;

    /// <summary>Takes the next frame, or rubbish, from the front of <paramref name="input"/>. The HDLC octets are a copy.</summary>
    public FrameRead Read(ref ReadOnlySequence<byte> input, out SfskHdlcFrame frame, out FrameFault fault)
    {
        (frame, fault) = (default, FrameFault.None);
        if (input.Length < 2)
        {
            return input.IsEmpty || !_idle ? NeedMore() : Skip(ref input, FrameFault.Unfinished, out fault);
        }

        Span<byte> code = stackalloc byte[2];
        input.Slice(0, 2).CopyTo(code);
        var length = SfskHdlcFrame.SubFramesOf((code[0] << 8) | code[1]) * SfskHdlcFrame.SubFrame;
        if (length == 0)
        {
            return Skip(ref input, FrameFault.Garbage, out fault);
        }

        if (input.Length < length)
        {
            return _idle ? Skip(ref input, FrameFault.Unfinished, out fault) : FrameRead.NeedMore;
        }

        if (!SfskHdlcFrame.TryParse(input.Slice(0, length).ToArray(), out frame))
        {
            return Skip(ref input, FrameFault.BadChecksum, out fault);
        }

        input = input.Slice(length);
        return FrameRead.Got;
    }

    private FrameRead NeedMore()
    {
        _idle = false;
        return FrameRead.NeedMore;
    }

    private static FrameRead Skip(ref ReadOnlySequence<byte> input, FrameFault why, out FrameFault fault)
    {
        input = input.Slice(1);
        fault = why;
        return FrameRead.Skipped;
    }
}
