using System.Text.Json;
using System.Text.RegularExpressions;

namespace Concentrator.Security.Backups;

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

    [GeneratedRegex("^ledger/(books|bulk)-[0-9]{8,20}\\.seg\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Segment();

    [GeneratedRegex("^device\\.key(\\.[1-9])?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex DeviceKeys();

    [GeneratedRegex("^delivery/[A-Za-z0-9%._~-]{1,200}\\.slots\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Slots();
}
