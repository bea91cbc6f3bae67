using Metering;

namespace Concentrator.Field;

/// <summary>
/// Tells copies: the same telegram through repeaters and several receivers within 60 s (EN 13757-4 repeaters relay 5 to 25 s later). Bounded: beyond its room the
/// oldest are forgotten.
/// </summary>
internal sealed class CopyFilter
{
    private const long Window = 60 * TimeSpan.TicksPerSecond;
    private const int Room = 65_536;
    private readonly HashSet<(MeterId Meter, ulong Hash)> _seen = [];
    private readonly Queue<(MeterId Meter, ulong Hash, long Monotonic)> _order = new();

    /// <summary>True for a copy.</summary>
    internal bool IsCopy(MeterId meter, ulong contentHash, BoxTime at)
    {
        while (_order.TryPeek(out var oldest) && (at.Monotonic - oldest.Monotonic > Window || _order.Count >= Room))
        {
            _order.Dequeue();
            _seen.Remove((oldest.Meter, oldest.Hash));
        }

        if (!_seen.Add((meter, contentHash)))
        {
            return true;
        }

        _order.Enqueue((meter, contentHash, at.Monotonic));
        return false;
    }
}
