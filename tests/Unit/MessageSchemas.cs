using NJsonSchema;
using Unit.Plan;

namespace Unit;

/// <summary>docs/mqtt/schemas: which one a topic has, and what in a message does not fit it.</summary>
internal static class MessageSchemas
{
    private static readonly Dictionary<string, Lazy<JsonSchema>> Schemas = Directory.EnumerateFiles(Folder("schemas"), "*.json")
        .ToDictionary(file => Path.GetFileNameWithoutExtension(file), file => new Lazy<JsonSchema>(() => JsonSchema.FromFileAsync(file).GetAwaiter().GetResult()));

    internal static IEnumerable<string> Names => Schemas.Keys;

    internal static string Folder(string name) => Path.Combine(Sources.Root, "docs", "mqtt", name);

    /// <summary>Faults of a message; empty where it fits. A topic without schema is a fault.</summary>
    internal static IReadOnlyList<string> Faults(string topic, string payload)
    {
        if (topic.Split('/') is [.., "image", _, var offset] && offset.All(char.IsAsciiDigit))
        {
            return []; // octets
        }

        if (SchemaOf(topic) is not { } name)
        {
            return [$"{topic} has no schema"];
        }

        return payload.Length == 0 && name.StartsWith("meter-", StringComparison.Ordinal) ? [] : FaultsOf(name, payload);
    }

    /// <summary>Faults of a payload by the schema's name.</summary>
    internal static IReadOnlyList<string> FaultsOf(string name, string payload) => [.. Schemas[name].Value.Validate(payload).Select(fault => $"{name}: {fault}")];

    private static string? SchemaOf(string topic) => topic.Split('/') switch
    {
        [.., "meters", _, "meta"] => "meter-meta",
        [.., "meters", _, "availability"] => "meter-availability",
        [.., "readings", "live" or "backfill" or "ondemand"] => "readings",
        [.., "events", "alarm" or "warning" or "info"] => "event",
        [.., "cmd", _, "status"] => "order-status",
        [.., "cmd", _, "result"] => "order-result",
        [.., "image", _, "status"] => "image-status",
        [.., "cmd", _] => "cmd",
        [.., "state" or "identity" or "capabilities" or "health" or "completeness" or "ack" or "owner"] parts => parts[^1],
        _ => null,
    };
}
