using System.Diagnostics;
using System.Globalization;
using Fuzz.Judging;

namespace Fuzz.Runs;

/// <summary>A run in a process of its own, so that its death is a finding and not ours.</summary>
internal static class ChildRun
{
    private const int MostDeaths = 5;

    /// <summary>Runs, goes on behind inputs that ended the process, and gives what all of it found.</summary>
    /// <param name="program">This program, or its instrumented copy.</param>
    internal static RunReport Go(string program, string family, bool guided, ulong seed, long inputs, string reportFile, string? corpusFile, TimeSpan? most = null)
    {
        var whole = new RunReport { Family = family, Seed = seed };
        for (var (from, deaths) = (0L, 0); from < inputs && deaths < MostDeaths; deaths++)
        {
            File.Delete(reportFile);
            var code = Start(program, family, guided, seed, inputs - from, from, reportFile, corpusFile, most ?? TimeSpan.FromSeconds(5));
            var part = RunReport.Read(reportFile) ?? new RunReport { Family = family, Seed = seed, From = from };
            part.Findings.ForEach(finding => whole.Add(finding));
            if (CurrentInput.Left(reportFile + ".current") is { } left)
            {
                part.Inputs = left.Number - from;
                whole.Add(new Finding(FindingKind.Death, family, seed, left.Number, Convert.ToHexString(left.Octets), $"the process ended with {code}: the stack of {Run.Stack / 1024} KiB ran over, or worse"));
            }

            whole.Add(part);
            if (part.Inputs >= inputs - from || guided || (code != 0 && part.Findings.Count == 0 && CurrentInput.Left(reportFile + ".current") is null))
            {
                break;
            }

            from += part.Inputs + 1;
            File.Delete(reportFile + ".current");
        }

        whole.Write(reportFile);
        return whole;
    }

    private static int Start(string program, string family, bool guided, ulong seed, long inputs, long from, string reportFile, string? corpusFile, TimeSpan most)
    {
        string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(program, [guided ? "guided" : "volume", family, Text(inputs), Text(seed), Text(from), Text(most.TotalSeconds), reportFile, .. corpusFile is null ? Array.Empty<string>() : [corpusFile]])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_GCHeapHardLimit"] = "0x40000000", ["DOTNET_DbgEnableMiniDump"] = "0" },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode is 0 or Program.Found || CurrentInput.Left(reportFile + ".current") is not null ? process.ExitCode
            : throw new InvalidOperationException($"{program} {family} ended with {process.ExitCode}: {errors.Result}");
    }
}
