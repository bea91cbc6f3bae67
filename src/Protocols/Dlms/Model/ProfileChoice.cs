using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model;

/// <summary>
/// What a client chose of a profile's buffer (IEC 62056-6-2, class 7): the opposite of <see cref="ProfileSelection"/>.
/// <code>1 range: structure {column, from, to, array of columns}; 2 entries: structure {from u32, to u32, from column u16, to column u16}, 0 for the last</code>
/// </summary>
/// <param name="From">First instant of a range, UTC; null where entries are chosen.</param>
/// <param name="To">Last instant.</param>
/// <param name="FirstEntry">First entry, from 1.</param>
/// <param name="LastEntry">Last entry; 0 for the last there is.</param>
/// <param name="Columns">The columns by their place, from 0; empty for all.</param>
public readonly record struct ProfileChoice(DateTime? From, DateTime? To, uint FirstEntry, uint LastEntry, IReadOnlyList<int> Columns)
{
    /// <summary>Everything.</summary>
    public static ProfileChoice All { get; } = new(null, null, 1, 0, []);

    /// <summary>Reads a choice. Null where it is none of this profile's.</summary>
    /// <param name="columns">Of the profile; a range restricts its clock.</param>
    public static ProfileChoice? Read(in Selection selection, IReadOnlyList<CaptureObject> columns)
    {
        var reader = new AXdrReader(selection.Parameters.Span);
        return reader.TryItem(out var head) && head is { Tag: AXdrTag.Structure, Count: 4 }
            ? selection.Selector switch { 1 => Range(ref reader, selection, columns), 2 => Entries(ref reader, columns.Count), _ => null }
            : null;
    }

    private static ProfileChoice? Entries(ref AXdrReader reader, int columns)
    {
        Span<uint> numbers = stackalloc uint[4];
        foreach (ref var number in numbers)
        {
            if (!reader.TryInteger(out var given) || given < 0 || given > uint.MaxValue)
            {
                return null;
            }

            number = (uint)given;
        }

        var (first, last) = (numbers[2], numbers[3] == 0 ? (uint)columns : numbers[3]);
        return numbers[0] == 0 || first == 0 || first > last || last > columns ? null
            : new ProfileChoice(null, null, numbers[0], numbers[1], [.. Enumerable.Range((int)first - 1, (int)(last - first + 1))]);
    }

    private static ProfileChoice? Range(ref AXdrReader reader, in Selection selection, IReadOnlyList<CaptureObject> columns)
    {
        if (!reader.TrySkip() || !TryInstant(ref reader, out var from) || !TryInstant(ref reader, out var to) || !columns.Any(column => column.IsClock)
            || CaptureObject.ReadList(selection.Parameters.Span[reader.Position..]) is not { } wanted)
        {
            return null;
        }

        int[] places = [.. wanted.Select(one => Place(columns, one))];
        return places.Contains(-1) ? null : new ProfileChoice(from, to, 1, 0, places);
    }

    private static bool TryInstant(ref AXdrReader reader, out DateTime instant)
    {
        instant = default;
        if (!reader.TryItem(out var item) || item.Tag is not (AXdrTag.OctetString or AXdrTag.DateTime) || !CosemTime.TryRead(item.Content, DeviationSign.Standard, out var time) || !time.IsCalendar)
        {
            return false;
        }

        instant = time.ToUtc() ?? time.ToLocal(); // a time without deviation is taken as the box counts: UTC
        return true;
    }

    private static int Place(IReadOnlyList<CaptureObject> columns, CaptureObject wanted)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] == wanted)
            {
                return i;
            }
        }

        return -1;
    }
}
