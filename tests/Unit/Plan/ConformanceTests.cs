using System.Reflection;
using System.Text.Json;
using System.Xml;
using Requirements;

namespace Unit.Plan;

/// <summary>The table of the reference architecture comes out of the tests that ran, and says no more than they do.</summary>
public class ConformanceTests
{
    private const string Report = """
        <assemblies><assembly><collection>
          <test name="a" type="Unit.Flows.OneTests" method="Holds" result="Pass"><traits><trait name="Requirement" value="F3" /><trait name="Requirement" value="P7" /><trait name="Else" value="F5" /></traits></test>
          <test name="b(1)" type="Unit.Flows.TwoTests" method="Many" result="Pass"><traits><trait name="Requirement" value="F4" /></traits></test>
          <test name="b(2)" type="Unit.Flows.TwoTests" method="Many" result="Fail"><failure><message>no</message></failure><traits><trait name="Requirement" value="F4" /></traits></test>
          <test name="b(3)" type="Unit.Flows.TwoTests" method="Many" result="Pass"><traits><trait name="Requirement" value="F4" /></traits></test>
          <test name="c" type="Unit.Live.LeftOutTests" method="Skipped" result="Skip"><traits><trait name="Requirement" value="P3" /></traits></test>
          <test name="d" type="Unit.Live.UnmarkedTests" method="Fails" result="Fail" />
        </collection></assembly></assemblies>
        """;

    private static readonly IReadOnlyList<Judgement> Standing = Judgement.Of(Marked(), isPart: false);

    [Requirement("P11")]
    [Theory]
    [InlineData("F3", Judgement.Pass)]
    [InlineData("P7", Judgement.InPart)]
    [InlineData("F4", Judgement.Fail)]
    [InlineData("P3", Judgement.NotRun)]
    [InlineData("F5", Judgement.NotYet)]
    public void A_row_says_what_its_tests_did(string id, string word)
    {
        var judgements = Judgement.Of(Read(Report), isPart: false);
        Assert.Equal(word, judgements.Single(one => one.Row.Id == id).Word);
        var line = ConformanceTable.Markdown(judgements, null).Split('\n').Single(row => row.StartsWith($"| {id} |", StringComparison.Ordinal));
        Assert.Equal(word, line.Split('|', StringSplitOptions.TrimEntries)[3].Split(';')[0]);
        using var document = JsonDocument.Parse(ConformanceTable.Json(judgements, null));
        var row = document.RootElement.GetProperty("rows").EnumerateArray().Single(one => one.GetProperty("id").GetString() == id);
        Assert.Equal(word, row.GetProperty("result").GetString());
    }

    [Fact]
    public void One_case_that_failed_fails_its_test_and_one_that_was_left_out_passes_nothing()
    {
        Assert.Equal([("TwoTests.Many", TestOutcome.Failed)], Read(Report).Of("F4"));
        Assert.Contains("`TwoTests.Many` **failed**", ConformanceTable.Markdown(Judgement.Of(Read(Report), isPart: false), null), StringComparison.Ordinal);
        Assert.Equal([("LeftOutTests.Skipped", TestOutcome.Skipped)], Read(Report).Of("P3"));
    }

    [Fact]
    public void A_run_of_some_of_the_tests_passes_no_row_and_calls_none_unproved()
    {
        var judgements = Judgement.Of(Read(Report), isPart: true);
        Assert.Equal([Judgement.Fail, Judgement.InPart, Judgement.NotRun], judgements.Select(one => one.Word).Distinct().Order());
        Assert.Contains("`OneTests`", ConformanceTable.Markdown(judgements, "OneTests"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_that_no_row_has_is_told_and_what_is_no_report_is_refused()
    {
        Assert.Equal(["F9"], Read(Report.Replace("\"F4\"", "\"F9\"", StringComparison.Ordinal)).UnknownIds);
        Assert.Empty(Read(Report).UnknownIds);
        Assert.Throws<XmlException>(() => Read(Report[..400]));
        Assert.Throws<XmlException>(() => Read("<html />"));
    }

    [Fact]
    public void The_program_writes_both_tables_and_ends_with_1_for_an_unknown_id()
    {
        var directory = Directory.CreateTempSubdirectory("conformance").FullName;
        var report = Path.Combine(directory, "report.xml");
        File.WriteAllText(report, Report);
        Assert.Equal(0, Run(report, directory));
        Assert.Contains("| F4 |", File.ReadAllText(Path.Combine(directory, "conformance.md")), StringComparison.Ordinal);
        Assert.Equal(RequirementTable.Rows.Length, JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "conformance.json"))).RootElement.GetProperty("rows").GetArrayLength());
        File.WriteAllText(report, Report.Replace("\"F4\"", "\"F9\"", StringComparison.Ordinal));
        Assert.Equal(1, Run(report, directory));
        Assert.Equal(1, Run(Path.Combine(directory, "nothing.xml"), directory));
        Assert.Equal(2, Run(report));
        Directory.Delete(directory, recursive: true);
    }

    [Requirement("P11")]
    [Fact]
    public void Every_mark_is_of_a_row_and_what_is_missing_belongs_to_rows_that_have_tests()
    {
        Assert.Empty(Marked().UnknownIds);
        Assert.Equal(RequirementTable.Rows.Length, RequirementTable.Rows.Select(row => row.Id).Distinct().Count());
        Assert.Empty(Standing.Where(one => one.Tests.Count == 0 && one.Row.Missing is not null).Select(one => one.Row.Id)); // "not yet" says all of it
        Assert.DoesNotContain(RequirementTable.Rows, row => row.What.Contains('|') || row.Missing?.Contains('|') == true);
    }

    [Fact]
    public void The_table_in_the_repository_is_the_one_of_these_tests()
    {
        var (path, wanted) = (Path.Combine(Sources.Root, "docs", "conformance.md"), ConformanceTable.Standing(Standing));
        if (!File.Exists(path) || File.ReadAllText(path) != wanted)
        {
            var made = Path.Combine(Sources.Root, "artifacts", "conformance.standing.md");
            File.WriteAllText(made, wanted);
            Assert.Fail($"docs/conformance.md is not what the marks of the tests say: copy {made} over it");
        }
    }

    private static int Run(params string[] arguments) => TableMaker.Run(arguments, TextWriter.Null);

    private static TestReport Read(string report) => TestReport.Read(new StringReader(report));

    /// <summary>The marked tests of this project, as if none had run.</summary>
    private static TestReport Marked()
    {
        var report = new TestReport();
        foreach (var method in typeof(ConformanceTests).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttributes().Any(attribute => attribute is FactAttribute)))
        {
            var marks = method.GetCustomAttributes().Concat(method.DeclaringType!.GetCustomAttributes()).OfType<RequirementAttribute>();
            foreach (var (_, id) in marks.SelectMany(mark => mark.GetTraits()))
            {
                report.Add(id, $"{method.DeclaringType!.Name}.{method.Name}", TestOutcome.Skipped);
            }
        }

        return report;
    }
}
