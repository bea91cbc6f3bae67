namespace Protocols.Dlms.Hdlc;

/// <summary>
/// One message on its way out: cut into segments, LLC before the first, numbered modulo 8, sent a window at a time and again from the first one not acknowledged.
/// </summary>
internal sealed class HdlcSending(byte llcSource)
{
    private byte[] _message = [];
    private int _length, _segmentLength = 128, _segments, _acknowledged, _sent, _next, _end;
    private int _firstSequence;

    /// <summary>Every segment was acknowledged.</summary>
    internal bool IsDone => _acknowledged == _segments;

    /// <summary>A window is on its way into the output.</summary>
    internal bool HasFrame => _next < _end;

    /// <summary>Forgets everything; numbers start at 0.</summary>
    internal void Reset()
    {
        _length = _segments = _acknowledged = _sent = _next = _end = _firstSequence = 0;
    }

    /// <summary>Takes a copy of the message; only where the last one is done.</summary>
    internal void Start(ReadOnlySpan<byte> apdu, int segmentLength)
    {
        _firstSequence = Sequence(_segments);
        _length = apdu.Length + HdlcLlc.Length;
        if (_message.Length < _length)
        {
            _message = new byte[Math.Max(_length, _message.Length * 2)];
        }

        _message[0] = HdlcLlc.Destination;
        _message[1] = llcSource;
        _message[2] = 0;
        apdu.CopyTo(_message.AsSpan(HdlcLlc.Length));
        _segmentLength = segmentLength;
        _segments = (_length + segmentLength - 1) / segmentLength;
        _acknowledged = _sent = _next = _end = 0;
    }

    /// <summary>N(R) came: everything before it arrived. A number of nothing we sent says nothing. True where something was acknowledged.</summary>
    internal bool Acknowledge(int receiveSequence)
    {
        var more = (receiveSequence - Sequence(_acknowledged)) & 7;
        if (more == 0 || more > _sent - _acknowledged)
        {
            return false;
        }

        _acknowledged += more;
        _next = Math.Max(_next, _acknowledged);
        return true;
    }

    /// <summary>Puts the segments not acknowledged into the output, a window at most.</summary>
    internal void StartWindow(int window)
    {
        _next = _acknowledged;
        _end = Math.Min(_segments, _acknowledged + window);
    }

    /// <summary>The next segment of the window; the last one polls.</summary>
    internal ReadOnlyMemory<byte> Take(int receiveSequence, out HdlcControl control, out bool segmented)
    {
        var at = _next++;
        _sent = Math.Max(_sent, _next);
        control = HdlcControl.Information(Sequence(at), receiveSequence, _next == _end);
        segmented = at < _segments - 1;
        return _message.AsMemory(at * _segmentLength, Math.Min(_segmentLength, _length - (at * _segmentLength)));
    }

    private int Sequence(int segment) => (_firstSequence + segment) & 7;
}
