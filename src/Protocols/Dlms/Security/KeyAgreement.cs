using System.Security.Cryptography;

namespace Protocols.Dlms.Security;

/// <summary>What a derived key is for: the last octet of the algorithm id 2.16.756.5.8.3.n (IEC 62056-5-3 clause 9).</summary>
public enum DerivedKey : byte
{
    /// <summary>AES-GCM-128, suites 0 and 1.</summary>
    Gcm128 = 0,
    /// <summary>AES-GCM-256, suite 2.</summary>
    Gcm256 = 1,
    /// <summary>AES-128 key wrap.</summary>
    Wrap128 = 2,
    /// <summary>AES-256 key wrap.</summary>
    Wrap256 = 3,
}

/// <summary>
/// Key agreement of suites 1 and 2: ECDH over P-256 or P-384, then one round of the concatenation derivation (NIST SP 800-56A):
/// <code>hash(00000001 | Z | 60857405 08 03 id | party U | party V), cut to the key's length</code>
/// </summary>
public static class KeyAgreement
{
    private const int CoordinateOfSuite1 = 32, CoordinateOfSuite2 = 48;
    private const byte StandardArc = 0x05;

    /// <summary>Derives a key from a shared secret.</summary>
    /// <param name="secret">Z, as long as a coordinate.</param>
    /// <param name="use">What the key is for; its length and hash follow.</param>
    /// <param name="partyU">System title of the originator.</param>
    /// <param name="partyV">System title of the recipient; in the static model with the transaction id and its length octet in front.</param>
    /// <param name="arc">Fourth octet of the algorithm id; national profiles have one of their own.</param>
    public static byte[] Derive(ReadOnlySpan<byte> secret, DerivedKey use, ReadOnlySpan<byte> partyU, ReadOnlySpan<byte> partyV, byte arc = StandardArc)
    {
        byte[] input = [0, 0, 0, 1, .. secret, 0x60, 0x85, 0x74, arc, 0x08, 0x03, (byte)use, .. partyU, .. partyV];
        var key = use is DerivedKey.Gcm256 or DerivedKey.Wrap256 ? SHA384.HashData(input).AsSpan(0, 32) : SHA256.HashData(input).AsSpan(0, 16);
        CryptographicOperations.ZeroMemory(input);
        return key.ToArray();
    }

    /// <summary>The shared secret of our private and their public key. Null where theirs is no point of our curve.</summary>
    /// <param name="theirs">x and y, 64 or 96 octets.</param>
    public static byte[]? Secret(ECDiffieHellman ours, ReadOnlySpan<byte> theirs)
    {
        if (PointOf(theirs) is not { } point)
        {
            return null;
        }

        try
        {
            using var other = ECDiffieHellman.Create(point);
            return other.KeySize == ours.KeySize ? ours.DeriveRawSecretAgreement(other.PublicKey) : null;
        }
        catch (CryptographicException)
        {
            return null; // the platform refuses points that are not on the curve
        }
    }

    /// <summary>A public key as x and y.</summary>
    public static byte[] PublicOctets(ECAlgorithm key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return [.. point.X!, .. point.Y!];
    }

    /// <summary>A public key of x and y, for verifying signatures. Null where it is no point of a curve of the suites.</summary>
    public static ECDsa? Verifier(ReadOnlySpan<byte> octets)
    {
        try
        {
            return PointOf(octets) is { } point ? ECDsa.Create(point) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static ECParameters? PointOf(ReadOnlySpan<byte> octets)
    {
        var length = octets.Length / 2;
        return octets.Length is 2 * CoordinateOfSuite1 or 2 * CoordinateOfSuite2
            ? new ECParameters
            {
                Curve = length == CoordinateOfSuite1 ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384,
                Q = new ECPoint { X = octets[..length].ToArray(), Y = octets[length..].ToArray() },
            }
            : null;
    }
}
