using Fuzz;
using Fuzz.Judging;

namespace Unit.Properties.Fuzz;

/// <summary>The harness sees what it is there to see: each input is judged by itself, and what is found is made small.</summary>
public class JudgeTests
{
    private static readonly List<byte[]> Hoard = [];

    [Fact]
    public void An_exception_is_found_with_its_place()
    {
        var finding = new Judge(Of(static octets => octets.Span[3] > 7 ? throw new FormatException("no") : null)).Try(new byte[] { 0, 0, 0, 9 }, 5, 77);
        Assert.Equal((FindingKind.Exception, 5UL, 77L, "00000009"), (finding!.Kind, finding.Seed, finding.Number, finding.Hex));
        Assert.StartsWith("FormatException at Unit.Properties.Fuzz.JudgeTests", finding.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void One_greedy_input_among_thousands_of_modest_ones_is_found()
    {
        var judge = new Judge(Of(static octets => Take(octets.Span[0] == 200 ? 80_000 : 10)));
        var found = Enumerable.Range(0, 5000).Select(number => judge.Try(new[] { (byte)(number == 4321 ? 200 : number % 100), (byte)0 }, 1, number)).Where(finding => finding is not null).ToList();
        Assert.Equal((FindingKind.Allocation, 4321L), (Assert.Single(found)!.Kind, found[0]!.Number));
        Assert.InRange(judge.WorstShare, 1.2, 1.3);
    }

    [Fact]
    public void What_is_made_once_is_no_finding()
    {
        byte[]? table = null;
        Assert.Null(new Judge(Of(_ => (table ??= new byte[1_000_000]).Length > 0 ? null : "")).Try(new byte[4], 1, 1));
        Assert.NotNull(table);
    }

    [Fact]
    public void A_greedy_message_of_a_conversation_is_found_and_many_modest_ones_are_none()
    {
        var judge = new Judge(Of(static octets =>
        {
            foreach (var octet in octets.Span)
            {
                var allowance = default(PartAllowance);
                allowance.Begin(1);
                Take(octet == 200 ? 80_000 : 40_000);
                allowance.End();
            }

            return null;
        }) with { JudgesParts = true });
        Assert.Null(judge.Try(new byte[20], 1, 1));
        Assert.Equal(FindingKind.Allocation, judge.Try(new byte[] { 1, 200, 1 }, 1, 2)!.Kind);
    }

    [Fact]
    public void The_shortest_input_for_which_it_still_happens_is_found()
    {
        var input = Enumerable.Range(0, 500).Select(i => (byte)i).ToArray();
        var shortest = Shrinker.Shrink(input, octets => octets.Contains((byte)77) && octets.Contains((byte)200) && octets.AsSpan().IndexOf((byte)77) < octets.AsSpan().IndexOf((byte)200));
        Assert.Equal([77, 200], shortest);
        Assert.Equal([4], Shrinker.Shrink([9, 9, 250, 9], octets => octets.Any(octet => octet >= 4)));
    }

    [Fact]
    public void A_row_that_was_kept_reads_back()
    {
        var row = new KeptInput("00FF", "Exception: it \"threw\"", "2026-11-25", KeptInput.Parsed);
        var file = Path.GetTempFileName();
        File.WriteAllLines(file, [row.ToLine()]);
        Assert.Equal(row, Assert.Single(KeptInput.Read(file)));
        File.Delete(file);
    }

    private static Family Of(Parse parse) => new("test", static () => [[0]], () => parse);

    private static string? Take(int octets)
    {
        Hoard.Clear();
        Hoard.Add(new byte[octets]);
        return null;
    }
}
