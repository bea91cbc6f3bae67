namespace Concentrator.Upstream;

/// <summary>
/// Undelivered sequences as sorted ranges; the last one is open: what will be written is undelivered too. At most 64: a 65th merges the two nearest, which are
/// then sent again, never lost.
/// </summary>
internal sealed class RangeSet
{
    internal const int Most = 64;
    private readonly List<(ulong First, ulong Last)> _ranges;

    internal RangeSet(IEnumerable<(ulong First, ulong Last)>? ranges = null) => _ranges = ranges is null ? [(1, ulong.MaxValue)] : [.. ranges];

    internal IReadOnlyList<(ulong First, ulong Last)> Ranges => _ranges;

    /// <summary>True where a sequence is undelivered.</summary>
    internal bool Contains(ulong sequence) => _ranges.Exists(range => range.First <= sequence && sequence <= range.Last);

    /// <summary>How many sequences up to <paramref name="last"/> are undelivered (sequences, not records: those of other classes count too).</summary>
    internal ulong CountUpTo(ulong last)
    {
        ulong count = 0;
        foreach (var range in _ranges.Where(range => range.First <= last))
        {
            count += Math.Min(range.Last, last) - range.First + 1;
        }

        return count;
    }

    /// <summary>Takes delivered sequences out; twice harmlessly.</summary>
    internal void Remove(ulong first, ulong last)
    {
        for (var i = _ranges.Count - 1; i >= 0; i--)
        {
            var range = _ranges[i];
            if (range.Last < first || range.First > last)
            {
                continue;
            }

            _ranges.RemoveAt(i);
            if (range.Last > last)
            {
                _ranges.Insert(i, (last + 1, range.Last));
            }

            if (range.First < first)
            {
                _ranges.Insert(i, (range.First, first - 1));
            }
        }

        while (_ranges.Count > Most)
        {
            MergeNearest();
        }
    }

    /// <summary>Puts sequences back, to be sent again.</summary>
    internal void Add(ulong first, ulong last)
    {
        var at = _ranges.FindIndex(range => range.First > first);
        _ranges.Insert(at < 0 ? _ranges.Count : at, (first, last));
        for (var i = _ranges.Count - 1; i > 0; i--)
        {
            if (_ranges[i - 1].Last >= _ranges[i].First - 1)
            {
                _ranges[i - 1] = (_ranges[i - 1].First, Math.Max(_ranges[i - 1].Last, _ranges[i].Last));
                _ranges.RemoveAt(i);
            }
        }

        while (_ranges.Count > Most)
        {
            MergeNearest();
        }
    }

    private void MergeNearest()
    {
        var nearest = 1;
        for (var i = 2; i < _ranges.Count; i++)
        {
            if (_ranges[i].First - _ranges[i - 1].Last < _ranges[nearest].First - _ranges[nearest - 1].Last)
            {
                nearest = i;
            }
        }

        _ranges[nearest - 1] = (_ranges[nearest - 1].First, _ranges[nearest].Last);
        _ranges.RemoveAt(nearest);
    }
}
