using System.Buffers;
using System.Buffers.Binary;
using Protocols.Dlms.Hdlc;
using Protocols.Framing;

namespace Protocols.Dlms.Sfsk;

/// <summary>Cuts octets into <see cref="SfskFrame"/>s. Start, form, length against pad length, zeros and FCS decide; after damage it goes on at the next octet.</summary>
public sealed class SfskFramer
{
    private readonly FrameSearch _search = new(SfskFrame.Longest, SfskFrame.Start);

    /// <summary>Tells that nothing came for longer than a modem pauses within a frame.</summary>
    public void LineIdle() => _search.LineIdle();

    /// <summary>Takes the next frame, or rubbish, from the front of <paramref name="input"/>. The APDU lies in the input, or in this framer: it holds until the next read.</summary>
    public FrameRead Read(ref ReadOnlySequence<byte> input, out SfskFrame frame, out FrameFault fault)
    {
        (frame, fault) = (default, FrameFault.None);
        if (_search.IsEmpty(input))
        {
            return FrameRead.NeedMore;
        }

        var memory = _search.Front(input);
        var octets = memory.Span;
        if (octets[0] != SfskFrame.Start)
        {
            return _search.Skip(ref input, 1, FrameFault.Garbage, out fault);
        }

        if (octets.Length < SfskFrame.Header + LlcFrame.HeaderSize)
        {
            return _search.Unfinished(ref input, out fault);
        }

        var length = octets[1];
        var padded = SfskFrame.Whole(length);
        if (octets[2] != SfskFrame.Form || length < SfskFrame.Header + LlcFrame.HeaderSize || padded + SfskFrame.Check > SfskFrame.Longest || octets[7] != padded - length || octets[8] != LlcFrame.Control)
        {
            return _search.Skip(ref input, 1, FrameFault.BadHeader, out fault);
        }

        if (octets.Length < padded + SfskFrame.Check)
        {
            return _search.Unfinished(ref input, out fault);
        }

        if (octets[length..padded].ContainsAnyExcept((byte)0) || BinaryPrimitives.ReadUInt16LittleEndian(octets[padded..]) != Fcs16.Compute(octets[..padded]))
        {
            return _search.Skip(ref input, 1, FrameFault.BadChecksum, out fault);
        }

        _ = LlcFrame.TryParse(memory[SfskFrame.Header..length], out var llc); // its control field was looked at above
        var (source, destination) = SfskAddress.Read(octets[4..]);
        frame = new SfskFrame(octets[3], source, destination, llc);
        input = input.Slice(padded + SfskFrame.Check);
        return FrameRead.Got;
    }
}
