using System.Globalization;

namespace Concentrator.Store.View;

/// <summary>The view's files in its directory, and where a view that cannot be trusted is set aside: <c>view.broken-N</c>, the last one kept.</summary>
internal sealed class Shelf(string directory)
{
    private const string BrokenPrefix = "view.broken-";

    /// <summary>The LiteDB file.</summary>
    internal string File { get; } = Path.Combine(directory, "view.db");

    /// <summary>LiteDB's log beside it.</summary>
    internal string Log { get; } = Path.Combine(directory, "view-log.db");

    /// <summary>The mark of a clean stop.</summary>
    internal string Mark { get; } = Path.Combine(directory, "view.clean");

    /// <summary>Makes the directory.</summary>
    internal void Prepare() => Directory.CreateDirectory(directory);

    /// <summary>Puts the present files out of the way. Null where there are none, else where they are now.</summary>
    internal string? SetAside()
    {
        System.IO.File.Delete(Mark);
        if (!System.IO.File.Exists(File) && !System.IO.File.Exists(Log))
        {
            return null;
        }

        var earlier = Directory.GetDirectories(directory, BrokenPrefix + "*");
        var number = 1 + earlier.Max(path => int.TryParse(Path.GetFileName(path).AsSpan(BrokenPrefix.Length), out var n) ? n : (int?)0) ?? 1;
        foreach (var path in earlier)
        {
            Directory.Delete(path, recursive: true);
        }

        var aside = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{BrokenPrefix}{number}"));
        Directory.CreateDirectory(aside);
        foreach (var file in new[] { File, Log })
        {
            if (System.IO.File.Exists(file))
            {
                System.IO.File.Move(file, Path.Combine(aside, Path.GetFileName(file)));
            }
        }

        return aside;
    }
}
