using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Concentrator.Security.Issued;
using Metering;

namespace Concentrator.Orders;

/// <summary>An order as it came over <c>cmd/{verb}</c> (CONTRACTS section 3), and the octets that are signed: the body without its signature in the form of RFC 8785.</summary>
internal sealed record CommandMessage(
    string OrderId, DateTime IssuedAt, DateTime? NotBefore, DateTime ExpiresAt, string Nonce, IReadOnlyList<MeterId> Meters, string Arguments, string? KeyId, string? Signature, byte[] Signed)
{
    /// <summary>The verb under the signature, where the head-end puts it there: the topic alone is not signed. Null where it does not.</summary>
    internal string? Verb { get; private init; }

    /// <summary>No longer body is looked at.</summary>
    internal const int MostOctets = 768 * 1024;

    private const int LongestId = 64, MostMeters = 100_000;

    /// <summary>The order, or null and what does not fit; the id where at least that could be read.</summary>
    internal static CommandMessage? Parse(ReadOnlyMemory<byte> body, out string? orderId, out string? fault)
    {
        orderId = null;
        if (body.IsEmpty || body.Length > MostOctets)
        {
            fault = body.IsEmpty ? "the message is empty" : $"the order has {body.Length} octets, more than {MostOctets}";
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
            return Read(document.RootElement, out orderId, out fault);
        }
        catch (JsonException e)
        {
            fault = $"the order is no JSON: line {e.LineNumber + 1}, octet {e.BytePositionInLine}";
            return null;
        }
    }

    private static CommandMessage? Read(JsonElement root, out string? orderId, out string? fault)
    {
        orderId = null;
        var signed = new ArrayBufferWriter<byte>();
        fault = root.ValueKind != JsonValueKind.Object ? "the order is no object" : CanonicalJson.Write(root, signed, "signature");
        if (fault is not null)
        {
            return null;
        }

        orderId = TextOf(root, "orderId", LongestId) is { } id && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':') ? id : null;
        var (issued, begins, expires) = (InstantOf(root, "issuedAt"), InstantOf(root, "notBefore"), InstantOf(root, "expiresAt"));
        var nonce = TextOf(root, "nonce", LongestId);
        fault = orderId is null ? $"orderId wants 1 to {LongestId} letters, digits, - _ . or :"
            : issued is null ? "issuedAt wants an instant with its offset, such as 2026-11-25T08:00:00Z"
            : expires is null ? "expiresAt wants an instant with its offset"
            : begins is null && IsThere(root, "notBefore") ? "notBefore wants an instant with its offset, or null"
            : nonce is null ? $"nonce wants 1 to {LongestId} characters that stand in no other order"
            : null;
        if (fault is not null || MetersOf(root, out fault) is not { } meters)
        {
            return null;
        }

        return new CommandMessage(
            orderId!, issued!.Value, begins, expires!.Value, nonce!, meters, root.TryGetProperty("args", out var args) ? args.GetRawText() : "{}", TextOf(root, "keyId", 64), TextOf(root, "signature", 2048),
            signed.WrittenSpan.ToArray()) { Verb = TextOf(root, "verb", 32) };
    }

    private static List<MeterId>? MetersOf(JsonElement root, out string? fault)
    {
        fault = null;
        var meters = new List<MeterId>();
        if (!IsThere(root, "meters"))
        {
            return meters;
        }

        var list = root.GetProperty("meters");
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostMeters)
        {
            fault = $"meters wants an array of at most {MostMeters} meter ids";
            return null;
        }

        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || !MeterId.TryParse(item.GetString(), out var meter))
            {
                fault = $"entry {meters.Count + 1} of meters is no meter id";
                return null;
            }

            meters.Add(meter);
        }

        return meters;
    }

    private static bool IsThere(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private static string? TextOf(JsonElement of, string name, int most) => of.TextOf(name, most) is { Length: > 0 } text ? text : null;

    private static DateTime? InstantOf(JsonElement of, string name) =>
        TextOf(of, name, 40) is { } text && text.Contains('T', StringComparison.Ordinal) && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal))
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at.UtcDateTime : null;
}
