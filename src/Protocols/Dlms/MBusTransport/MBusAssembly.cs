using Protocols.Framing;

namespace Protocols.Dlms.MBusTransport;

/// <summary>
/// Puts the segments of one sender's APDU together (CI 00 to 1F). Segment 0 begins a message and ends what was unfinished; a gap ends it too, since nobody asks again on this line.
/// </summary>
/// <param name="longest">The longest APDU that is taken, octets.</param>
public sealed class MBusAssembly(int longest)
{
    private readonly MessageBuffer _message = new(longest);
    private MBusFrame _last;
    private bool _open;

    /// <summary>The APDU, after <see cref="SegmentTaken.Whole"/>; it holds until the next frame.</summary>
    public ReadOnlyMemory<byte> Apdu => _open ? default : _message.Octets;

    /// <summary>SAP of who spoke.</summary>
    public byte Source => _last.Source;

    /// <summary>SAP of who is spoken to.</summary>
    public byte Destination => _last.Destination;

    /// <summary>Messages that were given up unfinished.</summary>
    public int Unfinished { get; private set; }

    /// <summary>Takes the next frame.</summary>
    public SegmentTaken Take(in MBusFrame frame)
    {
        // Sixteen segments are the most: whether 0 follows 15 is told nowhere, and taken as such a tail without its head would pass for a message.
        var goesOn = _open && frame.Number == _last.Number + 1 && frame.Address == _last.Address && frame.Source == _last.Source && frame.Destination == _last.Destination;
        if (!goesOn)
        {
            Unfinished += _open ? 1 : 0;
            _open = false;
            _message.Clear();
            if (frame.Number != 0)
            {
                return SegmentTaken.NotTaken;
            }
        }

        if (!_message.TryAppend(frame.Segment.Span))
        {
            _open = false;
            _message.Clear();
            return SegmentTaken.Refused;
        }

        _last = frame with { Segment = default };
        _open = !frame.IsLast;
        return _open ? SegmentTaken.Segment : SegmentTaken.Whole;
    }
}
