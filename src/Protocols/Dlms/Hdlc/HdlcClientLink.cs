using System.Buffers;
using Protocols.Framing;

namespace Protocols.Dlms.Hdlc;

/// <summary>
/// The client's end of an HDLC link in normal response mode (IEC 62056-46, 6.4): connects, cuts messages into segments and windows, puts answers together, asks again where something
/// was lost. It is given frames and the time, and gives octets and messages. The turn is either ours or the other side's.
/// </summary>
/// <param name="client">Our address.</param>
/// <param name="server">The meter's address.</param>
/// <param name="wants">What we propose in SNRM.</param>
/// <param name="timing">How long we wait.</param>
/// <param name="maxApdu">The longest message that is taken, octets.</param>
public sealed class HdlcClientLink(HdlcAddress client, HdlcAddress server, HdlcParameters wants, HdlcTiming timing, int maxApdu)
{
    private readonly HdlcSending _sending = new(HdlcLlc.Command), _unconfirmed = new(HdlcLlc.Command);
    private readonly HdlcReceiving _receiving = new(maxApdu);
    private readonly HdlcUnasked _unasked = new(maxApdu);
    private readonly ArrayBufferWriter<byte> _output = new();
    private HdlcParameters _agreed = HdlcParameters.Default;
    private TimeSpan _giveUp, _busyUntil;
    private bool _paused, _busy, _told;
    private int _refusals;

    /// <summary>Where the link stands.</summary>
    public HdlcLinkState State { get; private set; }

    /// <summary>Why it is disconnected.</summary>
    public HdlcLinkEnd End { get; private set; }

    /// <summary>What both sides agreed on, as we see it.</summary>
    public HdlcParameters Agreed => _agreed;

    /// <summary>When <see cref="Tick"/> wants to be called; <see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan Due { get; private set; } = TimeSpan.MaxValue;

    /// <summary>How often something was sent again.</summary>
    public int Repeats { get; private set; }

    /// <summary>What the other side said of a frame it rejected; null where it said nothing.</summary>
    public HdlcFrameReject? Reject { get; private set; }

    /// <summary>Sends SNRM; whatever was, is forgotten.</summary>
    public void Connect(TimeSpan now)
    {
        _sending.Reset();
        _receiving.Reset();
        _agreed = HdlcParameters.Default;
        (_refusals, Reject) = (0, null);
        (State, End) = (HdlcLinkState.Connecting, HdlcLinkEnd.None);
        Ask(now);
    }

    /// <summary>Sends DISC; from a link that is not connected nothing.</summary>
    public void Disconnect(TimeSpan now)
    {
        if (State != HdlcLinkState.Disconnected)
        {
            State = HdlcLinkState.Disconnecting;
            Ask(now);
        }
    }

    /// <summary>Sends a message; only where the state is <see cref="HdlcLinkState.Ready"/>.</summary>
    /// <exception cref="InvalidOperationException">The turn is not ours.</exception>
    public void Send(ReadOnlySpan<byte> apdu, TimeSpan now)
    {
        if (State != HdlcLinkState.Ready)
        {
            throw new InvalidOperationException($"a link that is {State} sends nothing");
        }

        _sending.Start(apdu, _agreed.MaxTransmit);
        State = HdlcLinkState.Waiting;
        Ask(now);
    }

    /// <summary>Sends a message that nobody acknowledges, in UI frames, with or without a link: to all stations, or to a meter that is not to answer.</summary>
    /// <exception cref="InvalidOperationException">The turn is not ours.</exception>
    public void SendUnconfirmed(ReadOnlySpan<byte> apdu)
    {
        if (State is not (HdlcLinkState.Ready or HdlcLinkState.Disconnected))
        {
            throw new InvalidOperationException($"a link that is {State} sends nothing");
        }

        _unconfirmed.Reset();
        _unconfirmed.Start(apdu, State == HdlcLinkState.Ready ? _agreed.MaxTransmit : HdlcParameters.Default.MaxTransmit);
        _unconfirmed.StartWindow(int.MaxValue);
        while (_unconfirmed.HasFrame)
        {
            var segment = _unconfirmed.Take(0, out _, out var segmented);
            Frame(HdlcControl.UnnumberedInformation, segmented, segment);
        }
    }

    /// <summary>Takes one frame. False for one between others, which says nothing.</summary>
    public bool Take(in HdlcFrame frame, TimeSpan now)
    {
        if (!IsFromServer(frame.Source) || (frame.Destination.Upper != client.Upper && !frame.Destination.IsAllStation))
        {
            return false;
        }

        switch (State, frame.Control.Kind)
        {
            case (_, HdlcFrameKind.UnnumberedInformation):
                _told |= _unasked.Take(frame) == SegmentTaken.Whole;
                break;
            case (HdlcLinkState.Connecting, HdlcFrameKind.UnnumberedAcknowledge):
                Accept(frame.Information.Span);
                break;
            case (HdlcLinkState.Connecting, HdlcFrameKind.DisconnectedMode or HdlcFrameKind.FrameReject) when _refusals++ < timing.Retries:
                Pause(now); // it was not ready for us yet, or is caught in what came before: SNRM again
                break;
            case (HdlcLinkState.Disconnecting, HdlcFrameKind.UnnumberedAcknowledge or HdlcFrameKind.DisconnectedMode):
                Stop(HdlcLinkEnd.Closed);
                break;
            case (HdlcLinkState.Disconnected or HdlcLinkState.Disconnecting, _):
                break;
            case (_, HdlcFrameKind.DisconnectedMode):
                Stop(HdlcLinkEnd.DisconnectedMode);
                break;
            case (_, HdlcFrameKind.FrameReject):
                Reject = HdlcFrameReject.TryParse(frame.Information.Span, out var reject) ? reject : null;
                Stop(HdlcLinkEnd.Rejected);
                break;
            case (HdlcLinkState.Waiting, HdlcFrameKind.Information):
                _busy = false;
                TakeInformation(frame, now);
                break;
            case (HdlcLinkState.Waiting, HdlcFrameKind.ReceiveReady):
                TakeReady(frame.Control, now);
                break;
            case (HdlcLinkState.Waiting, HdlcFrameKind.ReceiveNotReady):
                TakeNotReady(frame.Control, now);
                break;
        }

        return true;
    }

    /// <summary>Tells that <see cref="Due"/> has come: asks again, or gives the link up.</summary>
    public void Tick(TimeSpan now)
    {
        if (now < Due)
        {
            return;
        }

        if (now >= _giveUp)
        {
            Stop(State == HdlcLinkState.Disconnecting ? HdlcLinkEnd.Closed : _busy && now >= _busyUntil ? HdlcLinkEnd.Busy : HdlcLinkEnd.Silent);
            return;
        }

        Repeats += _paused ? 0 : 1;
        Write(now);
    }

    /// <summary>The answer, without its LLC header; it holds until the next frame is taken.</summary>
    public bool TryTakeMessage(out ReadOnlyMemory<byte> apdu) => _receiving.TryTakeMessage(out apdu);

    /// <summary>What the other side said by itself, in UI frames, without its LLC header; it holds until the next frame is taken.</summary>
    public bool TryTakeUnasked(out ReadOnlyMemory<byte> apdu)
    {
        apdu = _told ? _unasked.Apdu : default;
        (var told, _told) = (_told, false);
        return told;
    }

    /// <summary>What is to be sent; it holds until the next call. Empty where the turn is not ours.</summary>
    public ReadOnlyMemory<byte> TakeOutput()
    {
        var octets = _output.WrittenMemory;
        _output.ResetWrittenCount();
        return octets;
    }

    /// <summary>Where we called whoever is there, the answer names its own address.</summary>
    private bool IsFromServer(in HdlcAddress source) =>
        (source.Upper == server.Upper || server.IsAllStation) && (source.Lower == server.Lower || server.IsCalling || server.IsBroadcast);

    private void Accept(ReadOnlySpan<byte> information)
    {
        if (!HdlcParameters.TryParse(information, out var theirs))
        {
            Stop(HdlcLinkEnd.BadParameters);
            return;
        }

        _agreed = wants.Agree(theirs);
        (State, Due) = (HdlcLinkState.Ready, TimeSpan.MaxValue);
    }

    private void TakeInformation(in HdlcFrame frame, TimeSpan now)
    {
        var moved = _sending.Acknowledge(frame.Control.ReceiveSequence);
        switch (_receiving.Take(frame))
        {
            case SegmentTaken.Whole:
                (State, Due) = (HdlcLinkState.Ready, TimeSpan.MaxValue);
                break;
            case SegmentTaken.Refused:
                Stop(HdlcLinkEnd.BadMessage);
                break;
            case var received:
                TakeTurn(frame.Control.Poll, moved || received == SegmentTaken.Segment, now);
                break;
        }
    }

    /// <summary>A side that was busy and is ready again is given at once what it could not take.</summary>
    private void TakeReady(HdlcControl control, TimeSpan now)
    {
        var moved = _sending.Acknowledge(control.ReceiveSequence);
        if (_busy && !moved && control.Poll)
        {
            _busy = false;
            Write(now);
            return;
        }

        _busy = false;
        TakeTurn(control.Poll, moved, now);
    }

    /// <summary>A side that is busy is asked by RR until it is ready, and sent nothing else; patience lasts as long as it says so, up to a bound.</summary>
    private void TakeNotReady(HdlcControl control, TimeSpan now)
    {
        if (_sending.Acknowledge(control.ReceiveSequence) || _busyUntil == default)
        {
            Moved(now);
            _busyUntil = now + timing.LongestBusy;
        }

        _busy = true;
        var patience = now + (timing.Response * (timing.Retries + 1));
        _giveUp = patience < _busyUntil ? patience : _busyUntil;
        if (control.Poll)
        {
            Pause(now);
        }
    }

    /// <summary>After a final frame the turn is ours: the next window, or the question for more. What moved nothing is followed by a pause, so that two ends never chase each other.</summary>
    private void TakeTurn(bool final, bool moved, TimeSpan now)
    {
        if (moved)
        {
            Moved(now);
        }

        if (!final)
        {
            Due = now + timing.Response;
        }
        else if (moved)
        {
            Write(now);
        }
        else
        {
            Pause(now);
        }
    }

    private void Moved(TimeSpan now) => (_giveUp, _busyUntil) = (now + (timing.Response * (timing.Retries + 1)), default);

    private void Pause(TimeSpan now) => (_paused, Due) = (true, now + timing.Busy);

    /// <summary>Something new is sent: patience starts anew.</summary>
    private void Ask(TimeSpan now)
    {
        Moved(now);
        _busy = false;
        Write(now);
    }

    private void Write(TimeSpan now)
    {
        switch (State)
        {
            case HdlcLinkState.Connecting:
                Span<byte> information = stackalloc byte[HdlcParameters.MaxLength];
                var length = wants == HdlcParameters.Default ? 0 : wants.Write(information);
                Frame(HdlcControl.SetNormalResponseMode, false, information[..length].ToArray());
                break;
            case HdlcLinkState.Disconnecting:
                Frame(HdlcControl.Disconnect, false, default);
                break;
            case HdlcLinkState.Waiting when _busy || _sending.IsDone:
                Frame(HdlcControl.ReceiveReady(_receiving.Expected), false, default);
                break;
            case HdlcLinkState.Waiting:
                _sending.StartWindow(_agreed.WindowTransmit);
                while (_sending.HasFrame)
                {
                    var segment = _sending.Take(_receiving.Expected, out var control, out var segmented);
                    Frame(control, segmented, segment);
                }

                break;
        }

        (_paused, Due) = (false, now + timing.Response);
    }

    private void Frame(HdlcControl control, bool segmented, ReadOnlyMemory<byte> information)
    {
        var frame = new HdlcFrame(server, client, control, segmented, information);
        var length = HdlcWriter.Length(frame);
        _output.Advance(HdlcWriter.Write(frame, _output.GetSpan(length)));
    }

    private void Stop(HdlcLinkEnd why)
    {
        _sending.Reset();
        _receiving.Reset();
        (State, End, Due) = (HdlcLinkState.Disconnected, why, TimeSpan.MaxValue);
    }
}
