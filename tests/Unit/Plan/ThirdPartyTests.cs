using System.IO.Enumeration;
using System.Text.Json;

namespace Unit.Plan;

public sealed class ThirdPartyTests
{
    [Fact]
    public void Every_package_of_every_lock_file_is_named_with_its_version_and_licence_and_no_other()
    {
        var listed = File.ReadLines(Path.Combine(Sources.Root, "THIRD-PARTY.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| package", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).Select(cells => (Name: cells[1], Version: cells[2], Licence: cells[3])).ToList();
        var locked = Directory.EnumerateFiles(Sources.Root, "packages.lock.json", SearchOption.AllDirectories).Where(file => !file.Contains("/artifacts/", StringComparison.Ordinal)).SelectMany(Packages).ToHashSet();
        Assert.True(locked.Count > 60);
        Assert.All(locked, package => Assert.True(listed.Exists(row => Names(row, package)), $"{package} is not listed"));
        Assert.All(listed.Skip(1), row => Assert.True(locked.Any(package => Names(row, package)), $"{row} is in no lock file")); // the first is the runtime itself
        Assert.All(listed, row => Assert.Contains(row.Licence, (string[])["MIT", "Apache-2.0", "BSD-2-Clause"]));
    }

    private static bool Names((string Name, string Version, string Licence) row, (string Name, string Version) package) =>
        row.Version == package.Version && FileSystemName.MatchesSimpleExpression(row.Name, package.Name);

    private static IEnumerable<(string Name, string Version)> Packages(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return [.. document.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(framework => framework.Value.EnumerateObject())
            .Where(package => package.Value.GetProperty("type").GetString() != "Project").Select(package => (package.Name, package.Value.GetProperty("resolved").GetString()!))];
    }
}
