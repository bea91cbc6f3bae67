namespace Fuzz.Judging;

/// <summary>
/// The promise on memory, for one message after the other of a conversation: each may take 16 times what was said so far and 64 KiB, since what a message completes was said before it.
/// </summary>
internal struct PartAllowance
{
    private const long TimesInput = 16, MoreOctets = 64 * 1024;
    private long _said, _before;

    /// <summary>What an input of so many octets may take.</summary>
    internal static long Of(long octets) => (TimesInput * octets) + MoreOctets;

    /// <summary>Before a message is given to the parser.</summary>
    internal void Begin(int octets)
    {
        _said += octets;
        _before = GC.GetAllocatedBytesForCurrentThread();
    }

    /// <summary>After it.</summary>
    /// <exception cref="PartTooGreedyException">It took too much.</exception>
    internal readonly void End()
    {
        var taken = GC.GetAllocatedBytesForCurrentThread() - _before;
        if (taken > Of(_said))
        {
            throw new PartTooGreedyException($"a message allocates {taken} octets where {_said} were said");
        }
    }
}
