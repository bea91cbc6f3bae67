namespace Unit.Properties.Dlms.Attacks;

/// <summary>What a reading of octets costs in memory, held to the promise: at most 16 times what was said, and 64 KiB.</summary>
internal static class Weight
{
    private const long Times = 16, More = 64 * 1024;

    /// <summary>Runs it twice: what is made once in a process is no cost of an input.</summary>
    internal static void MustBeBounded(long said, Action reading, string what)
    {
        reading();
        var before = GC.GetAllocatedBytesForCurrentThread();
        reading();
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken <= (Times * said) + More, $"{what}: {taken} octets were taken where {said} were said");
    }
}
