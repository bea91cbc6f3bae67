using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Concentrator.Security.Issued;

namespace Concentrator.Security.Sealed;

/// <summary>
/// A secret as it comes: a JWE in compact form (RFC 7516), ECDH-ES on P-256 with A256GCM, nothing else. Whom it is for stands in what the key is derived from:
/// <code>
/// BASE64URL({"alg":"ECDH-ES","enc":"A256GCM","kid":..,"epk":{"kty":"EC","crv":"P-256","x":..,"y":..},"apu":..,"apv":..}) . . nonce . ciphertext . tag
/// </code>
/// </summary>
/// <param name="KeyId">Which key of the box opens it.</param>
/// <param name="Producer">apu: what it is.</param>
/// <param name="Consumer">apv: whom it is for.</param>
internal sealed record SealedText(string KeyId, ECPoint Ephemeral, byte[] Producer, byte[] Consumer, byte[] Header, byte[] Nonce, byte[] Ciphertext, byte[] Tag)
{
    /// <summary>No longer text is looked at.</summary>
    internal const int MostCharacters = 2048;

    internal const int NonceSize = 12, TagSize = 16, CoordinateSize = 32;

    private const int LongestPart = 128;

    /// <summary>The parts, or null and what does not fit.</summary>
    internal static SealedText? Parse(string text, out string? fault)
    {
        if (text.Length > MostCharacters || text.Split('.') is not [var header, "", var nonce, var ciphertext, var tag])
        {
            fault = $"it is no JWE in compact form of at most {MostCharacters} characters: header, two dots, nonce, ciphertext, tag";
            return null;
        }

        if (Decoded(header) is not { } head || Decoded(nonce) is not { Length: NonceSize } iv || Decoded(ciphertext) is not { Length: > 0 } content || Decoded(tag) is not { Length: TagSize } mark)
        {
            fault = $"its parts are no base64url, or not {NonceSize} octets of nonce and {TagSize} of tag";
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(head, new JsonDocumentOptions { MaxDepth = 4 });
            return Read(document.RootElement, Encoding.ASCII.GetBytes(header), iv, content, mark, out fault);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            fault = "its header is no JSON";
            return null;
        }
    }

    private static SealedText? Read(JsonElement root, byte[] header, byte[] nonce, byte[] content, byte[] tag, out string? fault)
    {
        if (root.ValueKind != JsonValueKind.Object || root.TextOf("alg", LongestPart) != "ECDH-ES" || root.TextOf("enc", LongestPart) != "A256GCM")
        {
            fault = "its header wants alg ECDH-ES and enc A256GCM";
            return null;
        }

        if (root.TryGetProperty("crit", out _) || root.TryGetProperty("zip", out _))
        {
            fault = "its header wants extensions that are not known here";
            return null;
        }

        if (root.TextOf("kid", LongestPart) is not { } keyId || Part(root, "apu") is not { } producer || Part(root, "apv") is not { } consumer)
        {
            fault = "its header wants kid, apu and apv";
            return null;
        }

        fault = root.TryGetProperty("epk", out var point) && point.ValueKind == JsonValueKind.Object && point.TextOf("kty", LongestPart) == "EC" && point.TextOf("crv", LongestPart) == "P-256" ? null
            : "its header wants epk, a public key on P-256";
        if (fault is null && Part(point, "x") is { Length: CoordinateSize } x && Part(point, "y") is { Length: CoordinateSize } y)
        {
            return new SealedText(keyId, new ECPoint { X = x, Y = y }, producer, consumer, header, nonce, content, tag);
        }

        fault ??= $"the coordinates of epk are not {CoordinateSize} octets in base64url";
        return null;
    }

    private static byte[]? Part(JsonElement of, string name) => of.TextOf(name, LongestPart) is { } text ? Decoded(text) : null;

    private static byte[]? Decoded(string text)
    {
        var octets = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return Base64Url.IsValid(text, out var length) && Base64Url.TryDecodeFromChars(text, octets, out var written) && written == length ? octets[..written] : null;
    }
}
