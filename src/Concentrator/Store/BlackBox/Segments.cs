using System.Globalization;

namespace Concentrator.Store.BlackBox;

/// <summary>The segment files of the black box, by number: <c>frames-0000000001.box</c>.</summary>
internal sealed class Segments(BlackBoxSettings settings)
{
    private const string Prefix = "frames-", Suffix = ".box";

    /// <summary>Starts after kills leave short segments: not more of them than this.</summary>
    private const int MostFiles = 64;

    /// <summary>Octets of one: a sixteenth of all, so that the ring loses a sixteenth at a time.</summary>
    internal long SizeOfOne => Math.Max(FrameCodec.MaxSize, settings.MaxOctets / 16);

    /// <summary>Their paths, oldest first; none where the directory cannot be read.</summary>
    internal IReadOnlyList<string> List()
    {
        if (!Directory.Exists(settings.Directory))
        {
            return [];
        }

        return [.. Directory.GetFiles(settings.Directory, Prefix + "*" + Suffix).Where(path => NumberOf(path) > 0).OrderBy(NumberOf)];
    }

    /// <summary>Makes room for one more by dropping the oldest, and creates it. Never goes on in an old one: its end may be torn.</summary>
    internal FileStream CreateNext()
    {
        Directory.CreateDirectory(settings.Directory);
        var present = List().ToList();
        var number = present.Count == 0 ? 1 : NumberOf(present[^1]) + 1;
        var octets = present.Sum(path => new FileInfo(path).Length);
        while (present.Count > 0 && (octets + SizeOfOne > settings.MaxOctets || present.Count >= MostFiles))
        {
            octets -= new FileInfo(present[0]).Length;
            File.Delete(present[0]);
            present.RemoveAt(0);
        }

        var path = Path.Combine(settings.Directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D10}{Suffix}"));
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
    }

    private static long NumberOf(string path)
    {
        var name = Path.GetFileName(path.AsSpan());
        return long.TryParse(name[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
