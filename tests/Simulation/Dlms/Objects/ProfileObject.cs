using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>One stored row.</summary>
/// <param name="At">The meter's time as UTC.</param>
/// <param name="Occurrence">How many rows before it had the same time.</param>
public sealed record StoredRow(DateTime At, int Occurrence, byte Status, uint[] Values);

/// <summary>Class 7: rows of a clock, a status where it has one, and values.</summary>
/// <param name="columns">Attribute 3.</param>
/// <param name="period">Seconds between rows; 0 for events.</param>
/// <param name="most">Rows it keeps; the oldest go.</param>
public sealed class ProfileObject(Obis name, IReadOnlyList<CaptureObject> columns, uint period, int most, MeterClock clock) : CosemObject(7, 1, name)
{
    private readonly List<StoredRow> _rows = [];

    /// <summary>What the rows hold.</summary>
    public IReadOnlyList<CaptureObject> Columns => columns;

    /// <summary>Seconds between rows.</summary>
    public uint Period => period;

    /// <summary>All rows that are still there, oldest first.</summary>
    public IReadOnlyList<StoredRow> Rows => _rows;

    /// <summary>Rows that were given to a client.</summary>
    public event Action<ProfileObject, IReadOnlyList<StoredRow>>? Answered;

    /// <summary>A row that was stored.</summary>
    public event Action<ProfileObject, StoredRow>? Stored;

    /// <summary>How the buffer is told; by default as an array of structures.</summary>
    public ProfileQuirk Quirk { get; init; }

    public override int Attributes => 8;

    public override int Methods => 2;

    /// <summary>Stores a row.</summary>
    public void Store(DateTime at, byte status, params uint[] values)
    {
        var row = new StoredRow(at, _rows.Count(other => other.At == at), status, values);
        _rows.Add(row);
        if (_rows.Count > most)
        {
            _rows.RemoveAt(0);
        }

        Stored?.Invoke(this, row);
    }

    /// <summary>Forgets everything, as a meter that was reset.</summary>
    public void Clear() => _rows.Clear();

    public override DataResult Get(int attribute, Selection? access)
    {
        switch (attribute)
        {
            case 2:
                if (Select(access) is not { } rows)
                {
                    return Error(TypeUnmatched);
                }

                Answered?.Invoke(this, rows);
                return Result(Buffer(rows));
            case 3:
                var to = new DataWriter();
                CaptureObject.WriteList(to, columns);
                return Result(to.ToArray());
            case 4:
                return Result(new DataWriter().UInt32(period).ToArray());
            case 5:
                return Result(new DataWriter().Enum(Quirk == ProfileQuirk.NewestFirst ? (byte)2 : (byte)1).ToArray());
            case 6:
                return Result(new DataWriter().Structure(4).UInt16(8).Name(new Obis(0, 0, 1, 0, 0, 255)).Int8(2).UInt16(0).ToArray());
            case 7:
                return Result(new DataWriter().UInt32((uint)_rows.Count).ToArray());
            case 8:
                return Result(new DataWriter().UInt32((uint)most).ToArray());
            default:
                return Error(Undefined);
        }
    }

    private List<StoredRow>? Select(Selection? access)
    {
        IEnumerable<StoredRow> rows = Quirk == ProfileQuirk.NewestFirst ? Enumerable.Reverse(_rows) : _rows;
        if (access is not { } selection)
        {
            return [.. rows];
        }

        var reader = new AXdrReader(selection.Parameters.Span);
        if (selection.Selector == 2)
        {
            return reader.TryItem(out _) && reader.TryItem(out var first) && reader.TryItem(out var last) && AXdrNumbers.TryInteger(first, out var from) && AXdrNumbers.TryInteger(last, out var to)
                ? [.. rows.Skip((int)from - 1).Take(to == 0 ? int.MaxValue : (int)(to - from + 1))] : null;
        }

        if (selection.Selector != 1 || !reader.TryItem(out _) || !reader.TrySkip() || !reader.TryItem(out var begin) || !reader.TryItem(out var end) || begin.Content.Length != 12 || end.Content.Length != 12
            || clock.Utc(begin.Content) is not { } since || clock.Utc(end.Content) is not { } until)
        {
            return null;
        }

        return [.. rows.Where(row => row.At >= since && (Quirk == ProfileQuirk.RangeWithoutEnd ? row.At < until : row.At <= until))];
    }

    private byte[] Buffer(List<StoredRow> rows)
    {
        var to = new DataWriter().Array(rows.Count);
        StoredRow? before = null;
        foreach (var row in rows)
        {
            to.Structure(columns.Count);
            var value = 0;
            for (var i = 0; i < columns.Count; i++)
            {
                if (columns[i].IsClock)
                {
                    _ = Quirk == ProfileQuirk.NullTimes && before is not null && before.At.AddSeconds(period) == row.At && MeterClock.IsSummer(before.At) == MeterClock.IsSummer(row.At)
                        ? to.Null() : to.Octets(clock.Octets(row.At));
                }
                else if (columns[i].Name.C == 96 && columns[i].Name.D == 10)
                {
                    _ = Quirk switch
                    {
                        ProfileQuirk.StatusOf16Bits => to.UInt16(row.Status),
                        ProfileQuirk.StatusOf32Bits => to.UInt32(row.Status),
                        _ => to.UInt8(row.Status),
                    };
                }
                else
                {
                    var number = row.Values[value];
                    _ = Quirk == ProfileQuirk.NullTimes && before is not null && before.Values[value] == number ? to.Null() : to.UInt32(number);
                    value++;
                }
            }

            before = row;
        }

        return to.ToArray();
    }
}

/// <summary>Ways in which meters tell a buffer.</summary>
public enum ProfileQuirk
{
    None, NullTimes, NewestFirst, RangeWithoutEnd, StatusOf16Bits, StatusOf32Bits,
}
