using System.Diagnostics;
using System.Text.Json;
using Unit.Plan;

namespace Unit.Campaigns;

/// <summary>What a campaign found, for an auditor: a JSON file per promise and campaign in artifacts/trust. Written also when the campaign fails.</summary>
internal sealed class Evidence(string promise, string campaign) : IDisposable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly DateTime _began = DateTime.UtcNow;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Dictionary<string, object> _figures = [];
    private bool _held;

    /// <summary>True where `./build.sh trust --release` asks for the sizes of a release.</summary>
    internal static bool ReleaseSize => Environment.GetEnvironmentVariable("CONCENTRATOR_RELEASE_SIZE") == "1";

    /// <summary>True for the sizes the promises name: asked for by `./build.sh trust`, or in continuous integration. At a developer's `./build.sh test` a campaign may do less.</summary>
    internal static bool FullSize => Environment.GetEnvironmentVariable("CONCENTRATOR_RELEASE_SIZE") is not null || Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>A figure of this run.</summary>
    internal void Note(string name, object value) => _figures[name] = value;

    /// <summary>The promise held: the last line of a campaign.</summary>
    internal void Held() => _held = true;

    public void Dispose()
    {
        var directory = Directory.CreateDirectory(Path.Combine(Sources.Root, "artifacts", "trust")).FullName;
        var content = new
        {
            promise, campaign, held = _held, size = ReleaseSize ? "release" : FullSize ? "ci" : "test", began = _began, seconds = Math.Round(Stopwatch.GetElapsedTime(_started).TotalSeconds, 1),
            command = $"./build.sh trust {campaign}{(ReleaseSize ? " --release" : "")}", figures = _figures,
        };
        File.WriteAllText(Path.Combine(directory, $"{promise}-{campaign}.json"), JsonSerializer.Serialize(content, Indented) + "\n");
    }
}
