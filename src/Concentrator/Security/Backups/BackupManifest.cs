using System.Text.Json.Serialization;

namespace Concentrator.Security.Backups;

/// <summary>What a backup is, its first part.</summary>
/// <param name="Id">The box.</param>
/// <param name="CreatedAt">When; null where the box had no time.</param>
/// <param name="Installation">Which installation of it; 0 where nobody knows.</param>
/// <param name="Bulk">Readings and events are in it.</param>
internal sealed record BackupManifest(string Id, string Version, DateTime? CreatedAt, uint Installation, string SystemTitle, bool Bulk);

/// <summary>Its shape, made at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
