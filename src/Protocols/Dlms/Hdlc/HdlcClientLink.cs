using System.Buffers;

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
    private readonly HdlcSending _sending = new(0xE6);
    private readonly HdlcReceiving _receiving = new(maxApdu);
    private readonly ArrayBufferWriter<byte> _output = new();
    private HdlcParameters _agreed = HdlcParameters.Default;
    private TimeSpan _giveUp;
    private bool _paused;

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

    /// <summary>Sends SNRM; whatever was, is forgotten.</summary>
    public void Connect(TimeSpan now)
    {
        _sending.Reset();
        _receiving.Reset();
        _agreed = HdlcParameters.Default;
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

    /// <summary>Takes one frame. False for one between others, which says nothing.</summary>
    public bool Take(in HdlcFrame frame, TimeSpan now)
    {
        if (frame.Destination.Upper != client.Upper || frame.Source.Upper != server.Upper || (frame.Source.Lower != server.Lower && server.Lower is not (0x7E or 0x3FFE)))
        {
            return false;
        }

        switch (State, frame.Control.Kind)
        {
            case (HdlcLinkState.Connecting, HdlcFrameKind.UnnumberedAcknowledge):
                Accept(frame.Information.Span);
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
                Stop(HdlcLinkEnd.Rejected);
                break;
            case (HdlcLinkState.Waiting, HdlcFrameKind.Information):
                TakeInformation(frame, now);
                break;
            case (HdlcLinkState.Waiting, HdlcFrameKind.ReceiveReady):
                TakeTurn(frame.Control.Poll, _sending.Acknowledge(frame.Control.ReceiveSequence), now);
                break;
            case (HdlcLinkState.Waiting, HdlcFrameKind.ReceiveNotReady):
                _sending.Acknowledge(frame.Control.ReceiveSequence);
                Pause(now);
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
            Stop(State == HdlcLinkState.Disconnecting ? HdlcLinkEnd.Closed : HdlcLinkEnd.Silent);
            return;
        }

        Repeats += _paused ? 0 : 1;
        Write(now);
    }

    /// <summary>The answer, without its LLC header; it holds until the next frame is taken.</summary>
    public bool TryTakeMessage(out ReadOnlyMemory<byte> apdu) => _receiving.TryTakeMessage(out apdu);

    /// <summary>What is to be sent; it holds until the next call. Empty where the turn is not ours.</summary>
    public ReadOnlyMemory<byte> TakeOutput()
    {
        var octets = _output.WrittenMemory;
        _output.ResetWrittenCount();
        return octets;
    }

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
            case HdlcReceived.Whole:
                (State, Due) = (HdlcLinkState.Ready, TimeSpan.MaxValue);
                break;
            case HdlcReceived.Refused:
                Stop(HdlcLinkEnd.BadMessage);
                break;
            case var received:
                TakeTurn(frame.Control.Poll, moved || received == HdlcReceived.Segment, now);
                break;
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

    private void Moved(TimeSpan now) => _giveUp = now + (timing.Response * (timing.Retries + 1));

    private void Pause(TimeSpan now) => (_paused, Due) = (true, now + timing.Busy);

    /// <summary>Something new is sent: patience starts anew.</summary>
    private void Ask(TimeSpan now)
    {
        Moved(now);
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
            case HdlcLinkState.Waiting when _sending.IsDone:
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
