using Fuzz;
using Fuzz.Mutation;
using Protocols.Dlms.AXdr;

namespace Unit.Properties.Fuzz;

/// <summary>What the harness makes its inputs with.</summary>
public class MutatorTests
{
    [Fact]
    public void Seed_and_number_name_an_input_for_ever()
    {
        foreach (var family in FamilyCatalog.All)
        {
            var corpus = family.Corpus();
            var (one, other) = (new Mutator(family), new Mutator(family));
            var first = Enumerable.Range(0, 50).Select(number => Make(one, corpus, number)).ToList();
            Assert.Equal(first, Enumerable.Range(0, 50).Reverse().Select(number => Make(other, family.Corpus(), number)).Reverse());
            Assert.True(first.Distinct().Count() > 40, family.Name);
        }
    }

    [Fact]
    public void Inputs_differ_in_every_way_a_message_can_be_wrong()
    {
        byte[] origin = [0x68, 0x08, 1, 2, 3, 4, 5, 6, 0x20, 0x16];
        var family = new Family("test", () => [origin], () => _ => null) { Openers = [[0x02, 0x01]], Words = [[0xC0, 0x01]], Generate = DataGenerator.Write };
        var mutator = new Mutator(family);
        var made = Enumerable.Range(0, 200_000).Select(number =>
        {
            var random = Random64.For(7, number);
            return mutator.Next(ref random, [origin]).ToArray();
        }).ToList();
        Assert.Contains(made, octets => octets.Length < 10);
        Assert.Contains(made, octets => octets.Length > 60_000);
        Assert.Contains(made, octets => octets.Length == 10 && octets[1] == 0xFF && octets.AsSpan(2).SequenceEqual(origin.AsSpan(2))); // a length lies, nothing else is wrong
        Assert.Contains(made, octets => octets.Length > 10 && octets[1] is 0x81 or 0x82 or 0x84 && octets.AsSpan()[^2..].SequenceEqual(origin.AsSpan()[^2..])); // it has the long form
        Assert.Contains(made, octets => octets.AsSpan().IndexOf((byte[])[2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]) >= 0); // deep
        Assert.Contains(made, octets => octets.AsSpan().IndexOf((byte[])[0xC0, 0x01]) >= 0);
    }

    [Fact]
    public void An_input_that_fills_the_room_is_mutated_too()
    {
        var family = new Family("test", () => [[0]], () => _ => null) { Openers = [[2, 1]], Words = [[0xC0, 0x01]], Generate = DataGenerator.Write };
        var full = new byte[Family.Longest];
        (full[^2], full[1], full[2]) = (1, 0xFF, 0xFD);
        var mutator = new Mutator(family);
        for (var number = 0; number < 10_000; number++)
        {
            var random = Random64.For(13, number);
            Assert.InRange(mutator.Next(ref random, [full]).Length, 0, Family.Longest);
        }
    }

    [Fact]
    public void Generated_data_are_well_formed()
    {
        var (room, deep) = (new byte[512], 0);
        for (var number = 0; number < 20_000; number++)
        {
            var random = Random64.For(3, number);
            var length = DataGenerator.Write(ref random, room);
            var reader = new AXdrReader(room.AsSpan(0, length));
            var whole = reader.TrySkip() && reader.Remaining == 0;
            deep += whole ? 0 : 1; // some are deeper than we take, some longer than the room, by intent; bit strings leave octets over
        }

        Assert.InRange(deep, 1, 8_000);
    }

    private static string Make(Mutator mutator, IReadOnlyList<byte[]> corpus, int number)
    {
        var random = Random64.For(11, number);
        return Convert.ToHexString(mutator.Next(ref random, corpus).Span);
    }
}
