using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

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

/// <summary>The parts of a backup by name: nothing else is written into a state directory, and no name leads out of it.</summary>
internal static partial class BackupParts
{
    internal const string Manifest = "manifest.json", Settings = "settings.applied", Ledger = "ledger", Delivery = "delivery";

    /// <summary>A segment with a live state of many meters is longer than others, but not so long.</summary>
    private const ulong LongestPart = 1UL << 30, LongestSmallPart = 16 << 20;

    internal static ReadOnlyMemory<byte> Of(BackupManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest);

    /// <summary>What does not fit; null for a part that may be written.</summary>
    internal static string? Fault(string name, ulong length)
    {
        var isSegment = Segment().IsMatch(name);
        return !isSegment && name != Settings && name != Manifest && !DeviceKeys().IsMatch(name) && !Slots().IsMatch(name) ? $"the backup holds a part that is none of this version's ({Printable(name)}): it was made by another program"
            : length > (isSegment ? LongestPart : LongestSmallPart) ? $"part {name} of the backup claims {length} octets: it was made by another program"
            : null;
    }

    private static string Printable(string name) => string.Concat(name.Take(40).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '/' ? letter : '?'));

    [GeneratedRegex("^ledger/(books|bulk)-[0-9]{8,20}\\.seg$", RegexOptions.CultureInvariant)]
    private static partial Regex Segment();

    [GeneratedRegex("^device\\.key(\\.[1-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex DeviceKeys();

    [GeneratedRegex("^delivery/[A-Za-z0-9%._~-]{1,200}\\.slots$", RegexOptions.CultureInvariant)]
    private static partial Regex Slots();
}
