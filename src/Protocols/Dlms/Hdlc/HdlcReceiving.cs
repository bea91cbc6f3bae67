using Protocols.Framing;

namespace Protocols.Dlms.Hdlc;

/// <summary>One message on its way in: segments in sequence are put together, up to a bound; it waits here until it is taken.</summary>
internal sealed class HdlcReceiving(int maxApdu)
{
    private readonly MessageBuffer _message = new((int)Math.Min(int.MaxValue, maxApdu + (long)HdlcLlc.Length));

    /// <summary>V(R): the number of the next frame.</summary>
    internal int Expected { get; private set; }

    /// <summary>A whole message waits to be taken.</summary>
    internal bool IsFull { get; private set; }

    /// <summary>Forgets everything; numbers start at 0.</summary>
    internal void Reset()
    {
        Expected = 0;
        _message.Clear();
        IsFull = false;
    }

    /// <summary>Takes the frame if it is the next one.</summary>
    internal SegmentTaken Take(in HdlcFrame frame)
    {
        if (IsFull || frame.Control.SendSequence != Expected)
        {
            return SegmentTaken.NotTaken;
        }

        if (!_message.TryAppend(frame.Information.Span))
        {
            return SegmentTaken.Refused;
        }

        Expected = (Expected + 1) & 7;
        if (frame.Segmented)
        {
            return SegmentTaken.Segment;
        }

        IsFull = HdlcLlc.Stands(_message.Octets.Span);
        return IsFull ? SegmentTaken.Whole : SegmentTaken.Refused;
    }

    /// <summary>Hands out the message without its LLC header; it holds until the next frame is taken.</summary>
    internal bool TryTakeMessage(out ReadOnlyMemory<byte> apdu)
    {
        apdu = IsFull ? _message.Octets[HdlcLlc.Length..] : default;
        if (!IsFull)
        {
            return false;
        }

        IsFull = false;
        _message.Clear();
        return true;
    }
}
