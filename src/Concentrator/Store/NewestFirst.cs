namespace Concentrator.Store;

/// <summary>Looks for the newest of something in the ledger, in steps from its end back: where much is asked for seldom, no index is kept.</summary>
internal static class NewestFirst
{
    /// <summary>Sequences of the first step; each that finds nothing doubles the next, since a copied box leaves out millions of them.</summary>
    private const ulong FirstStep = 20_000;

    /// <summary>At most so many, newest first.</summary>
    /// <param name="last">Where to begin.</param>
    /// <param name="between">All there is from the first sequence to the last, newest first.</param>
    internal static IReadOnlyList<T> Take<T>(ulong last, int limit, Func<ulong, ulong, IEnumerable<T>> between)
    {
        var found = new List<T>();
        for (var step = FirstStep; last > 0 && found.Count < limit;)
        {
            var (first, before) = (last > step ? last - step + 1 : 1, found.Count);
            found.AddRange(between(first, last));
            (last, step) = (first - 1, found.Count == before ? step * 2 : step);
        }

        return [.. found.Take(limit)];
    }
}
