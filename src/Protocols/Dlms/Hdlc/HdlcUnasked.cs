using Protocols.Framing;

namespace Protocols.Dlms.Hdlc;

/// <summary>
/// Puts together what a meter says without being asked: UI frames (control 03 or 13), and I frames of meters that push without a link (control 10, sequence numbers without meaning),
/// from any address to any address. Segments are told by the S bit alone; a frame from elsewhere ends what was unfinished, since nobody asks again.
/// </summary>
/// <param name="longest">The longest APDU that is taken, octets.</param>
public sealed class HdlcUnasked(int longest)
{
    private readonly MessageBuffer _message = new((int)Math.Min(int.MaxValue, longest + (long)HdlcLlc.Length));
    private bool _open;

    /// <summary>The APDU without its LLC header, after <see cref="SegmentTaken.Whole"/>; it holds until the next frame.</summary>
    public ReadOnlyMemory<byte> Apdu => _open ? default : HdlcLlc.Strip(_message.Octets);

    /// <summary>Who spoke.</summary>
    public HdlcAddress Source { get; private set; }

    /// <summary>Who is spoken to.</summary>
    public HdlcAddress Destination { get; private set; }

    /// <summary>Messages that were given up unfinished.</summary>
    public int Unfinished { get; private set; }

    /// <summary>Takes the next frame; others than UI and I say nothing.</summary>
    public SegmentTaken Take(in HdlcFrame frame)
    {
        if (frame.Control.Kind is not (HdlcFrameKind.UnnumberedInformation or HdlcFrameKind.Information) || frame.Information.IsEmpty)
        {
            return SegmentTaken.NotTaken;
        }

        var begins = HdlcLlc.Stands(frame.Information.Span);
        if (!_open || begins || frame.Source != Source || frame.Destination != Destination)
        {
            Unfinished += _open ? 1 : 0;
            _message.Clear();
            (Source, Destination) = (frame.Source, frame.Destination);
        }

        if (!_message.TryAppend(frame.Information.Span))
        {
            _message.Clear();
            _open = false;
            return SegmentTaken.Refused;
        }

        _open = frame.Segmented;
        return _open ? SegmentTaken.Segment : SegmentTaken.Whole;
    }
}
