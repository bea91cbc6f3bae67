using System.Security.Cryptography;

namespace Protocols.Dlms.Security;

/// <summary>ECDSA as suites 1 and 2 have it: r and s in fixed width, P-256 with SHA-256, P-384 with SHA-384.</summary>
public static class Signatures
{
    /// <summary>Signs octets.</summary>
    public static byte[] Sign(ECDsa key, ReadOnlySpan<byte> octets) => key.SignData(octets, HashOf(key), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>Whether the owner of the public key signed the octets.</summary>
    public static bool Holds(ECDsa key, ReadOnlySpan<byte> octets, ReadOnlySpan<byte> signature) =>
        key.VerifyData(octets, signature, HashOf(key), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    private static HashAlgorithmName HashOf(ECDsa key) => key.KeySize > 256 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
}
