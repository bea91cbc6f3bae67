using System.Security.Cryptography;
using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Host;

/// <summary>The host's side of association, high level authentication and release (IEC 62056-5-3 clauses 7 and 9).</summary>
internal sealed class HostHandshake(HostClient client, HostOptions options, IHostSecurity? security)
{
    private const byte Accepted = 0, RefusedForGood = 1, None = 0, NoReason = 1, WrongContext = 2, WrongMechanism = 11, Failed = 13, Required = 14;
    private const int Ecdsa = 7;
    private static readonly byte[] NameHead = [0x06, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08];
    private ReadOnlyMemory<byte> _theirs, _ours;
    private uint _conformance;

    /// <summary>System title of the client; empty where it told none.</summary>
    internal ReadOnlyMemory<byte> ClientTitle { get; private set; } = client.Title;

    /// <summary>Services both sides have.</summary>
    internal Conformance Agreed => new(_conformance);

    /// <summary>The longest APDU the client takes; 0 for any.</summary>
    internal int ClientLongestPdu { get; private set; } = options.LongestPdu;

    /// <summary>A challenge was given and not answered yet.</summary>
    internal bool AwaitsProof { get; private set; }

    /// <summary>The client may use services.</summary>
    internal bool IsAccepted { get; private set; }

    private bool IsHigh => client.Mechanism >= 2;

    /// <summary>The AARE.</summary>
    /// <param name="isOpen">This client has an association already: a second one is refused.</param>
    /// <param name="expectedCounter">Where the request's invocation counter was too low: the one to be told instead.</param>
    internal AssociationMessage Answer(AssociationMessage request, bool isOpen, out uint? expectedCounter)
    {
        expectedCounter = null;
        if (isOpen)
        {
            return Refuse(request, NoReason);
        }

        (IsAccepted, AwaitsProof) = (false, false);
        ClientTitle = request.SystemTitle ?? default;
        if (request.ContextId != (client.IsCiphered ? 3 : 1) + (client.UsesShortNames ? 1 : 0))
        {
            return Refuse(request, WrongContext);
        }

        if (request.MechanismId != client.Mechanism)
        {
            return Refuse(request, WrongMechanism);
        }

        _theirs = request.AuthenticationValue ?? default;
        if (client.Mechanism == 1 && !CryptographicOperations.FixedTimeEquals(_theirs.Span, client.Password.Span))
        {
            return Refuse(request, Failed);
        }

        if ((IsHigh && _theirs.Length is < 8 or > 64) || !TakeInitiate(request, out var dedicated, out var protection, out expectedCounter))
        {
            return Refuse(request, IsHigh ? Failed : NoReason);
        }

        if (client.Mechanism == Ecdsa && security?.TakeCertificate(request.Certificate ?? default, ClientTitle) is not null)
        {
            return Refuse(request, Failed);
        }

        security?.UseDedicatedKey(dedicated);
        _ours = IsHigh && security is not null ? security.Challenge(options.ChallengeLength) : default;
        (AwaitsProof, IsAccepted) = (IsHigh, !IsHigh);
        return Accept(request, protection);
    }

    /// <summary>The RLRE; with the initiate response again where the client gave its initiate.</summary>
    internal AssociationMessage Release(AssociationMessage release, bool isOpen)
    {
        (AwaitsProof, IsAccepted) = (false, false);
        var fields = new List<(byte, ReadOnlyMemory<byte>)> { (AssociationMessage.Reason, (byte[])[0]) };
        if (isOpen && client.IsCiphered && release.Initiate is { } initiate && Open(initiate) is { Plain.IsEmpty: false } opened)
        {
            fields.Add((AssociationMessage.UserInformation, Inner(0x04, security!.Protect(Initiate(), opened.Protection))));
        }

        return AssociationMessage.Of(ApduTag.ReleaseResponse, fields);
    }

    /// <summary>Judges f(StoC), and answers with f(CtoS).</summary>
    internal ActionResponse TakeProof(ActionRequest.Normal request)
    {
        AwaitsProof = false;
        var value = request.Parameters is { Length: > 2 } data && data.Span[0] == 0x09 ? data[2..] : default;
        IsAccepted = security?.IsProof(client.Mechanism, value, ClientTitle, _theirs, _ours) ?? false;
        if (!IsAccepted)
        {
            return new ActionResponse.Normal(request.Id, new ActionResult(CosemObject.Denied, null));
        }

        var proof = security!.Prove(client.Mechanism, ClientTitle, _theirs, _ours);
        return new ActionResponse.Normal(request.Id, new ActionResult(0, new DataResult((byte[])[0x09, (byte)proof.Length, .. proof], null)));
    }

    private bool TakeInitiate(AssociationMessage request, out ReadOnlyMemory<byte>? dedicated, out HostProtection? protection, out uint? expectedCounter)
    {
        (dedicated, protection, expectedCounter) = (null, null, null);
        var octets = request.Initiate ?? default;
        if (octets.IsEmpty)
        {
            return false;
        }

        if (client.IsCiphered)
        {
            var opened = Open(octets) ?? default;
            if (opened.Plain.IsEmpty)
            {
                expectedCounter = opened.ExpectedCounter;
                return false;
            }

            (octets, protection) = (opened.Plain, opened.Protection);
        }

        if (Pdu.Read(octets, out _) is not InitiateRequest initiate)
        {
            return false;
        }

        dedicated = initiate.DedicatedKey;
        ClientLongestPdu = initiate.LongestPdu;
        _conformance = initiate.Conformance.Bits & options.Conformance;
        return initiate.Version == 6;
    }

    /// <summary>Only what is ciphered goes to the security: it may count on the octets of a header.</summary>
    private HostOpened? Open(ReadOnlyMemory<byte> octets) => Pdu.Read(octets, out _) is Ciphered or GeneralCiphered ? security?.Open(octets, ClientTitle) : null;

    private AssociationMessage Accept(AssociationMessage request, HostProtection? protection)
    {
        var fields = Head(request, Accepted, IsHigh ? Required : None);
        if (IsHigh)
        {
            if (client.Mechanism == Ecdsa && security is { Certificate.IsEmpty: false })
            {
                fields.Add((AssociationMessage.RespondingCertificate, Inner(0x04, security.Certificate.Span)));
            }

            fields.Add((AssociationMessage.RespondingRequirements, (byte[])[0x07, 0x80]));
            fields.Add((AssociationMessage.RespondingMechanism, (byte[])[.. NameHead[2..], 2, (byte)client.Mechanism]));
            fields.Add((AssociationMessage.RespondingValue, Inner(0x80, _ours.Span)));
        }

        var initiate = Initiate();
        fields.Add((AssociationMessage.UserInformation, Inner(0x04, protection is { } like ? security!.Protect(initiate, like) : initiate)));
        return AssociationMessage.Of(ApduTag.AssociationResponse, fields);
    }

    private byte[] Initiate() => new InitiateResponse(null, 6, new Conformance(_conformance), (ushort)options.LongestPdu, client.UsesShortNames ? (ushort)0xFA00 : (ushort)0x0007).ToOctets();

    private AssociationMessage Refuse(AssociationMessage request, byte diagnostic) => AssociationMessage.Of(ApduTag.AssociationResponse, Head(request, RefusedForGood, diagnostic));

    private List<(byte Tag, ReadOnlyMemory<byte> Content)> Head(AssociationMessage request, byte result, byte diagnostic)
    {
        var fields = new List<(byte, ReadOnlyMemory<byte>)>
        {
            (AssociationMessage.ContextName, request[AssociationMessage.ContextName] ?? (byte[])[.. NameHead, 1, 1]),
            (AssociationMessage.Result, (byte[])[0x02, 0x01, result]),
            (AssociationMessage.Diagnostic, (byte[])[0xA1, 0x03, 0x02, 0x01, diagnostic]),
        };
        if (security is not null && !ClientTitle.IsEmpty)
        {
            fields.Add((AssociationMessage.RespondingTitle, Inner(0x04, security.Title.Span)));
        }

        return fields;
    }

    private static byte[] Inner(byte tag, ReadOnlySpan<byte> octets) => AssociationMessage.Inner(tag, octets);
}
