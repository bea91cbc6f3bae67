using System.Text.Json.Serialization;

namespace Concentrator.Upstream.Mqtt;

/// <summary>Payload of <c>events/{severity}</c>; its identity is log, time, number, occurrence.</summary>
internal sealed record EventMessage(
    string? Meter, string Log, long Number, string Set, string Type, DateTime? OccurredAt, DateTime? ReadAt, int Occ, string Text);

/// <summary>Its shape, made at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EventMessage))]
internal sealed partial class EventJson : JsonSerializerContext;
