using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Concentrator.Security.Issued;

/// <summary>A detached JWS (RFC 7515 appendix F), ES256 only: <c>header..signature</c> over the octets that stand elsewhere.</summary>
internal static class DetachedSignature
{
    private const int LongestHeader = 1024, SignatureSize = 64;

    /// <summary>Null where the signature holds; else what is wrong.</summary>
    /// <param name="keyId">Must be the header's kid.</param>
    internal static string? Check(string signature, string keyId, ReadOnlySpan<byte> payload, ECDsa key)
    {
        if (signature.Split('.') is not [{ Length: > 0 and <= LongestHeader } header, "", { Length: > 0 and <= 128 } mark])
        {
            return "the signature is no detached JWS: header, two dots, signature";
        }

        if (!TryDecode(header, out var headerOctets))
        {
            return "the header of the signature is no base64url";
        }

        if (HeaderFault(headerOctets, keyId) is { } fault)
        {
            return fault;
        }

        if (!TryDecode(mark, out var octets) || octets.Length != SignatureSize)
        {
            return $"the signature is not {SignatureSize} octets in base64url";
        }

        var signed = Encoding.ASCII.GetBytes($"{header}.{Base64Url.EncodeToString(payload)}");
        return key.VerifyData(signed, octets, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation) ? null
            : $"the signature does not hold under key {keyId}: the message was changed, or another key signed it";
    }

    private static string? HeaderFault(byte[] octets, string keyId)
    {
        try
        {
            using var header = JsonDocument.Parse(octets);
            var root = header.RootElement;
            return root.ValueKind != JsonValueKind.Object ? "the header of the signature is no object"
                : TextOf(root, "alg") != "ES256" ? $"the signature is {TextOf(root, "alg") ?? "of no algorithm"}; ES256 is wanted"
                : TextOf(root, "kid") != keyId ? $"the signature names key {TextOf(root, "kid") ?? "none"}, and the message {keyId}"
                : root.TryGetProperty("crit", out _) || root.TryGetProperty("b64", out _) ? "the header of the signature wants extensions that are not known here"
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "the header of the signature is no JSON";
        }
    }

    private static string? TextOf(JsonElement header, string name) => header.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool TryDecode(string text, out byte[] octets)
    {
        octets = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (!Base64Url.IsValid(text, out var length) || !Base64Url.TryDecodeFromChars(text, octets, out var written) || written != length)
        {
            return false;
        }

        octets = octets[..written];
        return true;
    }
}
