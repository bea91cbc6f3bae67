using Metering;

namespace Concentrator.Home;

/// <summary>A meter's newest value of one code.</summary>
/// <param name="At">The meter's own time of it, where it told one.</param>
/// <param name="Received">When it was taken, on the clock that never steps.</param>
internal sealed record NewestValue(Obis Obis, Value Value, Unit Unit, RowQuality Quality, DeviceTime? At, BoxTime Received);

/// <summary>
/// The newest numbers of the meters that consumers look at, whether they are kept or not: what the meter counts or measures now, no history. In memory alone: after a start it fills with what
/// is heard.
/// </summary>
internal sealed class NewestValues(IEnumerable<MeterId> meters)
{
    private const byte CurrentValue = 255, ValueAttribute = 2;
    private readonly Dictionary<MeterId, SortedDictionary<Obis, NewestValue>> _values = meters.Distinct().ToDictionary(meter => meter, _ => new SortedDictionary<Obis, NewestValue>());
    private readonly Lock _lock = new();

    /// <summary>Takes what a meter said of itself just now. Profiles are history, and are left out.</summary>
    internal void Take(ReadingBlock block, BoxTime at)
    {
        if (block.Rows.Length != 1 || block.PeriodSeconds != 0 || !_values.TryGetValue(block.Meter, out var values))
        {
            return;
        }

        lock (_lock)
        {
            for (var i = 0; i < block.Columns.Length; i++)
            {
                var (column, value) = (block.Columns[i], block.ValuesOf(0)[i]);
                if (value.Kind is ValueKind.Decimal or ValueKind.Real && column.Obis.F == CurrentValue && column.Id.Attribute is 0 or ValueAttribute && column.Id.Index < 2)
                {
                    values[column.Obis] = new NewestValue(column.Obis, value.Owned(), column.Unit, block.Rows[0].Quality, block.Rows[0].At, at);
                }
            }
        }
    }

    /// <summary>All of a meter, by code.</summary>
    internal IReadOnlyList<NewestValue> Of(MeterId meter)
    {
        lock (_lock)
        {
            return _values.TryGetValue(meter, out var values) ? [.. values.Values] : [];
        }
    }
}
