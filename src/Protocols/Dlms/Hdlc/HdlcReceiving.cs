namespace Protocols.Dlms.Hdlc;

/// <summary>What an I frame was good for.</summary>
internal enum HdlcReceived
{
    /// <summary>A duplicate, one after a gap, or one for which there is no room yet: not taken.</summary>
    NotTaken,
    /// <summary>Taken; the message goes on.</summary>
    Segment,
    /// <summary>Taken; the message is whole.</summary>
    Whole,
    /// <summary>The message is longer than we take, or has no LLC header.</summary>
    Refused,
}

/// <summary>One message on its way in: segments in sequence are put together, up to a bound; it waits here until it is taken.</summary>
internal sealed class HdlcReceiving(int maxApdu)
{
    private const int LlcLength = 3;
    private byte[] _message = [];
    private int _length;

    /// <summary>V(R): the number of the next frame.</summary>
    internal int Expected { get; private set; }

    /// <summary>A whole message waits to be taken.</summary>
    internal bool IsFull { get; private set; }

    /// <summary>Some segments of a message are here, not all.</summary>
    internal bool IsPartial => _length > 0 && !IsFull;

    /// <summary>Forgets everything; numbers start at 0.</summary>
    internal void Reset()
    {
        Expected = _length = 0;
        IsFull = false;
    }

    /// <summary>Takes the frame if it is the next one.</summary>
    internal HdlcReceived Take(in HdlcFrame frame)
    {
        if (IsFull || frame.Control.SendSequence != Expected)
        {
            return HdlcReceived.NotTaken;
        }

        var needed = _length + frame.Information.Length;
        if (needed > maxApdu + LlcLength)
        {
            return HdlcReceived.Refused;
        }

        if (needed > _message.Length)
        {
            Array.Resize(ref _message, Math.Min(maxApdu + LlcLength, Math.Max(needed, _message.Length * 2)));
        }

        frame.Information.Span.CopyTo(_message.AsSpan(_length));
        _length = needed;
        Expected = (Expected + 1) & 7;
        if (frame.Segmented)
        {
            return HdlcReceived.Segment;
        }

        IsFull = _length >= LlcLength && _message[0] == 0xE6 && (_message[1] is 0xE6 or 0xE7);
        return IsFull ? HdlcReceived.Whole : HdlcReceived.Refused;
    }

    /// <summary>Hands out the message without its LLC header; it holds until the next frame is taken.</summary>
    internal bool TryTakeMessage(out ReadOnlyMemory<byte> apdu)
    {
        apdu = IsFull ? _message.AsMemory(LlcLength, _length - LlcLength) : default;
        if (!IsFull)
        {
            return false;
        }

        IsFull = false;
        _length = 0;
        return true;
    }
}
