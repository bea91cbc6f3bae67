using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Requirements;

/// <summary>Writes the table: for people, for machines, and for the repository without the outcome of any run.</summary>
internal static class ConformanceTable
{
    private const string Title = "# Conformance\n\nDemands of the reference architecture of Mandate M/441 (CEN/CLC/ETSI TR 50572) and of the functions around it; `./build.sh test` makes this table out of the tests that ran.\n"
        + "Parts of the reference architecture cannot be read freely: Concentrator is mapped to it, and claims no more than what stands here.\n";

    /// <summary>With the outcome of a run.</summary>
    /// <param name="part">What part of the tests was run; null for all.</param>
    internal static string Markdown(IReadOnlyList<Judgement> judgements, string? part)
    {
        var text = new StringBuilder(Title).Append('\n');
        if (part is not null)
        {
            text.Append("**Of a run of those tests only whose name contains `").Append(part).Append("`.**\n\n");
        }

        text.Append(Sum(judgements)).Append("\n\n| id | what | now | tests |\n|---|---|---|---|\n");
        foreach (var one in judgements)
        {
            var now = one.Word == Judgement.InPart && one.Row.Missing is not null ? $"in part; missing: {one.Row.Missing}" : one.Word;
            Line(text, one.Row.Id, one.Row.What, now, one.Tests.Select(test => $"`{test.Test}`{(test.Outcome == TestOutcome.Passed ? "" : test.Outcome == TestOutcome.Failed ? " **failed**" : " skipped")}"));
        }

        return text.ToString();
    }

    /// <summary>Without outcomes, as it stands in the repository.</summary>
    internal static string Standing(IReadOnlyList<Judgement> judgements)
    {
        var text = new StringBuilder(Title).Append("Whether they pass stands in `artifacts/conformance.md` and `.json` after a run.\n\n| id | what | tests show | tests |\n|---|---|---|---|\n");
        foreach (var one in judgements)
        {
            var shown = one.Tests.Count == 0 ? Judgement.NotYet : one.Row.Missing is null ? "all of it" : $"a part; missing: {one.Row.Missing}";
            Line(text, one.Row.Id, one.Row.What, shown, one.Tests.Select(test => $"`{test.Test}`"));
        }

        return text.ToString();
    }

    /// <summary>How many rows have which word.</summary>
    internal static string Sum(IReadOnlyList<Judgement> judgements) => string.Join(", ", judgements.GroupBy(one => one.Word).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} {group.Key}"));

    /// <summary>For machines.</summary>
    internal static byte[] Json(IReadOnlyList<Judgement> judgements, string? part)
    {
        using var octets = new MemoryStream();
        using (var writer = new Utf8JsonWriter(octets, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("part", part);
            writer.WriteStartArray("rows");
            foreach (var one in judgements)
            {
                writer.WriteStartObject();
                writer.WriteString("id", one.Row.Id);
                writer.WriteString("what", one.Row.What);
                writer.WriteString("result", one.Word);
                writer.WriteString("missing", one.Row.Missing);
                writer.WriteStartArray("tests");
                foreach (var (test, outcome) in one.Tests)
                {
                    writer.WriteStartObject();
                    writer.WriteString("name", test);
                    writer.WriteString("result", outcome switch { TestOutcome.Passed => "pass", TestOutcome.Failed => "fail", _ => "skipped" });
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return octets.ToArray();
    }

    private static void Line(StringBuilder text, string id, string what, string now, IEnumerable<string> tests) =>
        text.Append("| ").Append(id).Append(" | ").Append(what).Append(" | ").Append(now).Append(" | ").AppendJoin(", ", tests).Append(" |\n");
}
