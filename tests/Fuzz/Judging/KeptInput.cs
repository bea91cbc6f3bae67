using System.Text.Json;

namespace Fuzz.Judging;

/// <summary>A row of tests/Vectors/fuzz: an input that once broke its promise, kept for ever.</summary>
/// <param name="Hex">Its octets.</param>
/// <param name="Happened">What happened once, and where.</param>
/// <param name="Since">The day since when it must not.</param>
/// <param name="Gives">What must come now: <c>parsed</c>, or words of the refusal.</param>
internal sealed record KeptInput(string Hex, string Happened, string Since, string Gives)
{
    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web);

    /// <summary>What a parser's answer is called in a row.</summary>
    internal const string Parsed = "parsed";

    /// <summary>Rows of a family's file; none where there is no file.</summary>
    internal static IReadOnlyList<KeptInput> Read(string path) =>
        !File.Exists(path) ? [] : [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<KeptInput>(line, Camel)!)];

    /// <summary>The row as a line.</summary>
    internal string ToLine() => JsonSerializer.Serialize(this, Camel);
}
