using Metering;

namespace Concentrator.Field;

/// <summary>
/// Keep-slots of one meter's pushes, one for each kind: a list of powers every ten seconds must not take the slot of the list of energies that comes once an hour. A row that was kept is
/// not kept again, whatever slot it comes in: a gas meter's hourly value stands in every telegram of its hour.
/// </summary>
/// <param name="slot">Length of a slot; zero keeps all.</param>
internal sealed class PushSlots(TimeSpan slot)
{
    private const int MostKinds = 32;
    private readonly Dictionary<int, (KeepSlot Slot, string LastKey)> _kinds = [];

    internal bool Keeps(TimeSpan at, uint status, ReadingBlock block)
    {
        var kind = KindOf(block);
        if (!_kinds.TryGetValue(kind, out var known))
        {
            if (_kinds.Count >= MostKinds)
            {
                _kinds.Clear(); // a meter whose pushes never look alike is kept more often, not less
            }

            known = (new KeepSlot(slot), "");
        }

        var key = block.Rows.Length == 0 ? "" : block.KeyOf(block.Rows.Length - 1);
        if (key == known.LastKey || !known.Slot.Keeps(at, status))
        {
            _kinds[kind] = known;
            return false;
        }

        _kinds[kind] = known with { LastKey = key };
        return true;
    }

    private static int KindOf(ReadingBlock block)
    {
        var kind = new HashCode();
        kind.Add(block.Profile);
        foreach (var column in block.Columns)
        {
            kind.Add(column.Id);
        }

        return kind.ToHashCode();
    }
}
