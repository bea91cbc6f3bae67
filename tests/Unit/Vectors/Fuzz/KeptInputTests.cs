using Fuzz;
using Fuzz.Judging;
using Unit.Plan;

namespace Unit.Vectors.Fuzz;

/// <summary>Every input that once broke its promise keeps it now, and gives what its row says.</summary>
public class KeptInputTests
{
    private static readonly string Folder = Path.Combine(Sources.Root, "tests", "Vectors", "fuzz");

    public static TheoryData<string> Families => [.. FamilyCatalog.All.Select(family => family.Name)];

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_input_that_was_kept_keeps_its_promise_now(string name)
    {
        var family = FamilyCatalog.Find(name);
        foreach (var row in KeptInput.Read(Path.Combine(Folder, name + ".jsonl")))
        {
            var input = Convert.FromHexString(row.Hex);
            var (finding, said) = SmallStack.Run(() => (new Judge(family).Try(input, 0, 0), new Judge(family).Ask(input) ?? KeptInput.Parsed));
            Assert.True(finding is null, finding?.ToString());
            Assert.NotEqual("", row.Gives);
            Assert.Contains(row.Gives, said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_file_belongs_to_a_family() =>
        Assert.Empty(Directory.EnumerateFiles(Folder, "*.jsonl").Select(Path.GetFileNameWithoutExtension).Except(FamilyCatalog.All.Select(family => family.Name)));

    [Fact]
    public void The_inputs_a_family_begins_with_keep_their_promise_and_enough_of_them_are_taken()
    {
        foreach (var family in FamilyCatalog.All)
        {
            var judge = new Judge(family);
            var corpus = family.Corpus();
            foreach (var input in corpus)
            {
                Assert.True(SmallStack.Run(() => judge.Try(input, 0, 0)) is null, $"{family.Name} {Convert.ToHexString(input)}");
            }

            Assert.True(corpus.Count(input => new Judge(family).Ask(input) is null) * 3 >= corpus.Count, $"{family.Name}: fewer than a third of the good inputs are taken");
        }
    }
}
