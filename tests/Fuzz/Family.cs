using Fuzz.Mutation;

namespace Fuzz;

/// <summary>Parses one input as a stranger's octets are parsed. Null where it was taken; else the refusal. Must not depend on what was parsed before.</summary>
internal delegate string? Parse(ReadOnlyMemory<byte> octets);

/// <summary>Mends what would keep an input on the door step: check sums, lengths, fixed octets. Leaves some as they are.</summary>
internal delegate void Straighten(Span<byte> octets, ref Random64 random);

/// <summary>Writes one element that is well formed by its grammar; gives its length.</summary>
internal delegate int Generate(ref Random64 random, Span<byte> room);

/// <summary>A kind of input: where it begins, how it is parsed, and what is worth trying with it.</summary>
/// <param name="Name">In small letters.</param>
/// <param name="Corpus">Good inputs, the same at every call.</param>
/// <param name="Make">Makes the parser of one worker.</param>
internal sealed record Family(string Name, Func<IReadOnlyList<byte[]>> Corpus, Func<Parse> Make)
{
    /// <summary>The longest input that is tried, octets.</summary>
    internal const int Longest = 64 * 1024;

    /// <summary>Mends mutated inputs; null where nothing guards the door.</summary>
    internal Straighten? Straighten { get; init; }

    /// <summary>Makes elements; null where the family has no grammar of its own.</summary>
    internal Generate? Generate { get; init; }

    /// <summary>Octets that mean something to the parser.</summary>
    internal IReadOnlyList<byte[]> Words { get; init; } = [];

    /// <summary>Octets that open one more level when repeated.</summary>
    internal IReadOnlyList<byte[]> Openers { get; init; } = [];

    /// <summary>Octets the parser is given for an input of so many: a family may write its inputs shorter or longer than they come.</summary>
    internal Func<int, long> Given { get; init; } = static octets => octets;

    /// <summary>An input is several messages, and the family holds each of them to the promise (<see cref="Judging.PartAllowance"/>).</summary>
    internal bool JudgesParts { get; init; }

    /// <summary>Inputs by volume are divided by this: for text that never comes from a meter.</summary>
    internal int Divisor { get; init; } = 1;
}
