using System.Security.Cryptography;

namespace Protocols.Dlms.Security;

/// <summary>
/// What one side has beyond the global keys: its own private keys and certificate, what it knows of the other side, and whom it trusts. For mechanism 7, general-signing, and general-ciphering
/// under wrapped and agreed keys. Not thread-safe.
/// </summary>
public sealed class Credentials : IDisposable
{
    /// <summary>Our private key for signing; null for none.</summary>
    public ECDsa? Signing { get; init; }

    /// <summary>Our private key for agreeing on keys; null for none.</summary>
    public ECDiffieHellman? Agreement { get; init; }

    /// <summary>Our certificate for signing, as it travels in the AARQ or AARE; empty for none.</summary>
    public ReadOnlyMemory<byte> Certificate { get; init; }

    /// <summary>Whose certificates are believed; null where public keys are configured instead.</summary>
    public CertificateTrust? Trust { get; init; }

    /// <summary>When certificates are judged.</summary>
    public DateTimeOffset JudgedAt { get; set; }

    /// <summary>The other side's public key for signatures, x and y; empty where its certificate tells it.</summary>
    public ReadOnlyMemory<byte> TheirSigning { get; set; }

    /// <summary>The other side's public key for agreeing on keys, x and y; empty for none.</summary>
    public ReadOnlyMemory<byte> TheirAgreement { get; set; }

    /// <summary>The other side's certificate for signing, configured for one that shows none; empty for none.</summary>
    public ReadOnlyMemory<byte> KnownSigning { get; init; }

    /// <summary>The other side's certificate for agreeing on keys, which no message of an association shows; empty for none.</summary>
    public ReadOnlyMemory<byte> KnownAgreement { get; init; }

    /// <summary>Key-encrypting key both sides have; empty for none.</summary>
    public ReadOnlyMemory<byte> Wrapping { get; set; }

    /// <summary>Takes the other side's certificate for signing: the one it shows, or else the one that is known of it. Gives why it is not believed; null where it is.</summary>
    public string? Take(ReadOnlyMemory<byte> shown, ReadOnlySpan<byte> title)
    {
        if (Trust is null)
        {
            return null; // its key is configured; what it says of itself is not asked for
        }

        var fault = Trust.Judge(shown.IsEmpty ? KnownSigning : shown, CertificateUse.Signing, title, JudgedAt, out var key);
        TheirSigning = fault is null ? key : default(ReadOnlyMemory<byte>);
        return fault;
    }

    /// <summary>Takes the certificate for agreeing on keys that is known of the other side, now that its title is. Gives why it is not believed; null where it is.</summary>
    public string? TakeAgreement(ReadOnlySpan<byte> title)
    {
        if (Trust is null)
        {
            return null;
        }

        var fault = Trust.Judge(KnownAgreement, CertificateUse.Agreement, title, JudgedAt, out var key);
        TheirAgreement = fault is null ? key : default(ReadOnlyMemory<byte>);
        return fault;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Signing?.Dispose();
        Agreement?.Dispose();
    }
}
