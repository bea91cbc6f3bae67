using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Unit.Plan;

/// <summary>The C# of the repository, as text.</summary>
internal static partial class Sources
{
    /// <summary>The root of the repository.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>Every source file below a folder of the repository, with its path from the root.</summary>
    internal static IEnumerable<(string Path, string Text)> In(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path.GetRelativePath(Root, path), File.ReadAllText(path)))
            .Where(file => !file.Item1.Contains("/obj/", StringComparison.Ordinal) && !file.Item1.Contains("/bin/", StringComparison.Ordinal))
            .OrderBy(file => file.Item1, StringComparer.Ordinal);

    /// <summary>Namespaces that a file names in its usings.</summary>
    internal static IEnumerable<string> Usings(string text) => Using().Matches(text).Select(match => match.Groups[1].Value);

    /// <summary>The text without comments and strings.</summary>
    internal static string Code(string text) => CommentOrString().Replace(text, " ");

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        foreach (var start in new[] { Path.GetDirectoryName(thisFile)!, AppContext.BaseDirectory })
        {
            for (var directory = start; directory is not null; directory = Path.GetDirectoryName(directory))
            {
                if (File.Exists(Path.Combine(directory, "Concentrator.sln")))
                {
                    return directory;
                }
            }
        }

        throw new DirectoryNotFoundException("Concentrator.sln stands in no folder above the tests");
    }

    [GeneratedRegex(@"^using (?:static )?(?:\w+ = )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|\$?@?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\])'""", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();
}
