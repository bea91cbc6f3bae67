using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Simulation.HeadEnd.Orders;

/// <summary>Writes orders (CONTRACTS section 3) and signs them: a detached JWS, ES256, over the body in its canonical form (RFC 7515 appendix F).</summary>
/// <param name="key">Of the head-end; P-256.</param>
/// <param name="keyId">How the box knows it.</param>
public sealed class OrderSigner(ECDsa key, string keyId)
{
    private static readonly TimeSpan Lasts = TimeSpan.FromHours(1);

    /// <summary>An order with all its members and no signature.</summary>
    /// <param name="arguments">JSON of <c>args</c>.</param>
    public static JsonObject Write(string id, string verb, IReadOnlyList<string> meters, string arguments, DateTime now) => new()
    {
        ["orderId"] = id,
        ["verb"] = verb,
        ["issuedAt"] = Instant(now),
        ["expiresAt"] = Instant(now + Lasts),
        ["nonce"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(12)),
        ["meters"] = new JsonArray([.. meters.Select(meter => JsonValue.Create(meter))]),
        ["args"] = JsonNode.Parse(arguments),
    };

    /// <summary>Puts key and signature to it.</summary>
    public JsonObject Sign(JsonObject order)
    {
        order.Remove("signature");
        order["keyId"] = keyId;
        using var document = JsonDocument.Parse(order.ToJsonString());
        var header = Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes($"{{\"alg\":\"ES256\",\"kid\":\"{keyId}\"}}"));
        var payload = Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(CanonicalForm.Of(document.RootElement)));
        var signature = key.SignData(System.Text.Encoding.ASCII.GetBytes($"{header}.{payload}"), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        order["signature"] = $"{header}..{Base64Url.EncodeToString(signature)}";
        return order;
    }

    /// <summary>An instant as orders write it.</summary>
    public static string Instant(DateTime utc) => utc.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}
