namespace Protocols.Dlms.Security;

/// <summary>How a general-ciphering APDU tells its key (IEC 62056-5-3 clause 9).</summary>
public enum GeneralKey : byte
{
    /// <summary>No general-ciphering.</summary>
    None,
    /// <summary>One both sides have: the global unicast or broadcast key.</summary>
    Identified,
    /// <summary>A fresh one, wrapped under the key-encrypting key.</summary>
    Wrapped,
    /// <summary>Agreed: an ephemeral key of the originator, signed, and the recipient's static one: C(1e, 1s).</summary>
    OnePass,
    /// <summary>Agreed: the static keys of both; the transaction id makes it fresh: C(0e, 2s).</summary>
    Static,
}

/// <summary>Ways in which national profiles leave the standard.</summary>
/// <param name="HasAuthenticationKey">The authentication key stands in the additional data.</param>
/// <param name="AlgorithmArc">Fourth octet of the derivation's algorithm id.</param>
/// <param name="IsHeaderInside">The outer header is empty and names no key: the parties are those of the signing APDU inside, and the key is agreed by the static model.</param>
public sealed record EnvelopeRules(bool HasAuthenticationKey, byte AlgorithmArc, bool IsHeaderInside)
{
    /// <summary>The standard's.</summary>
    public static EnvelopeRules Standard { get; } = new(true, 0x05, false);

    /// <summary>Great Britain's (GBCS): no authentication key, arc 6, empty outer headers.</summary>
    public static EnvelopeRules Gbcs { get; } = new(false, 0x06, true);
}
