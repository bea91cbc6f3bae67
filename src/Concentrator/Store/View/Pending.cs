using Metering;

namespace Concentrator.Store.View;

/// <summary>Rows that wait to be written, by the block they belong to.</summary>
internal sealed class Pending
{
    private readonly Dictionary<BlockKey, List<BlockEntry>> _byBlock = [];
    private readonly Dictionary<BlockColumn, BlockColumn> _columns = [];

    /// <summary>How many rows wait.</summary>
    internal int Count { get; private set; }

    /// <summary>The rows by block.</summary>
    internal IReadOnlyDictionary<BlockKey, List<BlockEntry>> ByBlock => _byBlock;

    internal void Add(MeterId meter, string profile, BlockEntry entry)
    {
        var key = new BlockKey(BlockKey.DayOf(entry.ReceivedAt), meter, profile);
        if (!_byBlock.TryGetValue(key, out var waiting))
        {
            _byBlock[key] = waiting = [];
        }

        waiting.Add(entry with { Values = [.. entry.Values.Select(Share)] });
        Count++;
    }

    internal void Clear()
    {
        _byBlock.Clear();
        _columns.Clear();
        Count = 0;
    }

    /// <summary>The rows of one meter have the same columns over and over: kept once.</summary>
    private BlockValue Share(BlockValue value)
    {
        if (!_columns.TryGetValue(value.Column, out var column))
        {
            _columns[value.Column] = column = value.Column;
        }

        return value.IsNumber ? new BlockValue(column, value.Scaler, value.Number) : new BlockValue(column, value.Scaler, value.Text);
    }
}
