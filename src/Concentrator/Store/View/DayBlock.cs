using Metering;

namespace Concentrator.Store.View;

/// <summary>The rows of one meter and profile received on one day (or a part of them), in the order they were given.</summary>
internal sealed class DayBlock(MeterId meter, string profile)
{
    private readonly List<BlockEntry> _entries = [];

    internal MeterId Meter { get; } = meter;

    internal string Profile { get; } = profile;

    internal IReadOnlyList<BlockEntry> Entries => _entries;

    /// <summary>Takes a row as it is.</summary>
    internal void Append(BlockEntry entry) => _entries.Add(entry);

    /// <summary>
    /// Makes room for a row: values it replaces (same row and column, lower revision) go. What is left of the row: those of its values that
    /// no equal or higher revision here forbids; null where none is left.
    /// </summary>
    /// <param name="entry">The row to come.</param>
    /// <param name="changed">True where a value went.</param>
    internal BlockEntry? Supersede(BlockEntry entry, out bool changed)
    {
        changed = false;
        for (var i = _entries.Count - 1; i >= 0 && entry.Values.Count > 0; i--)
        {
            var held = _entries[i];
            if (!held.SameRow(entry))
            {
                continue;
            }

            if (held.Revision >= entry.Revision)
            {
                entry = Without(entry, held);
                continue;
            }

            var left = Without(held, entry);
            changed |= left.Values.Count < held.Values.Count;
            _entries[i] = left;
            if (left.Values.Count == 0 && held.Values.Count > 0)
            {
                _entries.RemoveAt(i);
            }
        }

        return entry.Values.Count == 0 ? null : entry;
    }

    private static BlockEntry Without(BlockEntry entry, BlockEntry other)
    {
        var left = entry.Values.Where(value => !other.Values.Any(theirs => theirs.Column.Id == value.Column.Id)).ToArray();
        return left.Length == entry.Values.Count ? entry : entry with { Values = left };
    }
}
