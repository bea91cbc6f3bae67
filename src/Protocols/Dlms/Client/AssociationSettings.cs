using Protocols.Dlms.Apdu;
using Protocols.Dlms.Security;

namespace Protocols.Dlms.Client;

/// <summary>How a client associates with a logical device.</summary>
public sealed record AssociationSettings
{
    /// <summary>Client SAP: 16 public, 1 management.</summary>
    public required int Client { get; init; }

    /// <summary>Logical device: 1 management.</summary>
    public int Server { get; init; } = 1;

    /// <summary>How both sides prove themselves.</summary>
    public AuthenticationMechanism Mechanism { get; init; }

    /// <summary>Security suite 0 to 2.</summary>
    public byte Suite { get; init; }

    /// <summary>APDUs are ciphered (application context 3 rather than 1).</summary>
    public bool IsCiphered { get; init; }

    /// <summary>Bits 10 (authenticated) and 20 (encrypted) of the security control octet.</summary>
    public byte Protection { get; init; } = CipheredContent.Authenticated | CipheredContent.Encrypted;

    /// <summary>general-glo-ciphering rather than a ciphered tag for each service.</summary>
    public bool IsGeneral { get; init; }

    /// <summary>general-ciphering, and how it tells its key, rather than the forms for global and dedicated keys.</summary>
    public GeneralKey GeneralKey { get; init; }

    /// <summary>Every service is signed before it is ciphered, and every answer must be.</summary>
    public bool IsSigned { get; init; }

    /// <summary>Ways in which a national profile leaves the standard.</summary>
    public EnvelopeRules Rules { get; init; } = EnvelopeRules.Standard;

    /// <summary>Variables are named by short names (application contexts 2 and 4).</summary>
    public bool UsesShortNames { get; init; }

    /// <summary>A key for this association alone is given in the AARQ.</summary>
    public bool HasDedicatedKey { get; init; }

    /// <summary>The association is there without AARQ (pre-established).</summary>
    public bool IsPreEstablished { get; init; }

    /// <summary>APDUs travel as datagrams, which get lost, doubled, overtaken and forged: what cannot be opened or came before is passed over, and the question asked again.</summary>
    public bool IsOverDatagrams { get; init; }

    /// <summary>The longest APDU the other side of a pre-established association takes, octets, since no AARE tells it; 0 for any.</summary>
    public int PresumedLongestPdu { get; init; }

    /// <summary>Services are told to many under the broadcast key (bit 40 of the security control octet), and nobody answers.</summary>
    public bool IsBroadcast { get; init; }

    /// <summary>What is too long for one APDU goes in general blocks where both sides have them, ciphered as a whole; else in the blocks of its service, each ciphered by itself.</summary>
    public bool PrefersGeneralBlocks { get; init; }

    /// <summary>General blocks we take before we acknowledge, 1 to 63.</summary>
    public int BlockWindow { get; init; } = 8;

    /// <summary>Octets that stand in front of every APDU on its way, and count in the longest PDU: the prefix of a gateway.</summary>
    public int PrefixLength { get; init; }

    /// <summary>Octets of our challenge, 8 to 64; some servers manage 16 only.</summary>
    public int ChallengeLength { get; init; } = 16;

    /// <summary>The longest APDU we take, octets.</summary>
    public ushort LongestPdu { get; init; } = 0xFFFF;

    /// <summary>Services we offer: GET, SET, ACTION with blocks, lists, selective access, general protection and block transfer, ACCESS, notifications.</summary>
    public Conformance Conformance { get; init; } = new(0x60FEDF);

    /// <summary>The client that everybody may be: reads identity, clock and invocation counters.</summary>
    public static AssociationSettings Public { get; } = new() { Client = 16 };
}
