using System.Reflection;
using System.Security.Cryptography;

namespace Concentrator.Board;

/// <summary>What this program is: version, identification of its legally relevant part, hash of the executable as it was measured at start.</summary>
/// <param name="Version">Product version.</param>
/// <param name="Metrology">
/// SHA-256 over the sorted paths and contents of src/Protocols and src/Metering without Metering/Orders, embedded at build, equal for JIT and AOT. Anyone can compute it
/// from the sources: <c>cd src; find Metering Protocols -type f ! -name '*.md' ! -name '*.json' ! -path 'Metering/Orders/*' | LC_ALL=C sort | xargs sha256sum | sha256sum</c>.
/// </param>
/// <param name="Executable">SHA-256 of the executable file (of the main assembly where it runs on the JIT).</param>
internal sealed record Identity(string Version, string Metrology, string Executable)
{
    /// <summary>Measures the running program.</summary>
    internal static Identity Measure()
    {
        var assembly = typeof(Identity).Assembly;
        var facts = assembly.GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(fact => fact.Key, fact => fact.Value ?? "");
        return new Identity(
            assembly.GetName().Version?.ToString(3) ?? "0.0.0", facts.GetValueOrDefault("MetrologyIdentification", "unknown"), HashOfExecutable());
    }

    private static string HashOfExecutable()
    {
        var managed = Path.Combine(AppContext.BaseDirectory, "concentrator.dll");
        var path = File.Exists(managed) ? managed : Environment.ProcessPath;
        if (path is null)
        {
            return "unknown";
        }

        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
