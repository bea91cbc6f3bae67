using System.Text.Json;
using System.Text.Json.Serialization;

namespace Simulation.Truth;

/// <summary>One value a simulated meter sent (CONTRACTS section 6).</summary>
public sealed record TruthLine(
    string Meter, string Profile, string? Obis, [property: JsonPropertyName("class")] int Class, int Attr, int Index, string? At, int Occ, string? Value, int Scaler, string Unit,
    int Status, string Key, string Column, string? Fate, DateTime SentAt)
{
    /// <summary>Fate of an answer to a question that was asked twice, as happens on datagrams: one of the two answers serves, the other is passed over.</summary>
    public const string AskedAgain = "asked again";

    /// <summary>Fate of how a breaker, a valve or a load switch stood when it was looked at: what an order looks at on its way is told to nobody, what it ends with is.</summary>
    public const string LookedAt = "looked at";

    /// <summary>As one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TruthJson.Default.TruthLine);
}

/// <summary>Its shape.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TruthLine))]
internal sealed partial class TruthJson : JsonSerializerContext;
