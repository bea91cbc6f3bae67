using System.Text.Json.Serialization;

namespace Concentrator.Home;

/// <summary>GET /home/v1/values, and each event of /home/v1/stream: what a consumer's meters say.</summary>
/// <param name="At">UTC; null while the box has no time.</param>
/// <param name="RefreshS">Seconds after which a value is no longer fresh.</param>
public sealed record HomeValuesShape(string Consumer, DateTime? At, int RefreshS, IReadOnlyList<HomeMeterShape> Meters);

/// <summary>GET /home/v1/meters/{id}.</summary>
/// <param name="AgeS">Seconds since the oldest of the values was heard; null where nothing was.</param>
/// <param name="Fresh">None is older than the refresh.</param>
public sealed record HomeMeterShape(string Meter, double? AgeS, bool Fresh, IReadOnlyList<HomeValueShape> Values);

/// <summary>One value.</summary>
/// <param name="Value">Exact, in the unit, digit for digit as the meter told it.</param>
/// <param name="At">The meter's own time, where it told one.</param>
public sealed record HomeValueShape(string Obis, string Value, string Unit, string Quality, string? At, double AgeS);

/// <summary>Why nothing is shown.</summary>
public sealed record HomeFaultShape(string Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HomeValuesShape))]
[JsonSerializable(typeof(HomeMeterShape))]
[JsonSerializable(typeof(HomeFaultShape))]
internal sealed partial class HomeJson : JsonSerializerContext;
