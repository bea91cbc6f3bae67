namespace Fuzz.Judging;

/// <summary>How an input broke its promise.</summary>
internal enum FindingKind
{
    /// <summary>An exception came out of the parser.</summary>
    Exception,
    /// <summary>More was allocated than 16 times the input and 64 KiB.</summary>
    Allocation,
    /// <summary>It was not done in time.</summary>
    Hang,
    /// <summary>The process died: the stack ran over, or memory that is not ours was touched.</summary>
    Death,
}

/// <summary>An input that broke its promise, with everything that is needed to see it again.</summary>
/// <param name="Kind">How.</param>
/// <param name="Family">Of which family.</param>
/// <param name="Seed">Of the run.</param>
/// <param name="Number">The how manieth input.</param>
/// <param name="Hex">Its octets.</param>
/// <param name="Sentence">What happened, and where.</param>
/// <param name="Shortest">The shortest octets for which the same happens.</param>
internal sealed record Finding(FindingKind Kind, string Family, ulong Seed, long Number, string Hex, string Sentence, string? Shortest = null)
{
    /// <summary>Two findings with the same are one bug.</summary>
    internal string Cause => Kind == FindingKind.Allocation ? nameof(FindingKind.Allocation) : $"{Kind}: {Sentence.Split('\n')[0]}";

    /// <inheritdoc/>
    public override string ToString() => $"{Family}: {Kind}, seed {Seed}, input {Number}: {Shortest ?? Hex}: {Sentence}";
}
