using System.Buffers;
using System.Buffers.Binary;
using Protocols.Framing;

namespace Protocols.Dlms.Hdlc;

/// <summary>
/// Cuts octets into frames of format type 3 (IEC 62056-46, 6.4.1). The length decides where a frame ends: there is no octet stuffing, 7E inside is content.
/// One flag may end a frame and open the next. After damage it goes on at the next octet, not after the damaged length.
/// </summary>
public sealed class HdlcFramer
{
    private readonly FrameSearch _search = new(HdlcFrame.MaxLength + 1, HdlcFrame.Flag);
    private bool _open;
    private bool _idle;
    private bool _pending;

    /// <summary>Tells that no octet came for longer than the inter-octet time-out: what is unfinished will not be finished.</summary>
    public void LineIdle()
    {
        _idle = _pending;
        _open &= _pending;
    }

    /// <summary>
    /// Takes the next frame, or rubbish, from the front of <paramref name="input"/>; flags are consumed silently.
    /// The frame's information lies in the input, or in this framer where the input is in pieces: it holds until the next read and until the input is released.
    /// </summary>
    public FrameRead Read(ref ReadOnlySequence<byte> input, out HdlcFrame frame, out FrameFault fault)
    {
        frame = default;
        fault = FrameFault.None;
        while (!input.IsEmpty && input.FirstSpan[0] == HdlcFrame.Flag)
        {
            input = input.Slice(1);
            _open = true;
        }

        if (input.IsEmpty)
        {
            _open &= !_idle;
            _idle = false;
            _pending = false;
            return FrameRead.NeedMore;
        }

        _pending = true;
        return _open ? Open(ref input, out frame, out fault) : Hunt(ref input, FrameFault.Garbage, out fault);
    }

    private FrameRead Open(ref ReadOnlySequence<byte> input, out HdlcFrame frame, out FrameFault fault)
    {
        frame = default;
        var memory = _search.Front(input);
        var octets = memory.Span;
        if ((octets[0] & 0xF0) != 0xA0)
        {
            return Hunt(ref input, FrameFault.Garbage, out fault);
        }

        if (octets.Length < HdlcFrame.MinLength)
        {
            return Unfinished(ref input, out fault);
        }

        var format = BinaryPrimitives.ReadUInt16BigEndian(octets);
        var length = format & HdlcFrame.MaxLength;
        var at = 2;
        if (!HdlcAddress.TryParse(octets[at..], out var destination) || !HdlcAddress.TryParse(octets[(at += destination.Length)..], out var source))
        {
            return octets.Length >= 2 + (2 * HdlcAddress.MaxLength) ? Hunt(ref input, FrameFault.BadHeader, out fault) : Unfinished(ref input, out fault);
        }

        at += source.Length;
        var header = at + 1;
        if (length < header + 2 || length == header + 3)
        {
            return Hunt(ref input, FrameFault.BadHeader, out fault);
        }

        if (octets.Length < header + 2)
        {
            return Unfinished(ref input, out fault);
        }

        // The first check sequence is the HCS or, without information, the FCS: a damaged length shows here, before anything waits for it.
        var crc = Fcs16.Continue(0xFFFF, octets[..header]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(octets[header..]) != (ushort)~crc)
        {
            return Hunt(ref input, FrameFault.BadChecksum, out fault);
        }

        if (octets.Length <= length)
        {
            return Unfinished(ref input, out fault);
        }

        if (octets[length] != HdlcFrame.Flag)
        {
            return Hunt(ref input, FrameFault.BadHeader, out fault);
        }

        var information = ReadOnlyMemory<byte>.Empty;
        if (length > header + 2)
        {
            crc = Fcs16.Continue(crc, octets[header..(length - 2)]);
            if (BinaryPrimitives.ReadUInt16LittleEndian(octets[(length - 2)..]) != (ushort)~crc)
            {
                return Hunt(ref input, FrameFault.BadChecksum, out fault);
            }

            information = memory[(header + 2)..(length - 2)];
        }

        frame = new HdlcFrame(destination, source, new HdlcControl(octets[at]), (format & 0x0800) != 0, information);
        input = input.Slice(length + 1);
        fault = FrameFault.None;
        return FrameRead.Got;
    }

    private FrameRead Unfinished(ref ReadOnlySequence<byte> input, out FrameFault fault)
    {
        fault = FrameFault.None;
        return _idle ? Hunt(ref input, FrameFault.Unfinished, out fault) : FrameRead.NeedMore;
    }

    /// <summary>Drops the octets up to the next flag; the flag itself is left to open the next frame.</summary>
    private FrameRead Hunt(ref ReadOnlySequence<byte> input, FrameFault why, out FrameFault fault)
    {
        _open = false;
        return _search.Skip(ref input, 0, why, out fault);
    }
}
