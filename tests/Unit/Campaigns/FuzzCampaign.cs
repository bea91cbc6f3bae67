using System.Collections.Concurrent;
using Fuzz;
using Fuzz.Coverage;
using Fuzz.Judging;
using Fuzz.Runs;
using Unit.Plan;

namespace Unit.Campaigns;

/// <summary>
/// Promise R7: mutated inputs never throw, never hang, never ask for more than 16 times their octets and 64 KiB, never run over a small stack. For each family first a run that is guided
/// by the edges it takes, which grows a corpus; then 10^7 inputs by volume from all of it (10^9 for a release, fewer at a developer's own test run). What is found is kept in tests/Vectors/fuzz.
/// </summary>
public sealed class FuzzCampaign
{
    private const ulong Seed = 20261125;
    private static readonly long Guided = Evidence.ReleaseSize ? 30_000_000 : Evidence.FullSize ? 300_000 : 50_000;
    private static readonly long Volume = Evidence.ReleaseSize ? 1_000_000_000 : Evidence.FullSize ? 10_000_000 : 500_000;
    private static readonly string Program = Path.Combine(Sources.Root, "artifacts", "bin", "Fuzz", "release", "Fuzz");

    [Fact]
    public void Fuzz_every_family()
    {
        var directory = Directory.CreateDirectory(Path.Combine(Sources.Root, "artifacts", "fuzz")).FullName;
        var instrumented = Instrumented.Make(Program, Path.Combine(directory, "instrumented"));
        var findings = new ConcurrentBag<Finding>();
        var families = FamilyCatalog.All.Where(IsWanted).ToList();
        Parallel.ForEach(Partitioner.Create(families, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, family =>
        {
            foreach (var finding in RunFamily(family, instrumented, directory))
            {
                findings.Add(finding);
            }
        });
        Assert.True(findings.IsEmpty, string.Join('\n', findings.Select(finding => $"{finding}\n  keep it: {Program} keep {finding.Family} {finding.Shortest ?? finding.Hex} >> tests/Vectors/fuzz/{finding.Family}.jsonl")));
    }

    /// <summary>One family alone: ./build.sh trust fuzz-host.</summary>
    private static bool IsWanted(Family family) => Environment.GetEnvironmentVariable("CONCENTRATOR_FUZZ_FAMILY") is not { Length: > 0 } wanted || wanted == family.Name;

    private static IEnumerable<Finding> RunFamily(Family family, string instrumented, string directory)
    {
        var corpus = Path.Combine(directory, family.Name + ".corpus");
        File.Delete(corpus);
        using var evidence = new Evidence("R7", "fuzz-" + family.Name);
        var guided = ChildRun.Go(instrumented, family.Name, guided: true, Seed, Guided, Path.Combine(directory, family.Name + "-guided.json"), corpus);
        var volume = ChildRun.Go(Program, family.Name, guided: false, Seed, Volume / family.Divisor, Path.Combine(directory, family.Name + "-volume.json"), corpus);
        Note(evidence, "guided", guided);
        Note(evidence, "volume", volume);
        evidence.Note("edges", guided.Edges);
        evidence.Note("corpus", guided.Corpus);
        evidence.Note("seed", Seed);
        if (guided.Findings.Count + volume.Findings.Count == 0)
        {
            evidence.Held();
        }

        return guided.Findings.Concat(volume.Findings);
    }

    private static void Note(Evidence evidence, string run, RunReport report) => evidence.Note(run, new
    {
        report.Inputs, taken = report.Taken, perProcessorSecond = report.ProcessorSeconds > 0 ? Math.Round(report.Inputs / report.ProcessorSeconds) : 0, report.Seconds,
        worstShareOfAllowedMemory = report.WorstShare, report.WorstInput, slowestSeconds = report.SlowestSeconds, report.SlowestInput, findings = report.Findings.Select(finding => finding.ToString()),
    });
}
