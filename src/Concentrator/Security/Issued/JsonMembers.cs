using System.Text.Json;

namespace Concentrator.Security.Issued;

/// <summary>Members of what an issuer wrote.</summary>
internal static class JsonMembers
{
    /// <summary>A text of at most so many characters; null where there is none, or something else.</summary>
    internal static string? TextOf(this JsonElement of, string name, int most) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length <= most ? text : null;
}
