using Concentrator.Ports;
using Metering;

namespace Concentrator.Store.View;

/// <summary>
/// Chooses from the blocks of a day, seen in any order, the telegrams with the lowest sequences after the last page: oldest first in bounded memory.
/// </summary>
/// <param name="query">What to look for.</param>
/// <param name="after">Sequences up to it were given already.</param>
/// <param name="most">At most so many telegrams.</param>
internal sealed class PageSelection(ArchiveQuery query, ulong after, int most)
{
    private readonly SortedDictionary<ulong, List<(MeterId Meter, string Profile, BlockEntry Entry)>> _chosen = [];
    private readonly SortedSet<ulong> _order = [];
    private ulong _below = ulong.MaxValue;

    /// <summary>True where there is more than this page holds.</summary>
    internal bool IsCut => _below != ulong.MaxValue;

    /// <summary>The last sequence of the page.</summary>
    internal ulong Last => _order.Count == 0 ? after : _order.Max;

    /// <summary>The page's values.</summary>
    internal IEnumerable<ArchivedRow> Rows =>
        from telegram in _chosen.Values
        from row in telegram
        from value in row.Entry.Values
        select row.Entry.ToRow(row.Meter, row.Profile, value);

    /// <summary>Takes from a block's rows, which are wanted.</summary>
    internal void Look(DayBlock block)
    {
        foreach (var entry in block.Entries)
        {
            // The page may have become full since the block was read.
            if (entry.Sequence < _below && Wanted(entry) is { } wanted)
            {
                Choose(block, wanted);
            }
        }
    }

    /// <summary>Whether a row can be in the page.</summary>
    internal bool IsWanted(ulong sequence, DateTime? receivedAt) =>
        sequence > after && sequence < _below
        && ((query.From is null && query.To is null) || (receivedAt is { } at && !(at < query.From) && !(at >= query.To)));

    private void Choose(DayBlock block, BlockEntry entry)
    {
        if (!_chosen.TryGetValue(entry.Sequence, out var rows))
        {
            _chosen[entry.Sequence] = rows = [];
            _order.Add(entry.Sequence);
        }

        rows.Add((block.Meter, block.Profile, entry));
        if (_order.Count > most)
        {
            _below = _order.Max;
            _order.Remove(_below);
            _chosen.Remove(_below);
        }
    }

    private BlockEntry? Wanted(BlockEntry entry)
    {
        if (query.Obis is null)
        {
            return entry.Values.Count > 0 ? entry : null;
        }

        var values = entry.Values.Where(value => value.Column.Obis == query.Obis).ToArray();
        return values.Length > 0 ? entry with { Values = values } : null;
    }
}
