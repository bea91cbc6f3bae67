using System.Security.Cryptography;
using Simulation.Encoding;

namespace Simulation.Dlms;

/// <summary>
/// Ciphering under a global or dedicated key, a second time and from the document alone (specification of AES-GCM in IEC 62056-5-3 clause 9): additional data are SC, AK and, where nothing is
/// enciphered, the text; the nonce is the sender's system title and its counter. Simulated meters have it, and the simulated head-end.
/// </summary>
public sealed class GlobalCipher(byte suite, PlantedBug bug = PlantedBug.None)
{
    private const int TagLength = 12, TitleLength = 8;
    private const byte Authenticated = 0x10, Encrypted = 0x20, Compressed = 0x80;

    /// <summary>What follows the counter: the text as the security control says, and its tag.</summary>
    /// <param name="title">Of who sends it.</param>
    /// <param name="counter">Four octets.</param>
    public byte[] Encipher(byte[] key, byte[] authentication, byte control, ReadOnlySpan<byte> title, ReadOnlySpan<byte> counter, byte[] plain)
    {
        using var gcm = new AesGcm(key, TagLength);
        var (cipher, tag) = (new byte[plain.Length], new byte[TagLength]);
        switch (control & (Authenticated | Encrypted))
        {
            case Authenticated | Encrypted:
                gcm.Encrypt(Nonce(title, counter), plain, cipher, tag, (byte[])[control, .. authentication]);
                return [.. cipher, .. tag];
            case Encrypted:
                gcm.Encrypt(Nonce(title, counter), plain, cipher, tag);
                return cipher;
            case Authenticated:
                return [.. plain, .. Authenticate(key, authentication, control, title, counter, plain)];
            default:
                return plain;
        }
    }

    /// <summary>The text; null where the key is another one, or something was changed.</summary>
    public byte[]? Decipher(byte[]? key, byte[] authentication, byte control, ReadOnlySpan<byte> title, ReadOnlySpan<byte> counter, ReadOnlySpan<byte> payload)
    {
        var tagged = (control & Authenticated) != 0;
        if (key is not { Length: > 0 } || (control & Compressed) != 0 || title.Length != TitleLength || (control & 0x0F) != suite || (tagged && payload.Length < TagLength))
        {
            return null;
        }

        var (body, tag) = tagged ? (payload[..^TagLength].ToArray(), payload[^TagLength..].ToArray()) : (payload.ToArray(), []);
        var plain = new byte[body.Length];
        using var gcm = new AesGcm(key, TagLength);
        switch (control & (Authenticated | Encrypted))
        {
            case Authenticated | Encrypted:
                try
                {
                    gcm.Decrypt(Nonce(title, counter), body, tag, plain, (byte[])[control, .. authentication]);
                    return plain;
                }
                catch (AuthenticationTagMismatchException)
                {
                    return null;
                }

            case Encrypted:
                gcm.Encrypt(Nonce(title, counter), body, plain, new byte[TagLength]);
                return plain;
            case Authenticated:
                return CryptographicOperations.FixedTimeEquals(tag, Authenticate(key, authentication, control, title, counter, body)) ? body : null;
            default:
                return body;
        }
    }

    /// <summary>The tag of a text that stays in clear.</summary>
    public byte[] Authenticate(byte[] key, byte[] authentication, byte control, ReadOnlySpan<byte> title, ReadOnlySpan<byte> counter, ReadOnlySpan<byte> text)
    {
        using var gcm = new AesGcm(key, TagLength);
        var tag = new byte[TagLength];
        gcm.Encrypt(Nonce(title, counter), Array.Empty<byte>(), Array.Empty<byte>(), tag, (byte[])[control, .. authentication, .. text]);
        return tag;
    }

    private byte[] Nonce(ReadOnlySpan<byte> title, ReadOnlySpan<byte> counter) => bug == PlantedBug.InitialVectorOrder ? [.. counter, .. title] : [.. title, .. counter];
}
