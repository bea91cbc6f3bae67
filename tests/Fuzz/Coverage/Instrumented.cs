using SharpFuzz;

namespace Fuzz.Coverage;

/// <summary>A copy of this program whose parsers report every branch they take.</summary>
internal static class Instrumented
{
    private static readonly (string Assembly, string[] Types)[] Parts =
    [
        ("Protocols.dll", [""]), ("Metering.dll", [""]), ("concentrator.dll", ["Concentrator.Cli.Frames.", "Concentrator.Security.KeysFile"]), ("Fuzz.dll", ["Fuzz.Planted."]),
    ];

    /// <summary>Copies the program and rewrites the copy's parsers; gives the copy.</summary>
    internal static string Make(string program, string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }

        var source = Path.GetDirectoryName(program)!;
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(directory, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        foreach (var (assembly, types) in Parts)
        {
            var rewritten = Fuzzer.Instrument(Path.Combine(directory, assembly), name => types.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)), Options.Value).Count();
            if (rewritten == 0)
            {
                throw new InvalidOperationException($"nothing in {assembly} was instrumented");
            }
        }

        return Path.Combine(directory, Path.GetFileName(program));
    }
}
