using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Substation.Orders;

/// <summary>A head-end that writes orders, without the product's canonical form: members stand in the order that form has.</summary>
internal sealed record SignedOrder(string Id, string Args = "{}", string[]? Meters = null)
{
    /// <summary>When it is written where nothing else is said.</summary>
    internal static DateTimeOffset Start { get; } = new(2026, 11, 25, 8, 0, 0, TimeSpan.Zero);

    internal DateTimeOffset Issued { get; init; } = Start;

    internal DateTimeOffset Expires { get; init; } = Start.AddHours(2);

    internal DateTimeOffset? NotBefore { get; init; }

    internal string? Nonce { get; init; }

    internal string KeyId { get; init; } = "hes-1";

    /// <summary>Stands under the signature, where it is given.</summary>
    internal string? Verb { get; init; }

    /// <summary>The body without a signature.</summary>
    internal string Unsigned(bool withKey = false) => $"{{\"args\":{Args},\"expiresAt\":\"{Text(Expires)}\",\"issuedAt\":\"{Text(Issued)}\""
        + (withKey ? $",\"keyId\":\"{KeyId}\"" : "")
        + $",\"meters\":[{string.Join(',', (Meters ?? ["LGZ1030655933512"]).Select(meter => $"\"{meter}\""))}],\"nonce\":\"{Nonce ?? "n-" + Id}\""
        + (NotBefore is { } begins ? $",\"notBefore\":\"{Text(begins)}\"" : "") + $",\"orderId\":\"{Id}\"" + (Verb is null ? "" : $",\"verb\":\"{Verb}\"") + "}";

    internal string By(ECDsa key)
    {
        var body = Unsigned(withKey: true);
        var header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"alg\":\"ES256\",\"kid\":\"{KeyId}\"}}"));
        var mark = Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes($"{header}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(body))}"), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        return $"{body[..^1]},\"signature\":\"{header}..{mark}\"}}";
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
