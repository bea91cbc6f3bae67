using Protocols.Dlms.Apdu;
using Protocols.Dlms.Blocks;

namespace Protocols.Dlms.Host;

/// <summary>
/// One client's conversation with a logical device, above any framing: takes APDUs, gives answers. What cannot be read, opened or done is answered with the exception or error the
/// standard has for it; nothing throws on what a client sends.
/// </summary>
public sealed class HostAssociation(LogicalDevice device, HostClient client, HostOptions options, IHostSecurity? security)
{
    private const byte NotAllowed = 1, Unknown = 2, NotPossible = 1, NotSupported = 2, TooLong = 4, DecipheringError = 5, CounterError = 6;
    private const int MostOctets = 256 * 1024;
    private readonly HostHandshake _handshake = new(client, options, security);
    private readonly HostServices _services = new(device, client);
    private HostProtection? _protection, _waiting;
    private BlockExchange? _blocks;

    /// <summary>Services may be used.</summary>
    public bool IsAssociated { get; private set; } = client.IsPreEstablished;

    /// <summary>A challenge was given, and its answer is not here yet.</summary>
    public bool AwaitsProof => _handshake.AwaitsProof;

    /// <summary>System title that the client told, or none.</summary>
    public ReadOnlyMemory<byte> ClientTitle => _handshake.ClientTitle;

    /// <summary>What the last question wants done outside before it is answered, by <see cref="Settle"/>; null for nothing.</summary>
    public OutsideWork? Wanted => _services.Wanted;

    /// <summary>The longest APDU the client takes.</summary>
    public int ClientLongestPdu => _handshake.ClientLongestPdu;

    /// <summary>Forgets the association: the link went away.</summary>
    public void End()
    {
        IsAssociated = client.IsPreEstablished;
        _services.Forget();
        (_blocks, _protection) = (null, null);
        security?.UseDedicatedKey(null);
    }

    /// <summary>The answer to an APDU; null where none is due. More may follow: see <see cref="TryTakeFurther"/>.</summary>
    public byte[]? Answer(ReadOnlyMemory<byte> octets)
    {
        if (Pdu.Read(octets, out _) is not { } pdu)
        {
            return new ExceptionResponse(Unknown, NotSupported, null).ToOctets();
        }

        if (pdu is GeneralBlockTransfer block)
        {
            return TakeBlock(block);
        }

        _blocks = null;
        return Send(AnswerWhole(pdu, octets, mayBeLong: options.PrefersGeneralBlocks && HasGeneralBlocks));
    }

    /// <summary>The answer to a question that waited for something outside; null where none is due. More may follow.</summary>
    public byte[]? Settle(in ActionResult result)
    {
        var plain = _services.Settle(result)?.ToOctets();
        var answer = plain is not null && _waiting is { } like ? security!.Protect(plain, like) : plain;
        return _blocks is null ? Send(answer) : SendInBlocks(answer);
    }

    /// <summary>Further blocks of a long answer, to be sent after what <see cref="Answer"/> gave.</summary>
    public bool TryTakeFurther(out byte[] octets)
    {
        octets = [];
        if (_blocks is null || !_blocks.TryNext(out var block))
        {
            return false;
        }

        octets = block.ToOctets();
        return true;
    }

    /// <summary>What the host says by itself (data notification, event notification, information report), protected as the client's last question was; long ones in unconfirmed general blocks.</summary>
    public IReadOnlyList<byte[]> Notify(Pdu notification)
    {
        var octets = notification.ToOctets();
        octets = _protection is { } like && security is not null ? security.Protect(octets, like) : octets;
        return octets.Length <= Longest ? [octets] : [.. BlockExchange.Unconfirmed(octets, Longest).Select(block => block.ToOctets())];
    }

    /// <summary>Octets of the longest APDU that both sides take.</summary>
    private int Longest => ClientLongestPdu == 0 ? options.LongestPdu : Math.Min(options.LongestPdu, ClientLongestPdu);

    private bool HasGeneralBlocks => _handshake.Agreed.Has(Conformance.GeneralBlocks);

    private byte[]? TakeBlock(GeneralBlockTransfer block)
    {
        if (!IsAssociated || (!HasGeneralBlocks && !client.IsPreEstablished))
        {
            return new ExceptionResponse(NotAllowed, IsAssociated ? NotSupported : NotPossible, null).ToOctets();
        }

        if (_blocks is null || (!_blocks.Whole.IsEmpty && block.Block == 1 && !block.Raw.IsEmpty && !_blocks.IsRepeated(block)))
        {
            _blocks = new BlockExchange(options.BlockWindow, MostOctets, hasSpoken: false);
        }

        var wasWhole = !_blocks.Whole.IsEmpty;
        if (_blocks.Take(block) is not null)
        {
            _blocks = null;
            return new ExceptionResponse(NotAllowed, TooLong, null).ToOctets();
        }

        if (!wasWhole && !_blocks.Whole.IsEmpty)
        {
            var octets = _blocks.Whole;
            var answer = Pdu.Read(octets, out _) switch
            {
                null or GeneralBlockTransfer or AssociationMessage => new ExceptionResponse(Unknown, NotSupported, null).ToOctets(),
                var pdu => AnswerWhole(pdu, octets, mayBeLong: true),
            };
            return answer is null && Wanted is not null ? null : SendInBlocks(answer);
        }

        return TryTakeFurther(out var next) ? next : null;
    }

    private byte[]? SendInBlocks(byte[]? answer)
    {
        if (answer is null || _blocks!.Send(answer, Longest) is not null)
        {
            _blocks = null;
            return null;
        }

        return TryTakeFurther(out var next) ? next : null;
    }

    /// <summary>An answer as it goes out: in general blocks where it is too long for one APDU.</summary>
    private byte[]? Send(byte[]? answer)
    {
        if (answer is null || answer.Length <= Longest || !IsAssociated)
        {
            return answer;
        }

        _blocks = new BlockExchange(options.BlockWindow, MostOctets, hasSpoken: false);
        if (!HasGeneralBlocks || _blocks.Send(answer, Longest) is not null)
        {
            _blocks = null;
            return new ExceptionResponse(NotAllowed, TooLong, null).ToOctets();
        }

        return TryTakeFurther(out var first) ? first : null;
    }

    private byte[]? AnswerWhole(Pdu pdu, ReadOnlyMemory<byte> octets, bool mayBeLong)
    {
        switch (pdu)
        {
            case AssociationMessage { Tag: ApduTag.AssociationRequest } request:
                _services.Forget();
                var response = _handshake.Answer(request, isOpen: IsAssociated && !client.IsPreEstablished, out var expectedCounter);
                IsAssociated = _handshake.IsAccepted;
                return expectedCounter is null ? response.ToOctets() : new ExceptionResponse(NotAllowed, CounterError, expectedCounter).ToOctets();
            case AssociationMessage { Tag: ApduTag.ReleaseRequest } release:
                var released = _handshake.Release(release, IsAssociated);
                End();
                return released.ToOctets();
            case Ciphered or GeneralCiphered or GeneralCiphering or GeneralSigning:
                return AnswerProtected(octets, mayBeLong);
            case var _ when client.IsCiphered:
                return client.IsPreEstablished ? null : new ExceptionResponse(NotAllowed, NotPossible, null).ToOctets();
            default:
                _waiting = null;
                return AnswerPlain(pdu, mayBeLong)?.ToOctets();
        }
    }

    private byte[]? AnswerProtected(ReadOnlyMemory<byte> octets, bool mayBeLong)
    {
        if (security is null)
        {
            return new ExceptionResponse(NotAllowed, NotSupported, null).ToOctets();
        }

        if (!IsAssociated && !_handshake.AwaitsProof)
        {
            return new ExceptionResponse(NotAllowed, NotPossible, null).ToOctets(); // of an association that ended: nobody's key is doubted for it
        }

        var opened = security.Open(octets, _handshake.ClientTitle);
        if ((opened.Protection.Control & CipheredContent.Broadcast) != 0)
        {
            return client.IsPreEstablished && Pdu.Read(opened.Plain, out _) is { } told ? AnswerNobody(told) : null; // told to many: nobody answers, least of all about a wrong key
        }

        if (opened.ExpectedCounter is { } expected)
        {
            return new ExceptionResponse(NotAllowed, CounterError, expected).ToOctets();
        }

        var protection = opened.Protection.Control & (CipheredContent.Authenticated | CipheredContent.Encrypted);
        if ((protection == 0 && opened.Protection.Form != HostProtection.SignedAlone) || (protection & security.Required) != security.Required || opened.Plain.IsEmpty || Pdu.Read(opened.Plain, out _) is not { } plain)
        {
            return new ExceptionResponse(NotAllowed, DecipheringError, null).ToOctets();
        }

        _protection = _waiting = opened.Protection;
        return AnswerPlain(plain, mayBeLong) is { } answer ? security.Protect(answer.ToOctets(), opened.Protection) : null;
    }

    private byte[]? AnswerNobody(Pdu told)
    {
        _services.Answer(told, int.MaxValue);
        return null;
    }

    private Pdu? AnswerPlain(Pdu pdu, bool mayBeLong)
    {
        if (_handshake.AwaitsProof && pdu is ActionRequest.Normal { Method: { ClassId: 15, Attribute: 1 } } proof)
        {
            var answer = _handshake.TakeProof(proof);
            IsAssociated = _handshake.IsAccepted;
            return answer;
        }

        return IsAssociated ? _services.Answer(pdu, mayBeLong ? int.MaxValue : RoomFor()) ?? (Wanted is null ? Refused(pdu) : null) : new ExceptionResponse(NotAllowed, NotPossible, null);
    }

    /// <summary>Octets an answer may have before it is ciphered.</summary>
    private int RoomFor() => Math.Max(32, Longest - (client.IsCiphered ? CipheredContent.MostAround : 0)
        - (_protection is { IsSigned: true } ? CipheredContent.MostAroundSigned : 0) - (_protection is { Form: >= 2 and < HostProtection.SignedAlone } ? CipheredContent.MostAroundGeneral : 0));

    /// <summary>Services that want no answer get none.</summary>
    private static ExceptionResponse? Refused(Pdu pdu) => pdu switch
    {
        WriteRequest { IsConfirmed: false } or SetRequest { Id.IsConfirmed: false } or ActionRequest { Id.IsConfirmed: false } => null,
        _ => new ExceptionResponse(Unknown, NotSupported, null),
    };
}
