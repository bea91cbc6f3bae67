namespace Simulation.Dlms;

/// <summary>How far a meter's HDLC goes.</summary>
/// <param name="Logical">Upper part of its address.</param>
/// <param name="Physical">Lower part; 0 where its address has one octet.</param>
/// <param name="Longest">The longest information field it sends and takes.</param>
/// <param name="Window">Frames it sends and takes before an answer.</param>
/// <param name="InactiveSeconds">After so long without a frame for it, it forgets the link (class 23 attribute 8).</param>
public sealed record MeterHdlcPlan(int Logical = 1, int Physical = 17, int Longest = 128, int Window = 1, int InactiveSeconds = 120);

/// <summary>
/// A meter's end of an HDLC link, written a second time from the document: octet by octet, no tables, no haste. Between flags stand the format (1010, S, eleven bits of length), two
/// addresses, control, the check of these, information and the check of all.
/// </summary>
public sealed class MeterHdlc(MeterHdlcPlan plan)
{
    private readonly List<byte> _in = [];
    private readonly List<byte> _out = [];
    private readonly List<byte> _message = [], _unconfirmed = [];
    private readonly Queue<(int Client, byte[] Apdu)> _whole = new(), _heard = new();
    private List<byte[]> _segments = [];
    private byte[]? _rejects;
    private int _client, _expects, _firstNumber, _acknowledged, _sent, _longestOut = 128, _windowOut = 1, _longestIn = 128, _addressLength = 2;
    private TimeSpan _quiet;

    /// <summary>A client has a link.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Frames that were dropped: damaged, or for another address.</summary>
    public int Dropped { get; private set; }

    /// <summary>So many frames and questions it still answers with RNR.</summary>
    public int BusyTurns { get; set; }

    /// <summary>Time passes without a word: after too much of it the link is forgotten.</summary>
    public void LetPass(TimeSpan time)
    {
        _quiet += time;
        if (IsConnected && _quiet >= TimeSpan.FromSeconds(plan.InactiveSeconds))
        {
            Drop();
        }
    }

    /// <summary>Takes octets as they come.</summary>
    public void Take(IEnumerable<byte> octets)
    {
        _in.AddRange(octets);
        while (Cut() is { } frame)
        {
            Take(frame);
        }
    }

    /// <summary>The next APDU that is whole; the LLC header in front of it is off.</summary>
    public bool TryTake(out int client, out byte[] apdu)
    {
        var any = _whole.TryDequeue(out var one);
        (client, apdu) = one;
        return any;
    }

    /// <summary>The next APDU that came in UI frames, to this meter or to all: it is obeyed and not answered.</summary>
    public bool TryTakeUnconfirmed(out int client, out byte[] apdu)
    {
        var any = _heard.TryDequeue(out var one);
        (client, apdu) = one;
        return any;
    }

    /// <summary>Says something without being asked.</summary>
    /// <param name="control">03 or 13 for UI; meters are known that write 10, an I frame.</param>
    public void Tell(int client, byte[] apdu, int control = 0x03)
    {
        var pieces = new byte[] { 0xE6, 0xE7, 0x00 }.Concat(apdu).Chunk(IsConnected ? _longestOut : plan.Longest).ToList();
        for (var i = 0; i < pieces.Count; i++)
        {
            Write(client, control, i < pieces.Count - 1, pieces[i]);
        }
    }

    /// <summary>Answers the client that asked.</summary>
    public void Send(byte[] apdu)
    {
        _firstNumber = (_firstNumber + _segments.Count) & 7;
        _segments = [.. new byte[] { 0xE6, 0xE7, 0x00 }.Concat(apdu).Chunk(_longestOut)];
        (_acknowledged, _sent) = (0, 0);
        SendWindow();
    }

    /// <summary>What is to be sent.</summary>
    public byte[] Output()
    {
        byte[] octets = [.. _out];
        _out.Clear();
        return octets;
    }

    /// <summary>The meter forgets the link: it was idle too long, or rebooted.</summary>
    public void Drop()
    {
        IsConnected = false;
        _rejects = null;
        _message.Clear();
        _segments = [];
    }

    private List<byte>? Cut()
    {
        while (true)
        {
            while (_in.Count > 0 && _in[0] == 0x7E)
            {
                _in.RemoveAt(0);
            }

            if (_in.Count < 2)
            {
                return null;
            }

            var length = ((_in[0] & 7) << 8) | _in[1];
            if ((_in[0] & 0xF0) != 0xA0 || length < 7)
            {
                Skip();
                continue;
            }

            if (_in.Count <= length)
            {
                var flag = _in.IndexOf(0x7E, 2);
                return flag > 0 && flag < 6 ? SkipAndGoOn() : null;
            }

            var frame = _in.GetRange(0, length);
            if (_in[length] != 0x7E || Check(frame, length - 2) != (frame[length - 2] | (frame[length - 1] << 8)))
            {
                Skip();
                continue;
            }

            _in.RemoveRange(0, length);
            return frame;
        }
    }

    private List<byte>? SkipAndGoOn()
    {
        Skip();
        return Cut();
    }

    private void Skip()
    {
        Dropped++;
        var flag = _in.IndexOf(0x7E, 1);
        _in.RemoveRange(0, flag < 0 ? _in.Count : flag);
    }

    private void Take(List<byte> frame)
    {
        var at = 2;
        var (upper, lower) = Address(frame, ref at);
        var length = at - 2;
        var (client, _) = Address(frame, ref at);
        var control = frame[at++];
        var (all, any, calling) = length == 4 ? (0x3FFF, 0x3FFF, 0x3FFE) : (0x7F, 0x7F, 0x7E);
        var isUnconfirmed = (control & ~0x10) == 0x03;
        var isMine = (upper == plan.Logical && (lower == plan.Physical || (length > 1 && lower == calling)))
            || (isUnconfirmed && (upper == plan.Logical || upper == all) && (lower == plan.Physical || (length > 1 && lower == any)));
        if (!isMine)
        {
            Dropped++;
            return;
        }

        (_quiet, _addressLength) = (TimeSpan.Zero, isUnconfirmed ? _addressLength : length);
        var information = frame.Count > at + 2 ? frame.GetRange(at + 2, frame.Count - at - 4) : [];
        switch (control & ~0x10)
        {
            case 0x83:
                Connect(client, information);
                return;
            case 0x43:
                Disconnect(client);
                return;
            case 0x03:
                TakeUnconfirmed(client, (frame[0] & 0x08) != 0, information);
                return;
        }

        if (!IsConnected || client != _client)
        {
            Write(client, 0x1F, false, []);
        }
        else if (_rejects is not null || !IsKnown(control))
        {
            Reject(control, 1);
        }
        else if ((control & 1) == 0 && information.Count > _longestIn)
        {
            Reject(control, 4);
        }
        else if (((control >> 5) - _firstNumber - _acknowledged & 7) > _sent - _acknowledged)
        {
            Reject(control, 8);
        }
        else if (BusyTurns > 0)
        {
            BusyTurns--;
            Acknowledge(control >> 5);
            Write(client, (_expects << 5) | 0x15, false, []);
        }
        else if ((control & 1) == 0)
        {
            TakeInformation((control >> 1) & 7, control >> 5, (control & 0x10) != 0, (frame[0] & 0x08) != 0, information);
        }
        else if ((control & 0x0F) == 1)
        {
            Acknowledge(control >> 5);
            SendWindow();
        }
    }

    private static bool IsKnown(int control) => (control & 1) == 0 || (control & 0x0F) is 1 or 5;

    /// <summary>FRMR, with the control field, V(S), V(R) and the reason; again for everything that follows, until SNRM or DISC.</summary>
    private void Reject(int control, int reason)
    {
        _rejects ??= [(byte)control, (byte)((_expects << 5) | (((_firstNumber + _sent) & 7) << 1)), (byte)reason];
        Write(_client, 0x97, false, _rejects);
    }

    private void Disconnect(int client)
    {
        var mine = IsConnected && client == _client;
        Write(client, mine ? 0x73 : 0x1F, false, []);
        if (mine)
        {
            Drop();
        }
    }

    private void TakeUnconfirmed(int client, bool segmented, List<byte> information)
    {
        _unconfirmed.AddRange(information);
        if (!segmented)
        {
            if (_unconfirmed is [0xE6, 0xE6, _, ..])
            {
                _heard.Enqueue((client, [.. _unconfirmed.Skip(3)]));
            }

            _unconfirmed.Clear();
        }
    }

    private void Connect(int client, List<byte> information)
    {
        Drop();
        (IsConnected, _client, _expects, _firstNumber, _acknowledged, _sent) = (true, client, 0, 0, 0, 0);
        int[] theirs = [128, 128, 1, 1]; // what they send and take, octets and frames: 05, 06, 07, 08
        for (var at = 3; at + 1 < information.Count; at += 2 + information[at + 1])
        {
            if (information[at] is >= 5 and <= 8)
            {
                theirs[information[at] - 5] = information.Skip(at + 2).Take(information[at + 1]).Aggregate(0, (sum, octet) => (sum << 8) | octet);
            }
        }

        (_longestOut, _longestIn) = (Math.Min(plan.Longest, theirs[1]), Math.Min(plan.Longest, theirs[0]));
        (_windowOut, var windowIn) = (Math.Min(plan.Window, theirs[3]), Math.Min(plan.Window, theirs[2]));
        byte[] limits = [5, 2, (byte)(_longestOut >> 8), (byte)_longestOut, 6, 2, (byte)(_longestIn >> 8), (byte)_longestIn, 7, 4, 0, 0, 0, (byte)_windowOut, 8, 4, 0, 0, 0, (byte)windowIn];
        Write(client, 0x73, false, [0x81, 0x80, (byte)limits.Length, .. limits]);
    }

    private void TakeInformation(int number, int wanted, bool poll, bool segmented, List<byte> information)
    {
        Acknowledge(wanted);
        if (number != _expects)
        {
            if (poll)
            {
                SendWindow(); // it did not get our answer: here it is again, or where we stand
            }

            return;
        }

        _expects = (_expects + 1) & 7;
        _message.AddRange(information);
        if (segmented)
        {
            if (poll)
            {
                Write(_client, (_expects << 5) | 0x11, false, []);
            }

            return;
        }

        if (_message.Count > 3 && _message[0] == 0xE6 && _message[1] == 0xE6)
        {
            _whole.Enqueue((_client, [.. _message.Skip(3)]));
        }

        _message.Clear();
    }

    private void Acknowledge(int wanted)
    {
        var more = (wanted - _firstNumber - _acknowledged) & 7;
        _acknowledged += more <= Math.Min(_windowOut, _segments.Count - _acknowledged) ? more : 0;
    }

    private void SendWindow()
    {
        var end = Math.Min(_segments.Count, _acknowledged + _windowOut);
        for (var i = _acknowledged; i < end; i++)
        {
            Write(_client, (_expects << 5) | (i == end - 1 ? 0x10 : 0) | (((_firstNumber + i) & 7) << 1), i < _segments.Count - 1, _segments[i]);
        }

        _sent = Math.Max(_sent, end);

        if (end == _acknowledged)
        {
            Write(_client, (_expects << 5) | 0x11, false, []);
        }
    }

    private void Write(int client, int control, bool segmented, byte[] information)
    {
        byte[] own = (plan.Physical == 0 ? 1 : _addressLength) switch
        {
            1 => [(byte)((plan.Logical << 1) | 1)],
            4 => [(byte)(plan.Logical >> 7 << 1), (byte)(plan.Logical << 1), (byte)(plan.Physical >> 7 << 1), (byte)((plan.Physical << 1) | 1)],
            _ => [(byte)(plan.Logical << 1), (byte)((plan.Physical << 1) | 1)],
        };
        var length = 2 + 1 + own.Length + 1 + (information.Length > 0 ? information.Length + 2 : 0) + 2;
        List<byte> frame = [(byte)(0xA0 | (segmented ? 8 : 0) | (length >> 8)), (byte)length, (byte)((client << 1) | 1), .. own, (byte)control];
        if (information.Length > 0)
        {
            AddCheck(frame);
            frame.AddRange(information);
        }

        AddCheck(frame);
        _out.AddRange([0x7E, .. frame, 0x7E]);
    }

    private static void AddCheck(List<byte> frame)
    {
        var check = Check(frame, frame.Count);
        frame.AddRange([(byte)check, (byte)(check >> 8)]);
    }

    private static (int Upper, int Lower) Address(List<byte> frame, ref int at)
    {
        var octets = new List<int>();
        do
        {
            octets.Add(frame[at] >> 1);
        }
        while ((frame[at++] & 1) == 0 && octets.Count < 4);
        return octets.Count switch { 1 => (octets[0], 0), 2 => (octets[0], octets[1]), _ => ((octets[0] << 7) | octets[1], (octets[2] << 7) | octets[^1]) };
    }

    /// <summary>CRC-16/X-25, bit by bit.</summary>
    private static int Check(List<byte> octets, int count)
    {
        var crc = 0xFFFF;
        for (var i = 0; i < count; i++)
        {
            crc ^= octets[i];
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x8408 : crc >> 1;
            }
        }

        return crc ^ 0xFFFF;
    }
}
