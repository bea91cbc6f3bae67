using Protocols.Dlms.Apdu;
using Protocols.Dlms.Blocks;
using Protocols.Dlms.Security;

namespace Protocols.Dlms.Client;

/// <summary>
/// A client's conversation with one logical device, above any framing: associates, runs procedures one at a time, releases. It is given APDUs and gives APDUs; it neither waits nor
/// sends. Late and doubled answers are passed over; what the meter says by itself is handed on.
/// </summary>
/// <param name="settings">How to associate.</param>
/// <param name="security">Keys; null where nothing is ciphered.</param>
/// <param name="secret">Password of mechanism 1, secret of the others.</param>
/// <param name="random">Makes challenges; null for the platform's generator.</param>
public sealed class ClientSession(AssociationSettings settings, ClientSecurity? security, ReadOnlyMemory<byte> secret, Func<int, byte[]>? random = null)
{
    private readonly AssociationHandshake _handshake = new(settings, security, secret, random ?? Challenges.Make);
    private readonly ServiceOpener _opener = new(settings, security);
    private Procedure? _running;
    private Pdu? _question;
    private InvokeId _id;
    private int _invoked;

    /// <summary>Where the association stands.</summary>
    public AssociationState State { get; private set; }

    /// <summary>How the association is to be.</summary>
    public AssociationSettings Settings => settings;

    /// <summary>Keys; null where nothing is ciphered.</summary>
    public ClientSecurity? Security => security;

    /// <summary>What both sides offer, from the AARE.</summary>
    public Conformance Agreed => _handshake.Agreed;

    /// <summary>The longest APDU the other side takes, octets; 0 for any.</summary>
    public int ServerLongestPdu => _handshake.ServerLongestPdu;

    /// <summary>The counter the other side said it expects, in an exception nobody authenticated: a hint. Null for none.</summary>
    public uint? HintedCounter { get; private set; }

    /// <summary>The meter could not open what we sent, or did not believe our password or proof: a wrong key, or it locked itself.</summary>
    public bool IsKeyDoubted { get; private set; }

    /// <summary>
    /// In an association, the open question was answered as a meter does that has none: an exception in clear that the service is not allowed, since it is not possible or cannot be
    /// deciphered (IEC 62056-5-3 clause 9.5). Nobody vouches for it: the answer may come all the same.
    /// </summary>
    public bool IsAssociationDoubted { get; private set; }

    /// <summary>A question is open.</summary>
    public bool IsAsking => _running is not null;

    /// <summary>Answers that came late, doubled or for another question.</summary>
    public int Ignored { get; private set; }

    /// <summary>Answers among them that nobody could read or vouch for: not late, but wrong.</summary>
    public int Distrusted { get; private set; }

    /// <summary>The AARQ; empty for a pre-established association, which is there at once.</summary>
    public ReadOnlyMemory<byte> Associate()
    {
        _running = null;
        (HintedCounter, IsKeyDoubted) = (null, false);
        if (settings.IsPreEstablished)
        {
            _handshake.Presume();
            Move(AssociationEvent.PreEstablished);
            return default;
        }

        Move(AssociationEvent.Request);
        return _handshake.Request().ToOctets();
    }

    /// <summary>Starts a procedure; gives its first question. Empty where it cannot be asked: the procedure says why.</summary>
    /// <exception cref="InvalidOperationException">There is no association.</exception>
    public ReadOnlyMemory<byte> Start(Procedure procedure)
    {
        if (State != AssociationState.Associated)
        {
            throw new InvalidOperationException($"an association that is {State} asks nothing");
        }

        _running = procedure;
        IsAssociationDoubted = false;
        _id = NextId(0xC0);
        procedure.Begin();
        return Wrap(procedure.Start(_id, RoomFor(procedure)));
    }

    /// <summary>
    /// The APDUs of a procedure that wants no answer (an unconfirmed service), one or, in unconfirmed general blocks, many. Nothing follows from them.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no association.</exception>
    public IReadOnlyList<ReadOnlyMemory<byte>> Tell(Procedure procedure)
    {
        if (State != AssociationState.Associated)
        {
            throw new InvalidOperationException($"an association that is {State} tells nothing");
        }

        procedure.Begin();
        var octets = Protect(procedure.Start(NextId(0), 0));
        return MustCut(octets.Length) ? [.. BlockExchange.Unconfirmed(octets, ServerLongestPdu).Select(block => (ReadOnlyMemory<byte>)block.ToOctets())] : [octets];
    }

    /// <summary>The confirmation of a data notification that was pushed; empty where it wants none.</summary>
    /// <param name="pushed">The octets of <see cref="SessionMove.Pushed"/>.</param>
    public ReadOnlyMemory<byte> Confirm(ReadOnlyMemory<byte> pushed) =>
        Pdu.Read(pushed, out _) is DataNotification { Id.IsConfirmed: true } notification ? Protect(new DataNotificationConfirm(notification.Id, ReadOnlyMemory<byte>.Empty)) : default;

    /// <summary>What is to be sent besides what the last call gave: further blocks of the window.</summary>
    public bool TryTakeFurther(out ReadOnlyMemory<byte> octets)
    {
        octets = default;
        if (_opener.Blocks is not { } blocks || !blocks.TryNext(out var block))
        {
            return false;
        }

        octets = block.ToOctets();
        return true;
    }

    /// <summary>For media that lose: the last question once more under a counter of its own, or the blocks that are not acknowledged.</summary>
    public ReadOnlyMemory<byte> Again()
    {
        if (_running is null || _question is null)
        {
            return default;
        }

        if (_opener.Blocks is not { } blocks)
        {
            return Wrap(_question);
        }

        blocks.BeginTurn();
        return TryTakeFurther(out var octets) ? octets : default;
    }

    /// <summary>The RLRQ.</summary>
    public ReadOnlyMemory<byte> Release()
    {
        Move(AssociationEvent.Release);
        return _handshake.Release().ToOctets();
    }

    /// <summary>
    /// For media that lose: an RLRQ for an association that may be open at the other side alone, because its answer got lost. Ours is closed at once, an RLRE is passed over.
    /// </summary>
    public ReadOnlyMemory<byte> Abandon()
    {
        End();
        return _handshake.Release().ToOctets();
    }

    /// <summary>Tells that the link is gone, or that the association shall be forgotten.</summary>
    public void End()
    {
        Move(AssociationEvent.Ended);
        _running = null;
    }

    /// <summary>Takes one APDU of the other side.</summary>
    public SessionStep Take(ReadOnlyMemory<byte> octets)
    {
        if (Pdu.Read(octets, out var fault) is not { } pdu)
        {
            return Distrust($"the meter's answer cannot be read: {fault}");
        }

        switch (State)
        {
            case AssociationState.Requested when pdu is AssociationMessage { Tag: ApduTag.AssociationResponse } response:
                return TakeResponse(response);
            case AssociationState.Releasing when pdu is AssociationMessage { Tag: ApduTag.ReleaseResponse } or ExceptionResponse or ConfirmedServiceError:
                End();
                return new SessionStep(SessionMove.Done);
            case AssociationState.Closed:
                return Ignore("no association");
            case not AssociationState.Requested when pdu is AssociationMessage:
                return Ignore($"{pdu.Name} came late or twice");
        }

        return TakeService(pdu, octets);
    }

    private SessionStep TakeResponse(AssociationMessage response)
    {
        if (_handshake.Take(response, out var proof) is { } refused)
        {
            IsKeyDoubted = response.DiagnosticValue == ErrorText.AuthenticationFailure;
            End();
            return new SessionStep(SessionMove.Failed, default, refused);
        }

        if (proof is null)
        {
            Move(AssociationEvent.Accepted);
            return new SessionStep(SessionMove.Done);
        }

        Move(AssociationEvent.ProofWanted);
        _running = proof;
        _id = new InvokeId(0xC1);
        _invoked = _id.Id; // the question behind it has another: on media that repeat, the answer to the proof may come twice
        return new SessionStep(SessionMove.Ask, Wrap(proof.Start(_id, 0)));
    }

    private SessionStep TakeService(Pdu pdu, ReadOnlyMemory<byte> octets)
    {
        var received = _opener.Open(pdu, octets, _running);
        switch (received.Reception)
        {
            case Reception.Whole:
                return TakePlain(received.Service!, received.Octets);
            case Reception.Partial:
                return TryTakeFurther(out var further) ? new SessionStep(SessionMove.Ask, further) : new SessionStep(SessionMove.Ignored);
            case Reception.Useless:
                return Ignore(received.Sentence!);
            case Reception.Distrusted:
                return Distrust(received.Sentence!);
            default:
                return Fail(received.Sentence!);
        }
    }

    private SessionStep TakePlain(Pdu pdu, ReadOnlyMemory<byte> octets)
    {
        switch (pdu)
        {
            case DataNotification or EventNotification:
                return new SessionStep(SessionMove.Pushed, octets);
            case ExceptionResponse exception:
                HintedCounter = exception.InvocationCounter ?? HintedCounter;
                IsKeyDoubted |= exception.Service == ErrorText.DecipheringError;
                IsAssociationDoubted |= State == AssociationState.Associated && exception is { State: ErrorText.NotAllowed, Service: ErrorText.NotPossible or ErrorText.DecipheringError };
                return exception.InvocationCounter > security?.LastUsed + 1 ? Fail(ErrorText.Of(exception)) : Unproven(ErrorText.Of(exception));
            case ConfirmedServiceError error:
                return Unproven(ErrorText.Of(error));
        }

        if (_running is null || _running.IsDone || (pdu is not (ReadResponse or WriteResponse) && IdOf(pdu) != _id.Id))
        {
            return Ignore($"{pdu.Name} answers no question that is open");
        }

        var next = _running.Take(pdu);
        if (_running.Fault is { } fault)
        {
            return Fail(fault);
        }

        if (next is not null)
        {
            var question = Wrap(next);
            return question.IsEmpty ? Fail(_running!.Fault!) : new SessionStep(SessionMove.Ask, question);
        }

        if (!_running.IsDone)
        {
            return Ignore("a block that was there already");
        }

        _running = null;
        if (State == AssociationState.Challenged)
        {
            if (_handshake.Disproof is { } disproof)
            {
                return Fail(disproof);
            }

            Move(AssociationEvent.Proven);
        }

        return new SessionStep(SessionMove.Done);
    }

    /// <summary>A question as it goes out; in general blocks where it is too long. Empty where it cannot be sent: the procedure failed.</summary>
    private ReadOnlyMemory<byte> Wrap(Pdu question)
    {
        var octets = Protect(_question = question);
        _opener.Blocks = null;
        if (!MustCut(octets.Length))
        {
            return octets;
        }

        var blocks = _opener.Blocks = new BlockExchange(settings.BlockWindow, _running?.LongestAnswer ?? GetProcedure.MostOctets, hasSpoken: false);
        var fault = Agreed.Has(Conformance.GeneralBlocks) ? blocks.Send(octets, ServerLongestPdu)
            : $"the {question.Name} has {octets.Length} octets, the meter takes {ServerLongestPdu}, and general block transfer is not agreed";
        if (fault is not null)
        {
            _running?.Fail(fault);
            return default;
        }

        return TryTakeFurther(out var first) ? first : default;
    }

    private ReadOnlyMemory<byte> Protect(Pdu plain) => (settings.IsCiphered && security is not null ? security.Protect(plain, settings.HasDedicatedKey) : plain).ToOctets();

    private bool MustCut(int octets) => ServerLongestPdu > 0 && octets > ServerLongestPdu && State != AssociationState.Challenged;

    /// <summary>How long a question may be before its own service cuts it; 0 where general blocks shall.</summary>
    private int RoomFor(Procedure procedure) =>
        ServerLongestPdu == 0 || (Agreed.Has(Conformance.GeneralBlocks) && (settings.PrefersGeneralBlocks || !Agreed.Has(procedure.BlocksBit)))
            ? 0 : Math.Max(32, ServerLongestPdu - _handshake.Overhead);

    private InvokeId NextId(byte bits) => new((byte)(bits | (_invoked = (_invoked % 15) + 1)));

    private SessionStep Ignore(string sentence)
    {
        Ignored++;
        return new SessionStep(SessionMove.Ignored, default, sentence);
    }

    /// <summary>Octets that anybody may have sent end nothing on datagrams; on a connection they say that something is wrong.</summary>
    private SessionStep Distrust(string sentence)
    {
        Distrusted++;
        return settings.IsOverDatagrams ? Ignore(sentence) : Fail(sentence);
    }

    /// <summary>An error in clear: on datagrams it is as well the echo of a copy of a question that was answered.</summary>
    private SessionStep Unproven(string sentence) => settings.IsCiphered ? Distrust(sentence) : Fail(sentence);

    private SessionStep Fail(string sentence)
    {
        _running?.Fail(sentence);
        (_running, _opener.Blocks) = (null, null);
        if (State is AssociationState.Requested or AssociationState.Challenged or AssociationState.Releasing)
        {
            Move(AssociationEvent.Ended);
        }

        return new SessionStep(SessionMove.Failed, default, sentence);
    }

    private void Move(AssociationEvent happened) =>
        State = AssociationTable.Next(State, happened) ?? throw new InvalidOperationException($"{happened} in an association that is {State}");

    private static int? IdOf(Pdu answer) => answer switch
    {
        GetResponse get => get.Id.Id,
        SetResponse set => set.Id.Id,
        ActionResponse action => action.Id.Id,
        AccessResponse access => access.Id.Id,
        _ => null,
    };
}
