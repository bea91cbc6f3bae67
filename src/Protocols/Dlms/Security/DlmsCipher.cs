using System.Buffers.Binary;
using System.Security.Cryptography;
using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Security;

/// <summary>
/// One key of one meter, for protecting and opening APDUs (IEC 62056-5-3 clause 9, AES-GCM): made once and kept. Not thread-safe.
/// <code>IV = system title of the sender | invocation counter; additional data: SC | AK, and the plain text where it is not encrypted; tag of 12 octets</code>
/// </summary>
public sealed class DlmsCipher : IDisposable
{
    private const int NonceSize = CipheredContent.TitleSize + 4;
    private readonly AesGcm _gcm;
    private readonly byte[] _authenticationKey;
    private byte[] _additional = new byte[256];

    /// <summary>A cipher for a key and the authentication key that goes with it (16 octets each; 32 in suite 2).</summary>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public DlmsCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> authenticationKey)
    {
        if (key.Length is not (16 or 32))
        {
            throw new ArgumentException($"a key of {key.Length} octets belongs to no suite", nameof(key));
        }

        _gcm = new AesGcm(key, CipheredContent.TagSize);
        _authenticationKey = authenticationKey.ToArray();
    }

    /// <summary>Octets that protection adds under a security control.</summary>
    public static int Overhead(byte securityControl) => CipheredContent.HeaderSize + ((securityControl & CipheredContent.Authenticated) != 0 ? CipheredContent.TagSize : 0);

    /// <summary>Protects an APDU: writes security control, counter, octets and tag.</summary>
    /// <param name="securityControl">Suite, authenticated, encrypted, broadcast.</param>
    /// <param name="systemTitle">Of the sender, 8 octets.</param>
    /// <param name="counter">Never used before under this key.</param>
    /// <param name="plain">The whole APDU with its tag.</param>
    /// <param name="content">At least <see cref="Overhead"/> longer than <paramref name="plain"/>.</param>
    /// <returns>Octets written.</returns>
    public int Protect(byte securityControl, ReadOnlySpan<byte> systemTitle, uint counter, ReadOnlySpan<byte> plain, Span<byte> content)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        Nonce(systemTitle, counter, nonce);
        content[0] = securityControl;
        BinaryPrimitives.WriteUInt32BigEndian(content[1..], counter);
        var body = content.Slice(CipheredContent.HeaderSize, plain.Length);
        Span<byte> tag = stackalloc byte[CipheredContent.TagSize];
        if ((securityControl & CipheredContent.Encrypted) != 0)
        {
            _gcm.Encrypt(nonce, plain, body, tag, Additional(securityControl, default));
        }
        else
        {
            plain.CopyTo(body);
            _gcm.Encrypt(nonce, default, default, tag, Additional(securityControl, plain));
        }

        if ((securityControl & CipheredContent.Authenticated) == 0)
        {
            return CipheredContent.HeaderSize + plain.Length;
        }

        tag.CopyTo(content[(CipheredContent.HeaderSize + plain.Length)..]);
        return CipheredContent.HeaderSize + plain.Length + CipheredContent.TagSize;
    }

    /// <summary>Opens what <see cref="Protect"/> of the other side made. The counter is the caller's to judge, after this returned null.</summary>
    /// <param name="content">From the security control on.</param>
    /// <param name="systemTitle">Of the sender, 8 octets.</param>
    /// <param name="plain">At least as long as <paramref name="content"/>.</param>
    /// <param name="length">Octets of the plain APDU.</param>
    /// <returns>Null, or why it is refused; nothing of the plain text is shown then.</returns>
    public string? Open(ReadOnlySpan<byte> content, ReadOnlySpan<byte> systemTitle, Span<byte> plain, out int length)
    {
        length = 0;
        if (content.Length < CipheredContent.HeaderSize || content.Length < Overhead(content[0]) || systemTitle.Length != CipheredContent.TitleSize)
        {
            return $"{content.Length} octets are no ciphered content, or the system title has not {CipheredContent.TitleSize} octets";
        }

        var control = content[0];
        if ((control & CipheredContent.Compressed) != 0)
        {
            return "the APDU is compressed (V.44), which is not read";
        }

        var tagged = (control & CipheredContent.Authenticated) != 0;
        var body = content[CipheredContent.HeaderSize..(tagged ? ^CipheredContent.TagSize : ^0)];
        var tag = tagged ? content[^CipheredContent.TagSize..] : default;
        Span<byte> nonce = stackalloc byte[NonceSize];
        Nonce(systemTitle, BinaryPrimitives.ReadUInt32BigEndian(content[1..]), nonce);
        var target = plain[..body.Length];
        try
        {
            switch (control & (CipheredContent.Authenticated | CipheredContent.Encrypted))
            {
                case CipheredContent.Authenticated | CipheredContent.Encrypted:
                    _gcm.Decrypt(nonce, body, tag, target, Additional(control, default));
                    break;
                case CipheredContent.Authenticated:
                    _gcm.Decrypt(nonce, default, tag, default, Additional(control, body));
                    body.CopyTo(target);
                    break;
                case CipheredContent.Encrypted:
                    Span<byte> unused = stackalloc byte[CipheredContent.TagSize];
                    _gcm.Encrypt(nonce, body, target, unused); // counter mode: encrypting the cipher text gives the plain text
                    break;
                default:
                    body.CopyTo(target);
                    break;
            }
        }
        catch (AuthenticationTagMismatchException)
        {
            target.Clear();
            return "the authentication tag does not fit: a wrong key, a wrong system title, or the APDU was tampered with";
        }

        length = body.Length;
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gcm.Dispose();
        CryptographicOperations.ZeroMemory(_authenticationKey);
    }

    private static void Nonce(ReadOnlySpan<byte> systemTitle, uint counter, Span<byte> nonce)
    {
        systemTitle[..CipheredContent.TitleSize].CopyTo(nonce);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[CipheredContent.TitleSize..], counter);
    }

    /// <summary>SC | AK | text, in one piece; nothing for encryption alone.</summary>
    private ReadOnlySpan<byte> Additional(byte control, ReadOnlySpan<byte> text)
    {
        if ((control & CipheredContent.Authenticated) == 0)
        {
            return default;
        }

        var length = 1 + _authenticationKey.Length + text.Length;
        if (length > _additional.Length)
        {
            _additional = new byte[length * 2];
        }

        _additional[0] = control;
        _authenticationKey.CopyTo(_additional, 1);
        text.CopyTo(_additional.AsSpan(1 + _authenticationKey.Length));
        return _additional.AsSpan(0, length);
    }
}
