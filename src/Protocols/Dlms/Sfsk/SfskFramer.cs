using System.Buffers;
using System.Buffers.Binary;
using Protocols.Dlms.Hdlc;
using Protocols.Framing;

namespace Protocols.Dlms.Sfsk;

/// <summary>Cuts octets into <see cref="SfskFrame"/>s. Start, form, length against pad length, zeros and FCS decide; after damage it goes on at the next octet.</summary>
public sealed class SfskFramer
{
    private readonly byte[] _joined = new byte[SfskFrame.Longest];
    private bool _idle;

    /// <summary>Tells that nothing came for longer than a modem pauses within a frame.</summary>
    public void LineIdle() => _idle = true;

    /// <summary>Takes the next frame, or rubbish, from the front of <paramref name="input"/>. The APDU lies in the input, or in this framer: it holds until the next read.</summary>
    public FrameRead Read(ref ReadOnlySequence<byte> input, out SfskFrame frame, out FrameFault fault)
    {
        (frame, fault) = (default, FrameFault.None);
        if (input.IsEmpty)
        {
            _idle = false;
            return FrameRead.NeedMore;
        }

        var memory = Front(input);
        var octets = memory.Span;
        if (octets[0] != SfskFrame.Start)
        {
            return Skip(ref input, FrameFault.Garbage, out fault);
        }

        if (octets.Length < SfskFrame.Header + LlcFrame.HeaderSize)
        {
            return Unfinished(ref input, out fault);
        }

        var length = octets[1];
        var padded = SfskFrame.Whole(length);
        if (octets[2] != SfskFrame.Form || length < SfskFrame.Header + LlcFrame.HeaderSize || padded + SfskFrame.Check > SfskFrame.Longest || octets[7] != padded - length || octets[8] != LlcFrame.Control)
        {
            return Skip(ref input, FrameFault.BadHeader, out fault);
        }

        if (octets.Length < padded + SfskFrame.Check)
        {
            return Unfinished(ref input, out fault);
        }

        if (octets[length..padded].ContainsAnyExcept((byte)0) || BinaryPrimitives.ReadUInt16LittleEndian(octets[padded..]) != Fcs16.Compute(octets[..padded]))
        {
            return Skip(ref input, FrameFault.BadChecksum, out fault);
        }

        _ = LlcFrame.TryParse(memory[SfskFrame.Header..length], out var llc); // its control field was looked at above
        var (source, destination) = SfskAddress.Read(octets[4..]);
        frame = new SfskFrame(octets[3], source, destination, llc);
        input = input.Slice(padded + SfskFrame.Check);
        return FrameRead.Got;
    }

    private ReadOnlyMemory<byte> Front(in ReadOnlySequence<byte> input)
    {
        if (input.IsSingleSegment)
        {
            return input.First;
        }

        var length = (int)Math.Min(input.Length, _joined.Length);
        input.Slice(0, length).CopyTo(_joined);
        return _joined.AsMemory(0, length);
    }

    private FrameRead Unfinished(ref ReadOnlySequence<byte> input, out FrameFault fault)
    {
        fault = FrameFault.None;
        return _idle ? Skip(ref input, FrameFault.Unfinished, out fault) : FrameRead.NeedMore;
    }

    private static FrameRead Skip(ref ReadOnlySequence<byte> input, FrameFault why, out FrameFault fault)
    {
        input = input.Slice(1);
        input = input.Slice(input.PositionOf(SfskFrame.Start) ?? input.End);
        fault = why;
        return FrameRead.Skipped;
    }
}
