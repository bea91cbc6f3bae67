using Concentrator.Ports;

namespace Concentrator.Store.Images;

/// <summary>What of an image is not here: sorted, and no two touch.</summary>
internal sealed class ImageGaps(long octets)
{
    private readonly List<OctetRange> _missing = [new(0, octets)];

    /// <summary>The gaps.</summary>
    internal IReadOnlyList<OctetRange> All => _missing;

    /// <summary>Octets in them.</summary>
    internal long Octets { get; private set; } = octets;

    /// <summary>The parts of a range that are missing.</summary>
    internal List<OctetRange> Within(long from, long octets)
    {
        var (found, end) = (new List<OctetRange>(), from + octets);
        for (var i = FirstBeyond(from); i < _missing.Count && _missing[i].From < end; i++)
        {
            var first = Math.Max(from, _missing[i].From);
            found.Add(new OctetRange(first, Math.Min(end, EndOf(_missing[i])) - first));
        }

        return found;
    }

    /// <summary>These octets came; whatever of them was there already stays.</summary>
    internal void Fill(long from, long octets)
    {
        var end = from + octets;
        var i = FirstBeyond(from);
        while (i < _missing.Count && _missing[i].From < end)
        {
            var gap = _missing[i];
            _missing.RemoveAt(i);
            if (gap.From < from)
            {
                _missing.Insert(i++, new OctetRange(gap.From, from - gap.From));
            }

            if (EndOf(gap) > end)
            {
                _missing.Insert(i++, new OctetRange(end, EndOf(gap) - end));
            }

            Octets -= Math.Min(end, EndOf(gap)) - Math.Max(from, gap.From);
        }
    }

    /// <summary>The first gap that ends behind an offset.</summary>
    private int FirstBeyond(long offset)
    {
        var (low, high) = (0, _missing.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = EndOf(_missing[middle]) <= offset ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static long EndOf(OctetRange range) => range.From + range.Octets;
}
