using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Unit.Plan;

namespace Unit.Campaigns;

/// <summary>What a campaign found, for an auditor: a JSON file per promise and campaign in artifacts/trust. Written also when the campaign fails.</summary>
/// <param name="promise">Id of the promise.</param>
/// <param name="campaign">Name of this part of the campaign.</param>
/// <param name="file">The campaign's own.</param>
internal sealed partial class Evidence(string promise, string campaign, [CallerFilePath] string file = "") : IDisposable
{
    private const string Families = "fuzz-";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly DateTime _began = DateTime.UtcNow;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Dictionary<string, object> _figures = [];
    private bool _held;

    /// <summary>True where `./build.sh trust --release` asks for the sizes of a release.</summary>
    internal static bool ReleaseSize => Environment.GetEnvironmentVariable("CONCENTRATOR_RELEASE_SIZE") == "1";

    /// <summary>True for the sizes the promises name: asked for by `./build.sh trust`, or in continuous integration. At a developer's `./build.sh test` a campaign may do less.</summary>
    internal static bool FullSize => Environment.GetEnvironmentVariable("CONCENTRATOR_RELEASE_SIZE") is not null || Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>What `./build.sh trust` calls a campaign: the name of its file, in small letters with hyphens between the words.</summary>
    internal static string NameOf(string file) => Humps().Replace(Path.GetFileNameWithoutExtension(file).Replace("Campaign", "", StringComparison.Ordinal), "-").ToLowerInvariant();

    /// <summary>How it is run again: a family of parsers alone, else the whole campaign.</summary>
    internal string Command => $"./build.sh trust {(campaign.StartsWith(Families, StringComparison.Ordinal) ? campaign : NameOf(file))}{(ReleaseSize ? " --release" : "")}";

    /// <summary>A figure of this run.</summary>
    internal void Note(string name, object value) => _figures[name] = value;

    /// <summary>A file is written of it.</summary>
    internal bool IsWritten { get; init; } = true;

    /// <summary>The promise held: the last line of a campaign.</summary>
    internal void Held() => _held = true;

    public void Dispose()
    {
        if (!IsWritten)
        {
            return;
        }

        var directory = Directory.CreateDirectory(Path.Combine(Sources.Root, "artifacts", "trust")).FullName;
        var content = new
        {
            promise, campaign, held = _held, size = ReleaseSize ? "release" : FullSize ? "ci" : "test", began = _began, seconds = Math.Round(Stopwatch.GetElapsedTime(_started).TotalSeconds, 1),
            command = Command, figures = _figures,
        };
        File.WriteAllText(Path.Combine(directory, $"{promise}-{campaign}.json"), JsonSerializer.Serialize(content, Indented) + "\n");
    }

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex Humps();
}
