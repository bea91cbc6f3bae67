using Protocols.Dlms.Apdu;
using Protocols.Dlms.Security;

namespace Protocols.Dlms.Client;

/// <summary>The messages of association and release, and the four passes of high level authentication (IEC 62056-5-3 clauses 7 and 9).</summary>
internal sealed class AssociationHandshake(AssociationSettings settings, ClientSecurity? security, ReadOnlyMemory<byte> secret, Func<int, byte[]> random)
{
    private const byte AuthenticationRequired = 14, Accepted = 0;
    private static readonly byte[] NameHead = [0x06, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08];
    private byte[] _challenge = [];
    private HlsFacts _facts;
    private ReadOnlyMemory<byte> _certificate;
    private ActionProcedure? _proof;

    /// <summary>What both sides offer.</summary>
    internal Conformance Agreed { get; private set; }

    /// <summary>The longest APDU the other side takes.</summary>
    internal int ServerLongestPdu { get; private set; }

    /// <summary>Octets that ciphering adds to an APDU at most: tag, lengths, system title, header, authentication tag; header and signature; header, and a signed ephemeral key.</summary>
    internal int Overhead => settings.IsCiphered ? CipheredContent.MostAround + (settings.IsSigned ? CipheredContent.MostAroundSigned : 0) + (settings.GeneralKey != GeneralKey.None ? CipheredContent.MostAroundGeneral : 0) : 0;

    /// <summary>Why the other side is not who it says; null where it proved it. To be asked when the proof procedure is done.</summary>
    internal string? Disproof => Judge(_proof!.Result);

    private bool IsHigh => settings.Mechanism >= AuthenticationMechanism.Manufacturer;

    /// <summary>A pre-established association: what an AARE would tell is presumed.</summary>
    internal void Presume() => (Agreed, ServerLongestPdu) = (settings.Conformance, settings.PresumedLongestPdu);

    internal AssociationMessage Request()
    {
        var fields = new List<(byte, ReadOnlyMemory<byte>)> { (AssociationMessage.ContextName, (byte[])[.. NameHead, 1, (byte)((settings.IsCiphered ? 3 : 1) + (settings.UsesShortNames ? 1 : 0))]) };
        if (security is not null)
        {
            fields.Add((AssociationMessage.CallingTitle, Inner(0x04, security.Title.Span)));
        }

        if (settings.Mechanism == AuthenticationMechanism.Ecdsa && security?.Credentials is { Certificate: { IsEmpty: false } certificate })
        {
            fields.Add((AssociationMessage.CallingCertificate, Inner(0x04, certificate.Span)));
        }

        if (settings.Mechanism != AuthenticationMechanism.None)
        {
            _challenge = IsHigh ? random(settings.ChallengeLength) : secret.ToArray();
            fields.Add((AssociationMessage.Requirements, (byte[])[0x07, 0x80]));
            fields.Add((AssociationMessage.Mechanism, (byte[])[.. NameHead[2..], 2, (byte)settings.Mechanism]));
            fields.Add((AssociationMessage.CallingValue, Inner(0x80, _challenge)));
        }

        ReadOnlyMemory<byte>? none = null;
        ReadOnlyMemory<byte>? dedicated = settings is { HasDedicatedKey: true, IsCiphered: true } ? security!.MakeDedicatedKey() : none;
        fields.Add((AssociationMessage.UserInformation, Inner(0x04, Initiate(dedicated).ToOctets())));
        return AssociationMessage.Of(ApduTag.AssociationRequest, fields);
    }

    /// <summary>A release; in a ciphered association it carries the initiate again, so that nobody else can end it.</summary>
    internal AssociationMessage Release()
    {
        var fields = new List<(byte, ReadOnlyMemory<byte>)> { (AssociationMessage.Reason, (byte[])[0]) };
        if (settings.IsCiphered)
        {
            fields.Add((AssociationMessage.UserInformation, Inner(0x04, Initiate(null).ToOctets())));
        }

        return AssociationMessage.Of(ApduTag.ReleaseRequest, fields);
    }

    /// <summary>Takes the AARE. Gives why it is refused, or null; then the proof to run, or null where none is wanted.</summary>
    internal string? Take(AssociationMessage response, out ActionProcedure? proof)
    {
        proof = null;
        if (security is not null && response.SystemTitle is { Length: CipheredContent.TitleSize } title)
        {
            security.ServerTitle = title;
        }

        _certificate = response.Certificate ?? default;
        var result = response.AssociationResult;
        var wantsProof = response.DiagnosticValue == AuthenticationRequired && IsHigh;
        if (result != Accepted && !(result is null && wantsProof))
        {
            return ErrorText.OfRefusal(result, response.DiagnosticValue);
        }

        if (TakeInitiate(response.Initiate) is { } fault)
        {
            return fault;
        }

        return TakeCertificates() ?? (IsHigh ? Challenge(response.AuthenticationValue, out proof) : null);
    }

    /// <summary>Whoever proves itself, signs, or agrees on keys with us is believed by certificates, as far as we were not given its keys.</summary>
    private string? TakeCertificates()
    {
        if (security?.Credentials is not { } credentials)
        {
            return null;
        }

        var signs = settings.Mechanism == AuthenticationMechanism.Ecdsa || settings.IsSigned || settings.GeneralKey == GeneralKey.OnePass;
        return (signs ? credentials.Take(_certificate, security.ServerTitle.Span) : null)
            ?? (settings.GeneralKey is GeneralKey.OnePass or GeneralKey.Static ? credentials.TakeAgreement(security.ServerTitle.Span) : null);
    }

    private string? TakeInitiate(ReadOnlyMemory<byte>? initiate)
    {
        if (initiate is not { } octets || Pdu.Read(octets, out _) is not { } pdu)
        {
            return "the AARE holds no initiate response";
        }

        if (pdu is Ciphered or GeneralCiphered)
        {
            if (security is null)
            {
                return "the AARE is ciphered, and this association has no keys";
            }

            if (security.OpenInitiate(pdu, out var plain) is { } fault)
            {
                return "the AARE cannot be opened: " + fault;
            }

            pdu = Pdu.Read(plain, out _);
        }
        else if (settings.IsCiphered)
        {
            return "the AARE accepts a ciphered association in clear";
        }

        switch (pdu)
        {
            case InitiateResponse response:
                Agreed = new Conformance(response.Conformance.Bits & settings.Conformance.Bits);
                ServerLongestPdu = response.LongestPdu == 0 ? 0 : Math.Max(1, response.LongestPdu - settings.PrefixLength);
                return null;
            case ConfirmedServiceError error:
                return ErrorText.Of(error);
            default:
                return "the AARE holds no initiate response";
        }
    }

    private string? Challenge(ReadOnlyMemory<byte>? theirs, out ActionProcedure? proof)
    {
        proof = null;
        if (theirs is not { Length: >= 8 and <= 64 } received)
        {
            return "the AARE holds no challenge of 8 to 64 octets";
        }

        if (received.Span.SequenceEqual(_challenge))
        {
            return "the meter's challenge is our own: somebody reflects it";
        }

        _facts = new HlsFacts(security?.Title ?? default, security?.ServerTitle ?? default, received, _challenge);
        var value = settings.Mechanism is AuthenticationMechanism.Gmac or AuthenticationMechanism.Ecdsa ? security?.Prove(settings.Mechanism, _facts) : HlsValue.Of(settings.Mechanism, secret.Span, _facts);
        if (value is null)
        {
            return $"mechanism {(int)settings.Mechanism} wants keys that are not there";
        }

        proof = _proof = new ActionProcedure(new AttributeDescriptor(15, new Metering.Obis(0, 0, 40, 0, 0, 255), 1), (byte[])[0x09, (byte)value.Length, .. value]);
        return null;
    }

    private string? Judge(in ActionResult result)
    {
        if (result.Result != 0 || result.Return is not { Error: null } data)
        {
            return result.Result != 0 ? $"the meter refused our proof with action-result {result.Result}: is the key or the secret right?" : "the meter gave no proof of its own";
        }

        var octets = data.Data.Span;
        if (octets.Length < 2 || octets[0] != 0x09 || octets[1] != octets.Length - 2)
        {
            return "the meter's proof is no octet string";
        }

        var facts = _facts.Turned;
        var holds = settings.Mechanism is AuthenticationMechanism.Gmac or AuthenticationMechanism.Ecdsa
            ? security!.IsProof(settings.Mechanism, octets[2..], facts)
            : HlsValue.Of(settings.Mechanism, secret.Span, facts) is { } expected && HlsValue.AreEqual(expected, octets[2..]);
        return holds ? null : "the meter's proof does not hold: it has another key, or it is another meter";
    }

    private Pdu Initiate(ReadOnlyMemory<byte>? dedicated)
    {
        var initiate = new InitiateRequest(dedicated, null, null, 6, settings.Conformance, settings.LongestPdu);
        return settings.IsCiphered ? security!.ProtectInitiate(initiate) : initiate;
    }

    private static byte[] Inner(byte tag, ReadOnlySpan<byte> octets) =>
        AssociationMessage.Inner(tag, octets);
}
