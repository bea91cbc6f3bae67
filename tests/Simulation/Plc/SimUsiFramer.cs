namespace Simulation.Plc;

/// <summary>The receiver of a modem (plc-modems 1): what is damaged vanishes without a word; any octet behind an escape but 5E and 5D drops the frame; a frame longer than the buffer overwrites what lies behind it.</summary>
internal sealed class SimUsiFramer
{
    private readonly Queue<(byte Protocol, byte[] Payload)> _whole = new();
    private readonly byte[] _plain = new byte[SimUsi.ReceiveBuffer];
    private int _length;
    private bool _isInFrame, _isEscaped;

    /// <summary>Frames that were longer than the buffer.</summary>
    internal int Overruns { get; private set; }

    /// <summary>Frames that were dropped because they were damaged.</summary>
    internal int Damaged { get; private set; }

    /// <summary>Takes octets of the host.</summary>
    internal void Take(ReadOnlySpan<byte> octets)
    {
        foreach (var octet in octets)
        {
            if (octet == SimUsi.Flag)
            {
                End();
            }
            else if (_isInFrame)
            {
                Add(octet);
            }
        }
    }

    internal bool TryRead(out byte protocol, out byte[] payload)
    {
        var found = _whole.TryDequeue(out var frame);
        (protocol, payload) = found ? frame : ((byte)0, []);
        return found;
    }

    /// <summary>Forgets what was half received.</summary>
    internal void Drop()
    {
        _whole.Clear();
        (_length, _isInFrame, _isEscaped) = (0, false, false);
    }

    private void Add(byte octet)
    {
        if (octet == SimUsi.Escape && !_isEscaped)
        {
            _isEscaped = true;
            return;
        }

        if (_isEscaped && octet is not (0x5E or 0x5D))
        {
            Damaged++;
            (_length, _isInFrame, _isEscaped) = (0, false, false);
            return;
        }

        if (_length == _plain.Length)
        {
            Overruns++;
            Drop();
            return;
        }

        _plain[_length++] = _isEscaped ? (byte)(octet ^ 0x20) : octet;
        _isEscaped = false;
    }

    /// <summary>A flag ends a frame that has octets, and begins the next.</summary>
    private void End()
    {
        if (_isInFrame && _length > 0)
        {
            if (SimUsi.Open(_plain.AsSpan(0, _length), out var protocol) is { IsEmpty: false } payload)
            {
                _whole.Enqueue((protocol, payload.ToArray()));
            }
            else
            {
                Damaged++;
            }
        }

        (_length, _isInFrame, _isEscaped) = (0, true, false);
    }
}
