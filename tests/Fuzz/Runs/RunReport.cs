using System.Text.Json;
using System.Text.Json.Serialization;
using Fuzz.Judging;

namespace Fuzz.Runs;

/// <summary>What a run leaves behind, in a file of its own.</summary>
internal sealed record RunReport
{
    private static readonly JsonSerializerOptions Shape = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    public required string Family { get; init; }
    public required ulong Seed { get; init; }

    /// <summary>The first input's number.</summary>
    public long From { get; init; }

    /// <summary>Inputs tried.</summary>
    public long Inputs { get; set; }

    /// <summary>Inputs that were taken without a refusal: how deep the run went.</summary>
    public long Taken { get; set; }
    public double Seconds { get; set; }

    /// <summary>Processor time, which other work on the machine does not change.</summary>
    public double ProcessorSeconds { get; set; }

    /// <summary>Edges of instrumented code that were taken; 0 for a run by volume.</summary>
    public int Edges { get; set; }

    /// <summary>Inputs of the corpus at the end.</summary>
    public int Corpus { get; set; }

    /// <summary>The worst share of the allowance of 16 times the input and 64 KiB.</summary>
    public double WorstShare { get; set; }
    public string WorstInput { get; set; } = "";
    public double SlowestSeconds { get; set; }
    public string SlowestInput { get; set; } = "";
    public List<Finding> Findings { get; init; } = [];

    internal static RunReport? Read(string path) => File.Exists(path) ? JsonSerializer.Deserialize<RunReport>(File.ReadAllText(path), Shape) : null;

    internal void Write(string path)
    {
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(this, Shape));
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Adds one of a cause that is new; false for more of the same.</summary>
    internal bool Add(Finding finding)
    {
        if (Findings.Exists(other => other.Cause == finding.Cause))
        {
            return false;
        }

        Findings.Add(finding);
        return true;
    }

    /// <summary>Adds what a part of the run, begun behind a death, found.</summary>
    internal void Add(RunReport part)
    {
        Inputs += part.Inputs;
        Taken += part.Taken;
        Seconds = Math.Round(Seconds + part.Seconds, 2);
        ProcessorSeconds = Math.Round(ProcessorSeconds + part.ProcessorSeconds, 2);
        (Edges, Corpus) = (Math.Max(Edges, part.Edges), Math.Max(Corpus, part.Corpus));
        (WorstShare, WorstInput) = part.WorstShare > WorstShare ? (part.WorstShare, part.WorstInput) : (WorstShare, WorstInput);
        (SlowestSeconds, SlowestInput) = part.SlowestSeconds > SlowestSeconds ? (part.SlowestSeconds, part.SlowestInput) : (SlowestSeconds, SlowestInput);
    }

    internal void Take(Judge judge)
    {
        (Taken, WorstShare, SlowestSeconds) = (judge.Taken, Math.Round(judge.WorstShare, 4), judge.Slowest);
        (WorstInput, SlowestInput) = (Cut(judge.WorstInput), Cut(judge.SlowestInput));
    }

    private static string Cut(byte[] input) => input.Length <= 2048 ? Convert.ToHexString(input) : $"{Convert.ToHexString(input, 0, 2048)}... ({input.Length} octets)";
}
