using System.Globalization;
using Fuzz.Coverage;
using Fuzz.Judging;
using Fuzz.Runs;

namespace Fuzz;

/// <summary>One run of one family, or one input again. The campaign of tests/Unit starts this program; by hand it is for those who look into a finding.</summary>
internal static class Program
{
    /// <summary>Exit code where an input broke its promise.</summary>
    internal const int Found = 1;

    private const int Usage = 64;

    private static int Main(string[] arguments)
    {
        CoverageMap.Prepare();
        return Go(arguments);
    }

    private static int Go(string[] arguments)
    {
        switch (arguments)
        {
            case ["list"]:
                Console.WriteLine(string.Join('\n', FamilyCatalog.All.Select(family => family.Name)));
                return 0;
            case ["guided" or "volume", var name, var inputs, var seed, var from, var most, var report, .. var corpus]:
                var order = new RunOrder(
                    FamilyCatalog.Find(name), arguments[0] == "guided", ulong.Parse(seed, CultureInfo.InvariantCulture), long.Parse(inputs, CultureInfo.InvariantCulture), long.Parse(from, CultureInfo.InvariantCulture),
                    TimeSpan.FromSeconds(double.Parse(most, CultureInfo.InvariantCulture)), report, corpus is [var file] ? file : null);
                return new Run(order).Go() > 0 ? Found : 0;
            case ["instrument", var directory]:
                Console.WriteLine(Instrumented.Make(Environment.ProcessPath!, directory));
                return 0;
            case ["replay", var name, var hex]:
                return Replay(FamilyCatalog.Find(name), Convert.FromHexString(hex));
            case ["keep", var name, var hex]:
                return Keep(FamilyCatalog.Find(name), Convert.FromHexString(hex));
            default:
                Console.Error.WriteLine("usage: Fuzz list | instrument DIRECTORY | guided|volume FAMILY INPUTS SEED FROM SECONDS REPORT [CORPUS] | replay FAMILY HEX | keep FAMILY HEX");
                return Usage;
        }
    }

    private static int Replay(Family family, byte[] input)
    {
        var judge = new Judge(family);
        var finding = judge.Try(input, 0, 0);
        Console.WriteLine(finding?.ToString() ?? judge.Ask(input) ?? KeptInput.Parsed);
        return finding is null ? 0 : Found;
    }

    /// <summary>Prints the row that keeps a finding: to be appended to tests/Vectors/fuzz, its last field to be filled once the bug is mended.</summary>
    private static int Keep(Family family, byte[] input)
    {
        if (new Judge(family).Try(input, 0, 0) is not { } finding)
        {
            Console.Error.WriteLine("the input keeps its promise: there is nothing to keep");
            return Found;
        }

        var shortest = Shrinker.Shrink(input, shorter => new Judge(family).Try(shorter, 0, 0)?.Kind == finding.Kind);
        Console.WriteLine(new KeptInput(Convert.ToHexString(shortest), finding.Cause, DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "").ToLine());
        return 0;
    }
}
