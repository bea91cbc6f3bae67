namespace Concentrator.Store.View;

/// <summary>Brings waiting rows into the day blocks: appended to the last part, a new part where that is full; a revised row replaces what it revises.</summary>
/// <param name="file">Where the blocks are.</param>
/// <param name="days">The days that have blocks, or will have when all is added.</param>
/// <param name="partOctets">A part beyond so many octets is full.</param>
internal sealed class Merger(ViewFile file, IReadOnlyList<int> days, int partOctets)
{
    /// <summary>Octets of a row without its values, and of a value, as they come out for M-Bus: only for knowing when a part is full.</summary>
    private const int RowOctets = 48, ValueOctets = 6;

    private readonly Dictionary<(BlockKey Key, int Part), DayBlock> _changed = [];

    /// <summary>Adds the rows of one block and writes what changed, so that never more than a few blocks are in memory; only within <see cref="ViewFile.Commit"/>.</summary>
    internal void Add(BlockKey key, IReadOnlyList<BlockEntry> entries)
    {
        var part = LastPart(key);
        var block = Load(key, part) ?? new DayBlock(key.Meter, key.Profile);
        var octets = block.Entries.Sum(OctetsOf);
        foreach (var entry in entries)
        {
            if (Revise(key, part, block, entry) is not { } left)
            {
                continue;
            }

            if (octets + OctetsOf(left) > partOctets && block.Entries.Count > 0)
            {
                _changed[(key, part)] = block;
                (part, block, octets) = (part + 1, new DayBlock(key.Meter, key.Profile), 0);
            }

            block.Append(left);
            _changed[(key, part)] = block;
            octets += OctetsOf(left);
        }

        foreach (var ((at, n), changed) in _changed)
        {
            file.Put(at.ToOctets(n), changed);
        }

        _changed.Clear();
    }

    /// <summary>
    /// Only a revision is looked for in earlier parts and other days (seldom, and then by key, day by day); a row heard for the first time
    /// can at most be doubled within the part at hand.
    /// </summary>
    private BlockEntry? Revise(BlockKey key, int part, DayBlock block, BlockEntry entry)
    {
        var left = block.Supersede(entry, out var changed);
        if (changed)
        {
            _changed[(key, part)] = block;
        }

        if (entry.Revision == 0)
        {
            return left;
        }

        foreach (var day in days)
        {
            var other = key with { Day = day };
            for (var n = 0; left is not null && !(day == key.Day && n == part) && Load(other, n) is { } earlier; n++)
            {
                left = earlier.Supersede(left, out changed);
                if (changed)
                {
                    _changed[(other, n)] = earlier;
                }
            }
        }

        return left;
    }

    private int LastPart(BlockKey key)
    {
        var part = 0;
        while (Load(key, part + 1) is not null)
        {
            part++;
        }

        return part;
    }

    private DayBlock? Load(BlockKey key, int part) => _changed.TryGetValue((key, part), out var changed) ? changed : file.ReadBlock(key.ToOctets(part));

    private static int OctetsOf(BlockEntry entry) => RowOctets + entry.Values.Sum(value => ValueOctets + (value.IsNumber ? 0 : value.Text?.Length ?? 0));
}
