using System.Buffers;
using Protocols.Framing;

namespace Protocols.Dlms.MBusTransport;

/// <summary>
/// Cuts octets into wired M-Bus long frames that carry DLMS (see <see cref="MBusFrame"/>). Lengths and check sum decide; after damage it goes on at the next octet. A whole frame with
/// another CI is none of ours and is passed over whole.
/// </summary>
public sealed class MBusFramer
{
    private readonly FrameSearch _search = new(MBusFrame.Longest, MBusFrame.Start);

    /// <summary>Tells that no octet came for longer than the line's pause between characters: what is unfinished will not be finished.</summary>
    public void LineIdle() => _search.LineIdle();

    /// <summary>
    /// Takes the next frame, or rubbish, from the front of <paramref name="input"/>. The segment lies in the input, or in this framer where the input is in pieces: it holds until the
    /// next read and until the input is released.
    /// </summary>
    public FrameRead Read(ref ReadOnlySequence<byte> input, out MBusFrame frame, out FrameFault fault)
    {
        (frame, fault) = (default, FrameFault.None);
        if (_search.IsEmpty(input))
        {
            return FrameRead.NeedMore;
        }

        var memory = _search.Front(input);
        var octets = memory.Span;
        if (octets[0] != MBusFrame.Start)
        {
            return _search.Skip(ref input, 1, FrameFault.Garbage, out fault);
        }

        if (octets.Length < MBusFrame.Header)
        {
            return _search.Unfinished(ref input, out fault);
        }

        if (octets[1] != octets[2] || octets[3] != MBusFrame.Start || octets[1] < 3)
        {
            return _search.Skip(ref input, 1, FrameFault.BadHeader, out fault);
        }

        var inside = octets[1];
        var length = MBusFrame.Around + inside;
        if (octets.Length < length)
        {
            return _search.Unfinished(ref input, out fault);
        }

        if (octets[length - 1] != MBusFrame.Stop || MBusFrame.Sum(octets.Slice(MBusFrame.Header, inside)) != octets[length - 2])
        {
            return _search.Skip(ref input, 1, FrameFault.BadChecksum, out fault);
        }

        var layer = octets[6];
        if (inside < MBusFrame.InsideHeader || layer > (MBusFrame.LastBit | MBusFrame.NumberMask))
        {
            return _search.Skip(ref input, length, FrameFault.BadHeader, out fault);
        }

        frame = new MBusFrame(
            octets[4], octets[5], layer & MBusFrame.NumberMask, (layer & MBusFrame.LastBit) != 0, octets[7], octets[8],
            memory.Slice(MBusFrame.Header + MBusFrame.InsideHeader, inside - MBusFrame.InsideHeader));
        input = input.Slice(length);
        return FrameRead.Got;
    }
}
