using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Security;

/// <summary>What one side of a high level authentication knows (IEC 62056-5-3 clause 9: the four passes).</summary>
/// <param name="OwnTitle">System title of the side that proves itself.</param>
/// <param name="OtherTitle">System title of the side it proves itself to.</param>
/// <param name="Received">The challenge it got.</param>
/// <param name="Sent">The challenge it gave.</param>
public readonly record struct HlsFacts(ReadOnlyMemory<byte> OwnTitle, ReadOnlyMemory<byte> OtherTitle, ReadOnlyMemory<byte> Received, ReadOnlyMemory<byte> Sent)
{
    /// <summary>The same seen from the other side.</summary>
    public HlsFacts Turned => new(OtherTitle, OwnTitle, Sent, Received);
}

/// <summary>f(challenge) of the authentication mechanisms 2 to 7. Comparisons take the same time whatever differs.</summary>
public static class HlsValue
{
    private const int GmacSize = CipheredContent.HeaderSize + CipheredContent.TagSize;

    /// <summary>The value of mechanisms 2, 3, 4 and 6; null for the others, which need more than a secret.</summary>
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "mechanism 4 is SHA-1 by the standard; meters in the field have no other")]
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "mechanism 3 is MD5 by the standard; meters in the field have no other")]
    public static byte[]? Of(AuthenticationMechanism mechanism, ReadOnlySpan<byte> secret, in HlsFacts facts) => mechanism switch
    {
        AuthenticationMechanism.Manufacturer => Enciphered(secret, facts.Received.Span),
        AuthenticationMechanism.Md5 => MD5.HashData([.. facts.Received.Span, .. secret]),
        AuthenticationMechanism.Sha1 => SHA1.HashData([.. facts.Received.Span, .. secret]),
        AuthenticationMechanism.Sha256 => SHA256.HashData([.. secret, .. Signed(facts)]),
        _ => null,
    };

    /// <summary>The value of mechanism 5: <code>security control | invocation counter | GMAC over the challenge</code></summary>
    /// <param name="counter">Never used before under the cipher's key.</param>
    public static byte[] Gmac(DlmsCipher cipher, byte suite, uint counter, in HlsFacts facts)
    {
        var content = new byte[facts.Received.Length + GmacSize];
        cipher.Protect((byte)(CipheredContent.Authenticated | suite), facts.OwnTitle.Span, counter, facts.Received.Span, content);
        return [.. content[..CipheredContent.HeaderSize], .. content[^CipheredContent.TagSize..]];
    }

    /// <summary>Whether a value of mechanism 5 proves that its sender has the key.</summary>
    /// <param name="facts">As the sender of the value knows them.</param>
    public static bool IsGmac(DlmsCipher cipher, ReadOnlySpan<byte> value, in HlsFacts facts)
    {
        if (value.Length != GmacSize || (value[0] & 0xF0) != CipheredContent.Authenticated)
        {
            return false;
        }

        byte[] content = [.. value[..CipheredContent.HeaderSize], .. facts.Received.Span, .. value[CipheredContent.HeaderSize..]];
        return cipher.Open(content, facts.OwnTitle.Span, new byte[content.Length], out _) is null;
    }

    /// <summary>The value of mechanism 7: r and s, P-256 with SHA-256 or P-384 with SHA-384.</summary>
    public static byte[] Signature(ECDsa key, in HlsFacts facts) => Signatures.Sign(key, Signed(facts));

    /// <summary>Whether a value of mechanism 7 was made by the owner of the public key.</summary>
    public static bool IsSignature(ECDsa key, ReadOnlySpan<byte> value, in HlsFacts facts) => Signatures.Holds(key, Signed(facts), value);

    /// <summary>Compares in constant time.</summary>
    public static bool AreEqual(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => CryptographicOperations.FixedTimeEquals(one, other);

    private static byte[] Signed(in HlsFacts facts) => [.. facts.OwnTitle.Span, .. facts.OtherTitle.Span, .. facts.Received.Span, .. facts.Sent.Span];

    [SuppressMessage("Security", "CA5358:Review cipher mode usage with cryptography experts", Justification = "one challenge under the secret, as the makers that use mechanism 2 do")]
    private static byte[]? Enciphered(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> challenge)
    {
        if (secret.Length is not (16 or 32) || challenge.IsEmpty)
        {
            return null;
        }

        using var aes = Aes.Create();
        aes.SetKey(secret);
        var padded = new byte[(challenge.Length + 15) / 16 * 16];
        challenge.CopyTo(padded);
        return aes.EncryptEcb(padded, PaddingMode.None);
    }
}
