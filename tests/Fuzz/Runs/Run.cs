using System.Diagnostics;
using Fuzz.Coverage;
using Fuzz.Judging;
using Fuzz.Mutation;

namespace Fuzz.Runs;

/// <summary>What is asked of a run.</summary>
/// <param name="Guided">Keeps inputs that take new edges; else all inputs are made from the corpus as it is at the beginning.</param>
/// <param name="Inputs">How many.</param>
/// <param name="From">The number of the first.</param>
/// <param name="Most">A parse that takes longer hangs.</param>
/// <param name="CorpusFile">More good inputs; a guided run writes what it kept there.</param>
internal sealed record RunOrder(Family Family, bool Guided, ulong Seed, long Inputs, long From, TimeSpan Most, string ReportFile, string? CorpusFile)
{
    /// <summary>Where the input that is being parsed can be found.</summary>
    internal string CurrentFile => ReportFile + ".current";
}

/// <summary>Runs the inputs of one family on one thread with a small stack. Seed and number name an input for ever, given the same corpus.</summary>
internal sealed class Run(RunOrder order)
{
    /// <summary>Recursion that a message can drive shows at once.</summary>
    internal const int Stack = 256 * 1024;

    private const int MostFindings = 20, LongestKept = 4096, LongestByVolume = 256;
    private readonly RunReport _report = new() { Family = order.Family.Name, Seed = order.Seed, From = order.From };

    /// <summary>Runs; gives how many findings there are.</summary>
    internal int Go()
    {
        using var current = new CurrentInput(order.CurrentFile);
        using var watchdog = new Watchdog(current, order.Most, Hangs);
        var thread = new Thread(() => Inputs(current), Stack);
        thread.Start();
        thread.Join();
        File.Delete(order.CurrentFile);
        return _report.Findings.Count;
    }

    private void Inputs(CurrentInput current)
    {
        var began = Stopwatch.GetTimestamp();
        var judge = new Judge(order.Family, current);
        var mutator = new Mutator(order.Family);
        var corpus = CorpusFile.With(order.Family.Corpus(), order.CorpusFile, order.Guided ? LongestKept : LongestByVolume);
        var map = order.Guided ? new CoverageMap() : null;
        for (var seed = 0; seed < corpus.Count; seed++)
        {
            Take(judge, corpus[seed], -1);
            map?.TakeNews();
        }

        for (var number = order.From; number < order.From + order.Inputs && _report.Findings.Count < MostFindings; number++, _report.Inputs++)
        {
            var random = Random64.For(order.Seed, number);
            var input = mutator.Next(ref random, corpus, order.Guided);
            map?.Clear();
            Take(judge, input, number);
            if (map is not null && map.TakeNews() && input.Length <= LongestKept)
            {
                corpus.Add(input.ToArray());
            }
        }

        _report.Take(judge);
        _report.ProcessorSeconds = Math.Round(Environment.CpuUsage.TotalTime.TotalSeconds, 2);
        (_report.Seconds, _report.Edges, _report.Corpus) = (Math.Round(Stopwatch.GetElapsedTime(began).TotalSeconds, 2), map?.Edges ?? 0, corpus.Count);
        if (order is { Guided: true, CorpusFile: { } file })
        {
            CorpusFile.Write(file, corpus);
        }

        _report.Write(order.ReportFile);
    }

    private void Take(Judge judge, ReadOnlyMemory<byte> input, long number)
    {
        if (judge.Try(input, order.Seed, number) is not { } finding || _report.Findings.Exists(other => other.Cause == finding.Cause))
        {
            return;
        }

        var shortest = Shrinker.Shrink(input.ToArray(), shorter => judge.Try(shorter, order.Seed, number) is { } again && again.Kind == finding.Kind && (again.Kind == FindingKind.Allocation || again.Cause == finding.Cause));
        _report.Add(finding with { Shortest = Convert.ToHexString(shortest) });
        _report.Write(order.ReportFile);
    }

    private void Hangs(long number, byte[] input)
    {
        _report.Inputs = number - order.From;
        _report.Add(new Finding(FindingKind.Hang, order.Family.Name, order.Seed, number, Convert.ToHexString(input), $"was not parsed within {order.Most.TotalSeconds} s"));
        _report.Write(order.ReportFile);
        File.Delete(order.CurrentFile);
        Environment.Exit(Program.Found);
    }
}
