using System.Xml;

namespace Requirements;

/// <summary>The program: a report in, two tables out.</summary>
internal static class TableMaker
{
    private const int Ok = 0, Failed = 1, Usage = 2;

    /// <summary>Makes the tables; gives the exit code.</summary>
    /// <param name="say">What it made, or why not.</param>
    internal static int Run(string[] arguments, TextWriter say)
    {
        if (arguments is not ([_, _] or [_, _, "--part", _]))
        {
            say.WriteLine("conformance REPORT.xml DIRECTORY [--part FILTER]: makes conformance.md and conformance.json of the report a test run wrote");
            return Usage;
        }

        try
        {
            using var text = new StreamReader(arguments[0]);
            var report = TestReport.Read(text);
            if (report.UnknownIds.ToList() is { Count: > 0 } unknown)
            {
                say.WriteLine($"conformance: tests are marked with {string.Join(" and ", unknown)}, and no such row is in tests/Requirements/RequirementTable.cs");
                return Failed;
            }

            var part = arguments.Length == 4 ? arguments[3] : null;
            var judgements = Judgement.Of(report, part is not null);
            File.WriteAllText(Path.Combine(arguments[1], "conformance.md"), ConformanceTable.Markdown(judgements, part));
            File.WriteAllBytes(Path.Combine(arguments[1], "conformance.json"), ConformanceTable.Json(judgements, part));
            say.WriteLine($"conformance: {ConformanceTable.Sum(judgements)}: {Path.Combine(arguments[1], "conformance.md")}");
            return Ok;
        }
        catch (Exception e) when (e is IOException or XmlException or UnauthorizedAccessException)
        {
            say.WriteLine($"conformance: {arguments[0]}: {e.Message}");
            return Failed;
        }
    }
}
