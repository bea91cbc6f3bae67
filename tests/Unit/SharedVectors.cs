using System.Text.Json;
using Unit.Plan;

namespace Unit;

/// <summary>Third-party vectors beside the repository: read where they are, never copied into it.</summary>
internal static class SharedVectors
{
    /// <summary>Rows of a file; the test is skipped, with the reason, where the folder does not exist.</summary>
    internal static IEnumerable<JsonElement> Rows(string file) => File.ReadLines(PathOf(file)).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement);

    /// <summary>Rows of a file that is one JSON array.</summary>
    internal static IEnumerable<JsonElement> Array(string file) => JsonDocument.Parse(File.ReadAllText(PathOf(file))).RootElement.EnumerateArray();

    private static string PathOf(string file)
    {
        var folder = Environment.GetEnvironmentVariable("CONCENTRATOR_VECTORS") ?? Path.Combine(Sources.Root, "..", "shared", "vectors");
        var path = Path.Combine(folder, file);
        Assert.SkipUnless(File.Exists(path), $"{path} is not there: set CONCENTRATOR_VECTORS to the folder of third-party vectors");
        return path;
    }
}
