using System.Buffers;
using System.Text.Json;
using Metering;

namespace Concentrator.Security.Issued;

/// <summary>An ownership list as it came (CONTRACTS section 3, topic <c>owner</c>), and the octets that are signed.</summary>
internal sealed record OwnerMessage(long Version, string IssuedAt, IReadOnlyDictionary<MeterId, string> Boxes, string KeyId, string Signature, byte[] Signed)
{
    private const int MostOctets = 4 * 1024 * 1024;
    private const long LargestVersion = 1L << 53; // beyond, the double that is signed does not tell it from its neighbour

    /// <summary>The list, or null and what does not fit.</summary>
    internal static OwnerMessage? Parse(ReadOnlyMemory<byte> body, out string? fault)
    {
        if (body.IsEmpty || body.Length > MostOctets)
        {
            fault = body.IsEmpty ? "the message is empty: a list is followed by a newer one, never taken back" : $"the list has {body.Length} octets, more than {MostOctets}";
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement, out fault);
        }
        catch (JsonException e)
        {
            fault = $"the list is no JSON: line {e.LineNumber + 1}, octet {e.BytePositionInLine}";
            return null;
        }
    }

    private static OwnerMessage? Read(JsonElement root, out string? fault)
    {
        var signed = new ArrayBufferWriter<byte>();
        fault = root.ValueKind != JsonValueKind.Object ? "the list is no object" : CanonicalJson.Write(root, signed, "signature");
        if (fault is not null)
        {
            return null;
        }

        if (!root.TryGetProperty("version", out var number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt64(out var version) || version is < 0 or >= LargestVersion)
        {
            fault = "version wants a whole number below 2^53";
            return null;
        }

        var (issuedAt, keyId, signature) = (root.TextOf("issuedAt", 40), root.TextOf("keyId", 64), root.TextOf("signature", 2048));
        if (issuedAt is null || !DateTimeOffset.TryParse(issuedAt, System.Globalization.CultureInfo.InvariantCulture, out _) || keyId is null || signature is null)
        {
            fault = $"{(signature is null ? "signature" : keyId is null ? "keyId" : "issuedAt")} is missing, or is no such text";
            return null;
        }

        return BoxesOf(root, out fault) is { } boxes ? new OwnerMessage(version, issuedAt, boxes, keyId, signature, signed.WrittenSpan.ToArray()) : null;
    }

    private static Dictionary<MeterId, string>? Entries(JsonElement meters, out string? fault)
    {
        var boxes = new Dictionary<MeterId, string>(meters.GetArrayLength());
        foreach (var item in meters.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !MeterId.TryParse(item.TextOf("meter", 40), out var meter) || item.TextOf("box", 40) is not { Length: > 0 } box)
            {
                fault = $"entry {boxes.Count + 1} of meters wants a meter id and a box";
                return null;
            }

            if (!boxes.TryAdd(meter, box))
            {
                fault = $"{meter} stands twice in meters";
                return null;
            }
        }

        fault = null;
        return boxes;
    }

    private static Dictionary<MeterId, string>? BoxesOf(JsonElement root, out string? fault)
    {
        if (root.TryGetProperty("meters", out var meters) && meters.ValueKind == JsonValueKind.Array)
        {
            return Entries(meters, out fault);
        }

        fault = "meters is missing, or no array";
        return null;
    }
}
