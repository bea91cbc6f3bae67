namespace Metering.Driver;

/// <summary>How a frame reached the box.</summary>
/// <param name="Source">The driver's name in the configuration (<c>radio0</c>).</param>
/// <param name="Protocol">What its octets are: <c>wmbus</c>, <c>mbus</c>, <c>dlms</c>.</param>
/// <param name="RssiDbm">Received signal strength, null where the link does not tell.</param>
/// <param name="Mode">Link mode (<c>C1+T1</c>), or null.</param>
public sealed record LinkFacts(string Source, string Protocol, int? RssiDbm, string? Mode);

/// <summary>Octets as heard, with what the link knew about them.</summary>
/// <param name="Octets">The frame as the driver hands it up: for wM-Bus from the L field, link CRCs removed. Owned by this record.</param>
/// <param name="Link">How it arrived.</param>
/// <param name="At">When.</param>
/// <param name="ContentHash">First 8 octets of SHA-256 over the frame without link octets and hop bits: equal for copies of one telegram.</param>
public sealed record RawFrame(ReadOnlyMemory<byte> Octets, LinkFacts Link, BoxTime At, ulong ContentHash);

/// <summary>Why octets did not become readings; the order is part of the ledger format.</summary>
public enum FaultKind : byte
{
    /// <summary>Not understood: broken lengths, unknown layout.</summary>
    Malformed,
    /// <summary>Encrypted, and no key is known.</summary>
    NoKey,
    /// <summary>The key does not fit.</summary>
    WrongKey,
    /// <summary>The authentication code does not fit.</summary>
    MacFailed,
    /// <summary>A counter that was seen before.</summary>
    Replayed,
    /// <summary>A security mode or CI field that this version does not decode.</summary>
    Unsupported,
    /// <summary>A compact frame whose record headers are not known yet.</summary>
    FormatUnknown,
    /// <summary>Checksum of the link or the application did not hold.</summary>
    BadChecksum,
}

/// <summary>Why octets did not become readings, in a sentence that names what, where and what to do.</summary>
public sealed record Fault(FaultKind Kind, string Sentence);

/// <summary>How readings were secured on their way.</summary>
/// <param name="Mode">Security mode number of the telegram (wM-Bus TPL mode; 16 + suite for DLMS); -1 for ELL AES-CTR.</param>
/// <param name="KeyId">Which key opened it; 0 for none or the only one.</param>
/// <param name="Counter">Message counter (AFL MCR, ELL session, DLMS invocation counter), null where none exists.</param>
/// <param name="Encrypted">True where it was encrypted and opened.</param>
/// <param name="Authenticated">True where a MAC was checked.</param>
public sealed record SecurityFacts(int Mode, uint KeyId, uint? Counter, bool Encrypted, bool Authenticated)
{
    /// <summary>Neither encrypted nor authenticated.</summary>
    public static SecurityFacts Clear { get; } = new(0, 0, null, false, false);
}
