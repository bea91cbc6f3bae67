using Metering;

namespace Substation.Box;

/// <summary>What arrived: the times of the rows of each meter and profile, and how often one came twice.</summary>
public sealed class Subscriber
{
    private readonly Dictionary<(MeterId Meter, string Profile), HashSet<long>> _rows = [];

    /// <summary>Rows that came.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows that had come before.</summary>
    public long Again { get; private set; }

    /// <summary>Blocks of single registers that came, by meter.</summary>
    public Dictionary<MeterId, int> Registers { get; } = [];

    /// <summary>Takes a block.</summary>
    public void Take(ReadingBlock block)
    {
        if (block.Profile == ReadingBlock.RegisterProfile)
        {
            Registers[block.Meter] = Registers.GetValueOrDefault(block.Meter) + 1;
            return;
        }

        var known = _rows.TryGetValue((block.Meter, block.Profile), out var set) ? set : _rows[(block.Meter, block.Profile)] = [];
        foreach (var row in block.Rows)
        {
            var isNew = row.At?.ToUtc() is { } at && known.Add(at.Ticks);
            (Rows, Again) = isNew ? (Rows + 1, Again) : (Rows, Again + 1);
        }
    }

    /// <summary>Something of a profile has arrived.</summary>
    public bool Has(MeterId meter, string profile) => _rows.TryGetValue((meter, profile), out var rows) && rows.Count > 0;

    /// <summary>All rows of a meter whose times lie in a range, its end counted in.</summary>
    public bool IsComplete(MeterId meter, string profile, DateTime after, DateTime until, TimeSpan period)
    {
        if (!_rows.TryGetValue((meter, profile), out var known))
        {
            return false;
        }

        for (var at = after + period; at <= until; at += period)
        {
            if (!known.Contains(at.Ticks))
            {
                return false;
            }
        }

        return true;
    }
}
