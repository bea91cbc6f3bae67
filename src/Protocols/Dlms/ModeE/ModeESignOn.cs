namespace Protocols.Dlms.ModeE;

/// <summary>
/// The client's side of an IEC 62056-21 sign-on in mode E: request and identification at 300 baud 7E1, the choice of HDLC and a speed, the change of the line, and the pause after
/// which the meter listens to SNRM. It is given lines and the time, and gives octets and the line's speed.
/// </summary>
/// <param name="address">Device address; empty calls whoever is on the line.</param>
/// <param name="fastest">The fastest speed our line takes, baud.</param>
/// <param name="retries">How often the request is sent again.</param>
public sealed class ModeESignOn(string address, int fastest, int retries = 2)
{
    // 6.5.3: a meter reacts within 1500 ms; its longest identification takes 0.9 s at 300 baud.
    private static readonly TimeSpan Reaction = TimeSpan.FromSeconds(1.5), LongestIdentification = TimeSpan.FromSeconds(1.5);

    // A character has start, seven bits, parity and stop: ten bits at 300 baud. Some more for the driver's buffers: what is changed too early garbles our own choice.
    private static readonly TimeSpan Character = TimeSpan.FromSeconds(10.0 / ModeESpeed.First), Margin = TimeSpan.FromMilliseconds(60);

    // 6.5.3: 200 ms at least between two messages.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private ReadOnlyMemory<byte> _output;
    private int _asked;
    private byte _speed;
    private TimeSpan _changedAt;

    /// <summary>Where it stands.</summary>
    public ModeEState State { get; private set; }

    /// <summary>Why it came to nothing.</summary>
    public ModeERefusal Refusal { get; private set; }

    /// <summary>Who answered; null for nobody yet.</summary>
    public ModeEIdentification? Identification { get; private set; }

    /// <summary>When <see cref="Tick"/> wants to be called; <see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan Due { get; private set; } = TimeSpan.MaxValue;

    /// <summary>The speed the line is to have now, baud, with eight bits and no parity: what is written has its parity in it.</summary>
    public int Baud { get; private set; } = ModeESpeed.First;

    /// <summary>Begins, or begins anew.</summary>
    public void Start(TimeSpan now)
    {
        (_asked, Identification, Refusal) = (0, null, ModeERefusal.None);
        Baud = ModeESpeed.First;
        Ask(now);
    }

    /// <summary>Takes a line.</summary>
    public void Take(in ModeELine line, TimeSpan now)
    {
        switch (State)
        {
            case ModeEState.Requested when line.IsRequest || line.IsAcknowledgement:
                break; // our own words, sent back by the optical head, or what is left of an earlier sign-on
            case ModeEState.Requested when line.IsRefusal:
                Again(ModeERefusal.NotAcknowledged, now);
                break;
            case ModeEState.Requested:
                TakeIdentification(line, now);
                break;
            case ModeEState.Changed when line.IsRefusal:
                Refuse(ModeERefusal.NotAcknowledged);
                break;
            case ModeEState.Changed when line.IsAcknowledgement && line.Octets.Span[2] != _speed:
                Refuse(ModeERefusal.OtherChoice);
                break;
            case ModeEState.Changed:
                Due = now + Pause; // confirmed
                break;
        }
    }

    /// <summary>Octets came that are no line: a confirmation at the old speed looks so at the new one, and the pause begins behind it.</summary>
    public void TakeRubbish(TimeSpan now)
    {
        if (State == ModeEState.Changed)
        {
            Due = Sooner(now + Pause, _changedAt + Reaction + LongestIdentification);
        }
    }

    /// <summary>Tells that <see cref="Due"/> has come.</summary>
    public void Tick(TimeSpan now)
    {
        if (now < Due)
        {
            return;
        }

        switch (State)
        {
            case ModeEState.Requested:
                Again(ModeERefusal.Silence, now);
                break;
            case ModeEState.Identified:
                Move(ModeEEvent.Paused);
                _output = ModeELine.ChooseHdlc(_speed);
                Due = now + (Character * _output.Length) + Margin;
                break;
            case ModeEState.Choosing:
                Move(ModeEEvent.Sent);
                (Baud, _changedAt) = (ModeESpeed.Of(_speed)!.Value, now);
                Due = now + Reaction; // not every meter confirms
                break;
            case ModeEState.Changed:
                Move(ModeEEvent.Quiet);
                Due = TimeSpan.MaxValue;
                break;
        }
    }

    /// <summary>What is to be sent, with the line as it is; empty for nothing.</summary>
    public ReadOnlyMemory<byte> TakeOutput()
    {
        var octets = _output;
        _output = default;
        return octets;
    }

    private void TakeIdentification(in ModeELine line, TimeSpan now)
    {
        if (!ModeEIdentification.TryParse(line, out var identification))
        {
            Again(ModeERefusal.WrongIdentification, now);
            return;
        }

        Identification = identification;
        if (!identification.OffersHdlc)
        {
            Refuse(ModeERefusal.NoHdlc);
        }
        else if (ModeESpeed.Of(identification.Speed) is not { } offered)
        {
            Refuse(ModeERefusal.UnknownSpeed);
        }
        else
        {
            // 6.4.5.2: whoever cannot follow to the proposed speed stays at 300 baud; nothing between is allowed.
            _speed = offered <= fastest ? identification.Speed : (byte)'0';
            Move(ModeEEvent.Identified);
            Due = now + Pause;
        }
    }

    private void Again(ModeERefusal why, TimeSpan now)
    {
        if (_asked > retries)
        {
            Refuse(why);
        }
        else
        {
            Ask(now);
        }
    }

    private void Ask(TimeSpan now)
    {
        _asked++;
        Move(ModeEEvent.Request);
        _output = ModeELine.Request(address);
        Due = now + (Character * _output.Length) + Margin + Reaction + LongestIdentification;
    }

    private void Refuse(ModeERefusal why)
    {
        Move(ModeEEvent.Refuse);
        (Refusal, Due, _output) = (why, TimeSpan.MaxValue, default);
    }

    private void Move(ModeEEvent happened) =>
        State = ModeETable.Next(State, happened) ?? throw new InvalidOperationException($"{happened} in a sign-on that is {State}");

    private static TimeSpan Sooner(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
