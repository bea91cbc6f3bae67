namespace Concentrator.Cli.Frames;

/// <summary>What <c>frame decode</c> says of one frame (CONTRACTS section 2).</summary>
internal sealed record FrameAnswer
{
    public string? Error { get; init; }

    /// <summary>The whole answer where it is of another shape than a telegram's; null for telegrams.</summary>
    public string? Json { get; init; }
    public string Protocol { get; init; } = "wmbus";
    public string Frame { get; init; } = "bare";
    public string Manufacturer { get; init; } = "";
    public string Id { get; init; } = "";
    public int Version { get; init; }
    public int Type { get; init; }
    public string Media { get; init; } = "";
    public int? Access { get; init; }
    public int Status { get; init; }
    public IReadOnlyList<string> Flags { get; init; } = [];
    public IReadOnlyList<string> Layers { get; init; } = [];
    public int SecurityMode { get; init; }
    public string SecurityState { get; init; } = "clear";
    public IReadOnlyList<RecordAnswer> Records { get; init; } = [];
    public bool MoreFollow { get; init; }
    public string? Undecoded { get; init; }

    internal static FrameAnswer Failed(string error) => new() { Error = error };
}

/// <summary>One record in it.</summary>
internal sealed record RecordAnswer(
    string Quantity, string? Value, string Unit, string? Obis, ulong Storage, uint Tariff, uint Subunit, string Function, string? Dib, string Raw, string? Text, string? Time,
    IReadOnlyList<string> Labels, string? Error, string? Name);
