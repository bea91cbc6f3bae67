namespace Protocols.Dlms.Host;

/// <summary>How an APDU was protected, so that the answer can be protected alike.</summary>
/// <param name="Form">0 a ciphered tag of its own, 1 general-glo-ciphering or general-ded-ciphering, 2 to 5 general-ciphering with an identified, wrapped, one-pass or static key, 6 signed alone.</param>
/// <param name="IsDedicated">Under the dedicated key.</param>
/// <param name="Control">Security control octet.</param>
/// <param name="IsSigned">Signed before it was ciphered.</param>
/// <param name="Transaction">Transaction id of general forms, which the answer repeats.</param>
public readonly record struct HostProtection(int Form, bool IsDedicated, byte Control, bool IsSigned = false, ReadOnlyMemory<byte> Transaction = default)
{
    /// <summary>Signed and not ciphered.</summary>
    public const int SignedAlone = 6;
}

/// <summary>What became of a protected APDU.</summary>
/// <param name="Plain">The APDU; empty where it could not be opened.</param>
/// <param name="Protection">How it was protected.</param>
/// <param name="ExpectedCounter">Where its invocation counter was too low: the one that is expected.</param>
public readonly record struct HostOpened(ReadOnlyMemory<byte> Plain, HostProtection Protection, uint? ExpectedCounter);

/// <summary>
/// The ciphering of a host, as a port: the concentrator plugs its own, a simulated meter a second one written from the document, so that the two can disagree.
/// </summary>
public interface IHostSecurity
{
    /// <summary>System title of the host, 8 octets.</summary>
    ReadOnlyMemory<byte> Title { get; }

    /// <summary>Security suite.</summary>
    byte Suite { get; }

    /// <summary>Bits 10 (authenticated) and 20 (encrypted) that every question must have, by the security policy; one of them at least is always asked for.</summary>
    byte Required => 0;

    /// <summary>Opens an APDU that the client protected.</summary>
    /// <param name="clientTitle">From its AARQ.</param>
    HostOpened Open(ReadOnlyMemory<byte> protectedApdu, ReadOnlyMemory<byte> clientTitle);

    /// <summary>Protects an answer.</summary>
    byte[] Protect(ReadOnlyMemory<byte> plain, HostProtection like);

    /// <summary>Our certificate for signing, as it goes into the AARE with mechanism 7; empty for none.</summary>
    ReadOnlyMemory<byte> Certificate => default;

    /// <summary>Takes the certificate of the client's AARQ with mechanism 7; gives why it is not believed, or null.</summary>
    string? TakeCertificate(ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> clientTitle) => null;

    /// <summary>A challenge, from a generator nobody can guess.</summary>
    byte[] Challenge(int length);

    /// <summary>Whether the client's f(StoC) proves it.</summary>
    bool IsProof(int mechanism, ReadOnlyMemory<byte> value, ReadOnlyMemory<byte> clientTitle, ReadOnlyMemory<byte> clientChallenge, ReadOnlyMemory<byte> serverChallenge);

    /// <summary>Our f(CtoS).</summary>
    byte[] Prove(int mechanism, ReadOnlyMemory<byte> clientTitle, ReadOnlyMemory<byte> clientChallenge, ReadOnlyMemory<byte> serverChallenge);

    /// <summary>Takes the key the client gave for this association; null takes it away.</summary>
    void UseDedicatedKey(ReadOnlyMemory<byte>? key);
}
