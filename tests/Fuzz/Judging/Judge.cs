using System.Diagnostics;

namespace Fuzz.Judging;

/// <summary>
/// Parses one input after the other and holds each, not their mean, to the promise: no exception, and no more memory than 16 times its octets and 64 KiB. Runs on a thread with a small
/// stack; how long it takes is watched from outside (<see cref="Watchdog"/>).
/// </summary>
internal sealed class Judge(Family family, CurrentInput? current = null)
{
    private Parse _parse = family.Make();

    /// <summary>The worst share of its allowance that an input took, 0 to 1 where the promise holds.</summary>
    internal double WorstShare { get; private set; }

    /// <summary>The input that took it.</summary>
    internal byte[] WorstInput { get; private set; } = [];

    /// <summary>The slowest parse, seconds: the faster of two, so that a pause of the machine is nobody's fault.</summary>
    internal double Slowest { get; private set; }

    /// <summary>The input that took it.</summary>
    internal byte[] SlowestInput { get; private set; } = [];

    /// <summary>How many inputs were taken without a refusal.</summary>
    internal long Taken { get; private set; }

    /// <summary>Null where the input keeps the promise.</summary>
    internal Finding? Try(ReadOnlyMemory<byte> input, ulong seed, long number)
    {
        current?.Set(number, input.Span);
        try
        {
            var (allocated, seconds) = Measure(input);
            var share = Share(allocated, input);
            if (share > WorstShare || seconds > Slowest)
            {
                share = Again(input, share, seconds);
            }

            return share <= 1 ? null
                : new Finding(FindingKind.Allocation, family.Name, seed, number, Convert.ToHexString(input.Span), $"allocates {Math.Round(share, 1)} times what it may");
        }
        catch (PartTooGreedyException e) when (Still(input))
        {
            return new Finding(FindingKind.Allocation, family.Name, seed, number, Convert.ToHexString(input.Span), e.Message);
        }
        catch (PartTooGreedyException)
        {
            return null; // tables or code were made, once
        }
        catch (Exception e)
        {
            _parse = family.Make(); // nobody knows in which state this one is
            return new Finding(FindingKind.Exception, family.Name, seed, number, Convert.ToHexString(input.Span), $"{e.GetType().Name} {Place(e)}\n{e}");
        }
        finally
        {
            current?.Clear();
        }
    }

    /// <summary>What the parser says of an input: null, or its refusal.</summary>
    internal string? Ask(ReadOnlyMemory<byte> input) => _parse(input);

    private (long Allocated, double Seconds) Measure(ReadOnlyMemory<byte> input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var began = Stopwatch.GetTimestamp();
        if (_parse(input) is null)
        {
            Taken++;
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return (GC.GetAllocatedBytesForCurrentThread() - before, seconds);
    }

    private double Share(long allocated, ReadOnlyMemory<byte> input) => family.JudgesParts ? 0 : allocated / (double)PartAllowance.Of(family.Given(input.Length));

    private bool Still(ReadOnlyMemory<byte> input)
    {
        try
        {
            _parse(input);
            return false;
        }
        catch (PartTooGreedyException)
        {
            return true;
        }
    }

    /// <summary>A first time pays for what is made once (tables, compiled code): only what a second time still takes counts.</summary>
    private double Again(ReadOnlyMemory<byte> input, double share, double seconds)
    {
        var (allocated, secondTime) = Measure(input);
        share = Math.Min(share, Share(allocated, input));
        seconds = Math.Min(seconds, secondTime);
        if (share > WorstShare)
        {
            (WorstShare, WorstInput) = (share, input.ToArray());
        }

        if (seconds > Slowest)
        {
            (Slowest, SlowestInput) = (seconds, input.ToArray());
        }

        return share;
    }

    /// <summary>The first line of the stack that lies in a parser.</summary>
    private static string Place(Exception e) =>
        (e.StackTrace ?? "").Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.StartsWith("at ", StringComparison.Ordinal) && !line.StartsWith("at System.", StringComparison.Ordinal)) ?? "nowhere";
}
