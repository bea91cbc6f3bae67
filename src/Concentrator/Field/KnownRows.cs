using Metering;

namespace Concentrator.Field;

/// <summary>
/// The newest rows of each profile that are in the ledger, by identity and content. A row that is read again is told once; one that is another by now keeps its identity and goes on
/// with the next revision: never a silent replacement.
/// </summary>
internal sealed class KnownRows
{
    /// <summary>Two days of quarter hours a profile: what is read again lies within hours.</summary>
    private const int MostRows = 200;

    private const ulong Basis = 14_695_981_039_346_656_037, Prime = 1_099_511_628_211;
    private readonly Dictionary<(MeterId Meter, string Profile), List<(ulong Identity, ulong Content, int Revision)>> _known = [];
    private readonly Lock _lock = new();

    /// <summary>The rows of a block by their revision; rows that are known as they are only where they are wanted again.</summary>
    /// <param name="again">Somebody asked for them by name.</param>
    internal IReadOnlyList<(ReadingBlock Block, int Revision)> Sort(ReadingBlock block, bool again)
    {
        var revisions = new int?[block.Rows.Length];
        lock (_lock)
        {
            var known = _known.GetValueOrDefault((block.Meter, block.Profile));
            var columns = ColumnsOf(block);
            for (var row = 0; row < revisions.Length; row++)
            {
                var identity = IdentityOf(block, row);
                var at = known?.FindLastIndex(one => one.Identity == identity) ?? -1;
                revisions[row] = at < 0 ? 0 : known![at].Content != ContentOf(block, row, columns) ? known[at].Revision + 1 : again ? known[at].Revision : null;
            }
        }

        return revisions.All(revision => revision == 0) ? [(block, 0)]
            : [.. revisions.Where(revision => revision is not null).Distinct().Order().Select(revision => (block.Only([.. Enumerable.Range(0, revisions.Length).Where(row => revisions[row] == revision)]), revision!.Value))];
    }

    /// <summary>A block is in the ledger.</summary>
    internal void Stored(ReadingBlock block, int revision)
    {
        lock (_lock)
        {
            var known = _known.TryGetValue((block.Meter, block.Profile), out var list) ? list : _known[(block.Meter, block.Profile)] = [];
            var columns = ColumnsOf(block);
            for (var row = 0; row < block.Rows.Length; row++)
            {
                var identity = IdentityOf(block, row);
                known.RemoveAll(one => one.Identity == identity && one.Revision <= revision);
                known.Add((identity, ContentOf(block, row, columns), revision));
            }

            known.RemoveRange(0, Math.Max(0, known.Count - MostRows));
        }
    }

    private static ulong IdentityOf(ReadingBlock block, int row)
    {
        var facts = block.Rows[row];
        return Add(Add(Basis, facts.Instant), (ulong)facts.Occurrence);
    }

    private static ulong ColumnsOf(ReadingBlock block)
    {
        var hash = Basis;
        foreach (ref readonly var column in block.Columns)
        {
            hash = Add(Add(Add(hash, column.Id.ToString()), (ulong)column.Scaler), column.Unit.WireText);
        }

        return hash;
    }

    private static ulong ContentOf(ReadingBlock block, int row, ulong columns)
    {
        var hash = Add(Add(columns, block.Rows[row].Status), (ulong)block.Rows[row].Flags);
        foreach (ref readonly var value in block.ValuesOf(row))
        {
            hash = Add(hash, (ulong)value.Kind);
            hash = value.Kind switch
            {
                ValueKind.None => hash,
                ValueKind.Decimal => Add(Add(hash, (ulong)value.Mantissa), (ulong)(value.Mantissa >> 64)),
                _ => Add(hash, value.ToString() ?? ""),
            };
        }

        return hash;
    }

    private static ulong Add(ulong hash, ulong number)
    {
        for (var i = 0; i < 8; i++, number >>= 8)
        {
            hash = unchecked((hash ^ (byte)number) * Prime);
        }

        return hash;
    }

    private static ulong Add(ulong hash, string text)
    {
        foreach (var letter in text)
        {
            hash = unchecked((hash ^ letter) * Prime);
        }

        return unchecked((hash ^ 0xFFFF) * Prime);
    }
}
