using Fuzz.Coverage;
using Fuzz.Judging;
using Fuzz.Runs;
using Unit.Plan;

namespace Unit.Live;

/// <summary>Bugs that were planted are found by the harness, each in a process of its own: behind a magic number by the edges that are taken, and the two that nobody survives to tell.</summary>
public sealed class FuzzHarnessTests : IDisposable
{
    private const int Enough = 600_000;
    private static readonly string Program = Path.Combine(Sources.Root, "artifacts", "bin", "Fuzz", "release", "Fuzz");
    private readonly string _directory = Directory.CreateTempSubdirectory("fuzz").FullName;

    [Fact]
    public void Edges_lead_to_a_bug_behind_four_octets_that_chance_does_not_guess()
    {
        var instrumented = Instrumented.Make(Program, Path.Combine(_directory, "instrumented"));
        var guided = ChildRun.Go(instrumented, "planted-magic", guided: true, 1, Enough, Report("guided"), Path.Combine(_directory, "corpus"));
        var finding = Assert.Single(guided.Findings);
        Assert.Equal(FindingKind.Exception, finding.Kind);
        Assert.StartsWith("C73A956E", finding.Shortest, StringComparison.Ordinal);
        Assert.InRange(Convert.FromHexString(finding.Shortest!)[4], 4, 255); // the length it believes
        Assert.Equal(8, finding.Shortest!.Length / 2);
        Assert.True(guided.Edges > 5);
        Assert.Contains(File.ReadLines(Path.Combine(_directory, "corpus")), line => line.StartsWith("C73A95", StringComparison.Ordinal));
        Assert.Empty(ChildRun.Go(Program, "planted-magic", guided: false, 1, Enough, Report("volume"), null).Findings);
    }

    [Fact]
    public void An_input_that_is_never_done_is_named()
    {
        var report = ChildRun.Go(Program, "planted-hang", guided: false, 1, 100_000, Report("hang"), null, TimeSpan.FromSeconds(1));
        var finding = report.Findings[0];
        Assert.Equal(FindingKind.Hang, finding.Kind);
        Assert.Equal(0x7E, Convert.FromHexString(finding.Hex)[1]);
    }

    [Fact]
    public void An_input_that_runs_over_the_stack_is_named_and_the_run_goes_on_behind_it()
    {
        var report = ChildRun.Go(Program, "planted-depth", guided: false, 1, 30_000, Report("depth"), null);
        var finding = report.Findings[0];
        Assert.Equal(FindingKind.Death, finding.Kind);
        Assert.True(Convert.FromHexString(finding.Hex).TakeWhile(octet => octet == 2).Count() > 1000);
        Assert.True(report.Inputs > finding.Number);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Report(string name) => Path.Combine(_directory, name + ".json");
}
