using System.Buffers;

namespace Protocols.Framing;

/// <summary>
/// What framers do alike: the front of the input in one piece, and the way on after rubbish. After damage a framer goes on at the next octet that may begin a frame, never after a length
/// that may be damaged itself.
/// </summary>
/// <param name="longest">No frame has more octets: no more are ever copied.</param>
/// <param name="start">The octet that begins a frame.</param>
internal sealed class FrameSearch(int longest, byte start)
{
    private byte[] _joined = [];
    private bool _idle;

    /// <summary>Tells that the line is silent: what is unfinished will not be finished.</summary>
    internal void LineIdle() => _idle = true;

    /// <summary>True where there is no input; silence is over with the next octet.</summary>
    internal bool IsEmpty(in ReadOnlySequence<byte> input)
    {
        _idle &= !input.IsEmpty;
        return input.IsEmpty;
    }

    /// <summary>The front of the input, as much of it as a frame may have: where it lies, or copied where it is in pieces. It holds until the next call.</summary>
    internal ReadOnlyMemory<byte> Front(in ReadOnlySequence<byte> input)
    {
        if (input.IsSingleSegment || input.FirstSpan.Length >= longest)
        {
            return input.First.Length <= longest ? input.First : input.First[..longest];
        }

        var length = (int)Math.Min(input.Length, longest);
        _joined = _joined.Length >= length ? _joined : new byte[(int)Math.Min(longest, length * 2L)];
        input.Slice(0, length).CopyTo(_joined);
        return _joined.AsMemory(0, length);
    }

    /// <summary>The frame is not whole: more is awaited, unless the line is silent.</summary>
    internal FrameRead Unfinished(ref ReadOnlySequence<byte> input, out FrameFault fault)
    {
        fault = FrameFault.None;
        return _idle ? Skip(ref input, 1, FrameFault.Unfinished, out fault) : FrameRead.NeedMore;
    }

    /// <summary>Drops so many octets, and what follows up to the next that may begin a frame.</summary>
    internal FrameRead Skip(ref ReadOnlySequence<byte> input, int octets, FrameFault why, out FrameFault fault)
    {
        input = input.Slice(octets);
        input = input.Slice(input.PositionOf(start) ?? input.End);
        fault = why;
        return FrameRead.Skipped;
    }
}
