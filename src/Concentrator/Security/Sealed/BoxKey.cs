using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Concentrator.Ports;
using Metering.Keys;

namespace Concentrator.Security.Sealed;

/// <summary>
/// The box's own key pair: whoever has a secret for the box seals it to the public key, which is told. The private key stands wrapped in the books, and leaves this object only so.
/// </summary>
internal sealed class BoxKey : IDisposable
{
    private const string Algorithm = "A256GCM";
    private const int KeySize = 32;
    private readonly ECDiffieHellman _pair;
    private readonly Lock _lock = new();

    private BoxKey(ECDiffieHellman pair)
    {
        _pair = pair;
        var point = pair.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        var thumb = SHA256.HashData(Encoding.ASCII.GetBytes($"{{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"{x}\",\"y\":\"{y}\"}}"));
        Public = new BoxPublicKey(Base64Url.EncodeToString(thumb), x, y);
    }

    internal BoxPublicKey Public { get; }

    internal static BoxKey Make() => new(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>A key pair out of the books; null where another device wrapped it.</summary>
    internal static BoxKey? Unwrap(IKeyWrap device, string keyId, ReadOnlySpan<byte> wrapped)
    {
        var octets = device.Unwrap(wrapped, NameOf(keyId));
        if (octets is null)
        {
            return null;
        }

        var pair = ECDiffieHellman.Create();
        try
        {
            pair.ImportPkcs8PrivateKey(octets, out _);
            return new BoxKey(pair);
        }
        catch (CryptographicException)
        {
            pair.Dispose();
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
        }
    }

    /// <summary>The private key for the books.</summary>
    internal byte[] Wrapped(IKeyWrap device)
    {
        var octets = _pair.ExportPkcs8PrivateKey();
        try
        {
            return device.Wrap(octets, NameOf(Public.KeyId));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
        }
    }

    /// <summary>Opens what was sealed to this key. Null and why not; the octets are the caller's, to use and to wipe.</summary>
    internal byte[]? Open(SealedText text, out string? fault)
    {
        if (text.KeyId != Public.KeyId)
        {
            fault = $"it is sealed to key {text.KeyId}, and this box has {Public.KeyId}: see identity, and seal it again";
            return null;
        }

        Span<byte> key = stackalloc byte[KeySize];
        try
        {
            using var other = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = text.Ephemeral });
            Agree(other, text, key);
            var plain = new byte[text.Ciphertext.Length];
            using var cipher = new AesGcm(key, SealedText.TagSize);
            cipher.Decrypt(text.Nonce, text.Ciphertext, text.Tag, plain, text.Header);
            fault = null;
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            fault = "it does not open: it was changed, or sealed for something else";
            return null;
        }
        catch (CryptographicException)
        {
            fault = "epk is no point on P-256";
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public void Dispose() => _pair.Dispose();

    private void Agree(ECDiffieHellman other, SealedText text, Span<byte> key)
    {
        byte[] secret;
        lock (_lock)
        {
            secret = _pair.DeriveRawSecretAgreement(other.PublicKey);
        }

        ConcatKdf.Derive(secret, Algorithm, text.Producer, text.Consumer, key);
        CryptographicOperations.ZeroMemory(secret);
    }

    private static byte[] NameOf(string keyId) => Encoding.UTF8.GetBytes("box key|" + keyId);
}
