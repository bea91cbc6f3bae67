using System.Buffers;
using System.Buffers.Binary;
using Protocols.Framing;

namespace Protocols.Im871a;

/// <summary>
/// Cuts an iM871A's octets into HCI messages. After damage it goes on at the next octet, not after the damaged length: a corrupted length costs one frame, not its followers.
/// </summary>
public sealed class Im871aFramer
{
    /// <summary>The longest frame: header, 255 octets, time stamp, RSSI, FCS.</summary>
    public const int MaxFrame = 4 + 255 + 4 + 1 + 2;

    private const byte StartOfFrame = 0xA5, HasTimestamp = 0x20, HasRssi = 0x40, HasChecksum = 0x80, Reserved = 0x10;
    private readonly FrameSearch _search = new(MaxFrame, StartOfFrame);

    /// <summary>Tells that no octet came for longer than one takes: what is unfinished will not be finished.</summary>
    public void LineIdle() => _search.LineIdle();

    /// <summary>Takes the next frame, or rubbish, from the front of <paramref name="input"/>.</summary>
    public FrameRead Read(ref ReadOnlySequence<byte> input, out Im871aFrame? frame, out FrameFault fault)
    {
        frame = null;
        fault = FrameFault.None;
        if (_search.IsEmpty(input))
        {
            return FrameRead.NeedMore;
        }

        var octets = _search.Front(input).Span;
        if (octets[0] != StartOfFrame)
        {
            return _search.Skip(ref input, 0, FrameFault.Garbage, out fault);
        }

        var length = octets.Length;
        if (length < 4)
        {
            return _search.Unfinished(ref input, out fault);
        }

        var control = octets[1];
        if ((control & Reserved) != 0 || (control & 0x0F) is < 1 or > 4)
        {
            return _search.Skip(ref input, 1, FrameFault.BadHeader, out fault);
        }

        var end = 4 + octets[3];
        var timestampAt = end;
        end += (control & HasTimestamp) != 0 ? 4 : 0;
        var rssiAt = end;
        end += (control & HasRssi) != 0 ? 1 : 0;
        var total = end + ((control & HasChecksum) != 0 ? 2 : 0);
        if (length < total)
        {
            return _search.Unfinished(ref input, out fault);
        }

        if ((control & HasChecksum) != 0 && Im871aChecksum.Compute(octets[1..end]) != BinaryPrimitives.ReadUInt16LittleEndian(octets[end..]))
        {
            return _search.Skip(ref input, 1, FrameFault.BadChecksum, out fault);
        }

        frame = new Im871aFrame(
            (Im871aEndpoint)(control & 0x0F), octets[2], octets.Slice(4, octets[3]).ToArray(),
            (control & HasTimestamp) != 0 ? BinaryPrimitives.ReadUInt32LittleEndian(octets[timestampAt..]) : null,
            (control & HasRssi) != 0 ? octets[rssiAt] : null);
        input = input.Slice(total);
        return FrameRead.Got;
    }
}
