using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Host;

/// <summary>
/// One client's conversation with a logical device, above any framing: takes APDUs, gives answers. What cannot be read, opened or done is answered with the exception or error the
/// standard has for it; nothing throws on what a client sends.
/// </summary>
public sealed class HostAssociation(LogicalDevice device, HostClient client, HostOptions options, IHostSecurity? security)
{
    private const byte NotAllowed = 1, Unknown = 2, NotPossible = 1, NotSupported = 2, DecipheringError = 5, CounterError = 6;
    private readonly HostHandshake _handshake = new(client, options, security);
    private readonly HostServices _services = new(device, client);
    private HostProtection _protection;

    /// <summary>Services may be used.</summary>
    public bool IsAssociated { get; private set; } = client.IsPreEstablished;

    /// <summary>The longest APDU the client takes.</summary>
    public int ClientLongestPdu => _handshake.ClientLongestPdu;

    /// <summary>Forgets the association: the link went away.</summary>
    public void End()
    {
        IsAssociated = client.IsPreEstablished;
        _services.Forget();
        security?.UseDedicatedKey(null);
    }

    /// <summary>The answer to an APDU; null where none is due.</summary>
    public byte[]? Answer(ReadOnlyMemory<byte> octets)
    {
        if (Pdu.Read(octets, out _) is not { } pdu)
        {
            return new ExceptionResponse(Unknown, NotSupported, null).ToOctets();
        }

        switch (pdu)
        {
            case AssociationMessage { Tag: ApduTag.AssociationRequest } request:
                _services.Forget();
                var response = _handshake.Answer(request, isOpen: IsAssociated && !client.IsPreEstablished);
                IsAssociated = _handshake.IsAccepted;
                return response.ToOctets();
            case AssociationMessage { Tag: ApduTag.ReleaseRequest } release:
                var released = _handshake.Release(release, IsAssociated);
                End();
                return released.ToOctets();
            case Ciphered or GeneralCiphered:
                return AnswerProtected(octets);
            case var _ when client.IsCiphered && !client.IsPreEstablished:
                return new ExceptionResponse(NotAllowed, NotPossible, null).ToOctets();
            default:
                return AnswerPlain(pdu)?.ToOctets();
        }
    }

    private byte[]? AnswerProtected(ReadOnlyMemory<byte> octets)
    {
        if (security is null)
        {
            return new ExceptionResponse(NotAllowed, NotSupported, null).ToOctets();
        }

        var opened = security.Open(octets, _handshake.ClientTitle);
        if (opened.ExpectedCounter is { } expected)
        {
            return new ExceptionResponse(NotAllowed, CounterError, expected).ToOctets();
        }

        if (opened.Plain.IsEmpty || Pdu.Read(opened.Plain, out _) is not { } plain)
        {
            return new ExceptionResponse(NotAllowed, DecipheringError, null).ToOctets();
        }

        _protection = opened.Protection;
        return AnswerPlain(plain) is { } answer ? security.Protect(answer.ToOctets(), _protection) : null;
    }

    private Pdu? AnswerPlain(Pdu pdu)
    {
        if (_handshake.AwaitsProof && pdu is ActionRequest.Normal { Method: { ClassId: 15, Attribute: 1 } } proof)
        {
            var answer = _handshake.TakeProof(proof);
            IsAssociated = _handshake.IsAccepted;
            return answer;
        }

        return IsAssociated ? _services.Answer(pdu, RoomFor()) ?? Refused(pdu) : new ExceptionResponse(NotAllowed, NotPossible, null);
    }

    /// <summary>Octets an answer may have before it is ciphered.</summary>
    private int RoomFor()
    {
        var longest = _handshake.ClientLongestPdu == 0 ? options.LongestPdu : Math.Min(options.LongestPdu, _handshake.ClientLongestPdu);
        return Math.Max(32, longest - (client.IsCiphered ? 3 + 3 + 1 + CipheredContent.TitleSize + CipheredContent.HeaderSize + CipheredContent.TagSize : 0));
    }

    /// <summary>Services that want no answer get none.</summary>
    private static ExceptionResponse? Refused(Pdu pdu) => pdu switch
    {
        SetRequest { Id.IsConfirmed: false } or ActionRequest { Id.IsConfirmed: false } => null,
        _ => new ExceptionResponse(Unknown, NotSupported, null),
    };
}
