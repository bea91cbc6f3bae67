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

    /// <summary>Key-encrypting key both sides have; empty for none.</summary>
    public ReadOnlyMemory<byte> Wrapping { get; set; }

    /// <summary>Takes the other side's certificate. Gives why it is not believed; null where it is.</summary>
    public string? Take(ReadOnlyMemory<byte> certificate, ReadOnlySpan<byte> title)
    {
        if (Trust is null)
        {
            return null; // its key is configured; what it says of itself is not asked for
        }

        var fault = Trust.Judge(certificate, CertificateUse.Signing, title, JudgedAt, out var key);
        TheirSigning = fault is null ? key : TheirSigning;
        return fault;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Signing?.Dispose();
        Agreement?.Dispose();
    }
}
