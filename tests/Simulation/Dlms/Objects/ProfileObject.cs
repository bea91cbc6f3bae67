using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>One stored row.</summary>
/// <param name="At">The meter's time as UTC.</param>
/// <param name="Occurrence">How many rows before it had the same time.</param>
public sealed record StoredRow(DateTime At, int Occurrence, byte Status, IReadOnlyList<MeterValue> Values);

/// <summary>Class 7: rows of a clock, a status where it has one, and values.</summary>
/// <param name="columns">Attribute 3.</param>
/// <param name="period">Seconds between rows; 0 for events.</param>
/// <param name="most">Rows it keeps; the oldest go.</param>
public sealed class ProfileObject(DlmsMeter meter, Obis name, IReadOnlyList<CaptureObject> columns, uint period, int most) : CosemObject(7, 1, name)
{
    /// <summary>The column of the clock.</summary>
    public static readonly CaptureObject Clock = new(8, new Obis(0, 0, 1, 0, 0, 255), 2, 0);

    /// <summary>Rows that a meter which clips its answers gives at once.</summary>
    private const int MostAtOnce = 20;

    private readonly List<StoredRow> _rows = [];
    private (ICapturable? One, int Attribute)[]? _captured; // of the value columns, found once
    private DateTime _latest;

    /// <summary>What the rows hold.</summary>
    public IReadOnlyList<CaptureObject> Columns { get; private set; } = columns;

    /// <summary>The columns that are neither clock nor status: those of a row's values.</summary>
    public IEnumerable<CaptureObject> ValueColumns => Columns.Where(column => !column.IsClock && !IsStatus(column));

    /// <summary>Seconds between rows.</summary>
    public uint Period { get; private set; } = period;

    /// <summary>All rows that are still there, oldest first.</summary>
    public IReadOnlyList<StoredRow> Rows => _rows;

    /// <summary>Rows that were given to a client.</summary>
    public event Action<ProfileObject, IReadOnlyList<StoredRow>>? Answered;

    /// <summary>A row that was stored.</summary>
    public event Action<ProfileObject, StoredRow>? Stored;

    public override int Attributes => 8;

    public override int Methods => 2;

    /// <summary>Stores a row of what the columns hold at a time.</summary>
    /// <param name="stamp">The time that is written in front of it; null for that time.</param>
    public void Capture(DateTime at, byte status, DateTime? stamp = null)
    {
        _captured ??= [.. ValueColumns.Select(column => (meter.Device.Find(column.ClassId, column.Name) as ICapturable, (int)column.Attribute))];
        var values = new MeterValue[_captured.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = _captured[i].One?.Capture(_captured[i].Attribute, at) ?? default;
        }

        Store(stamp ?? at, status, values);
    }

    /// <summary>Stores a row.</summary>
    public void Store(DateTime at, byte status, params IReadOnlyList<MeterValue> values)
    {
        var row = new StoredRow(at, at > _latest ? 0 : _rows.Count(other => other.At == at), status, values);
        _latest = at > _latest ? at : _latest;
        _rows.Add(row);
        if (_rows.Count > most)
        {
            _rows.RemoveAt(0);
        }

        Stored?.Invoke(this, row);
    }

    /// <summary>Changes the newest row behind the back of whoever has read it.</summary>
    public void Revise(byte status, params IReadOnlyList<MeterValue> values) => _rows[^1] = _rows[^1] with { Status = status, Values = values };

    /// <summary>Forgets everything, as a meter that was reset.</summary>
    public void Clear() => _rows.Clear();

    /// <summary>Captures other objects from now on, or at other times: the buffer is empty then, as the standard has it.</summary>
    public void Change(IReadOnlyList<CaptureObject> columns, uint period)
    {
        (Columns, Period, _captured) = (columns, period, null);
        _rows.Clear();
    }

    public override DataResult Get(int attribute, Selection? access)
    {
        switch (attribute)
        {
            case 2:
                if (Select(access) is not { } rows)
                {
                    return Error(TypeUnmatched);
                }

                if (Chosen(access) is not { Count: > 0 } chosen)
                {
                    return Error(TypeUnmatched);
                }

                Answered?.Invoke(this, rows);
                return Result(Buffer(rows, chosen));
            case 3:
                var to = new DataWriter();
                CaptureObject.WriteList(to, Columns);
                return Result(to.ToArray());
            case 4:
                return Result(new DataWriter().UInt32(Period).ToArray());
            case 5:
                return Result(new DataWriter().Enum(IsNewestFirst ? (byte)2 : (byte)1).ToArray());
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

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        switch (method)
        {
            case 1:
                Clear();
                return new ActionResult(Success, null);
            case 2:
                Capture(meter.Clock.Now, 0);
                return new ActionResult(Success, null);
            default:
                return new ActionResult(Denied, null);
        }
    }

    private bool IsNewestFirst => meter.Plan.Has(MeterFault.NewestFirst);

    private static bool IsStatus(CaptureObject column) => column.Name is { C: 96, D: 10 };

    private List<StoredRow>? Select(Selection? access)
    {
        IEnumerable<StoredRow> rows = IsNewestFirst ? Enumerable.Reverse(_rows) : _rows;
        if (access is not { } selection)
        {
            return [.. rows];
        }

        if (selection.Selector == 1 && meter.Plan.Has(MeterFault.RangeIsDenied))
        {
            return null;
        }

        var reader = new AXdrReader(selection.Parameters.Span);
        if (selection.Selector == 2)
        {
            return reader.TryItem(out _) && reader.TryItem(out var first) && reader.TryItem(out var last) && AXdrNumbers.TryInteger(first, out var from) && AXdrNumbers.TryInteger(last, out var to)
                ? [.. rows.Skip(Math.Max(0, (int)from - 1)).Take(to == 0 ? int.MaxValue : (int)(to - from + 1))] : null;
        }

        if (selection.Selector != 1 || !reader.TryItem(out _) || !reader.TrySkip() || !reader.TryItem(out var begin) || !reader.TryItem(out var end) || begin.Content.Length != 12 || end.Content.Length != 12
            || meter.Clock.Utc(begin.Content) is not { } since || meter.Clock.Utc(end.Content) is not { } until)
        {
            return null;
        }

        var found = rows.Where(row => row.At >= since && (meter.Plan.Has(MeterFault.RangeWithoutEnd) ? row.At < until : row.At <= until));
        return [.. meter.Plan.Has(MeterFault.AnswersAreClipped) ? found.Take(MostAtOnce) : found];
    }

    /// <summary>The columns a client chose: by name with a range, by number with entries; all where it chose none. Null where the choice is none of this profile's.</summary>
    private List<CaptureObject>? Chosen(Selection? access)
    {
        if (access is not { } selection)
        {
            return [.. Columns];
        }

        var reader = new AXdrReader(selection.Parameters.Span);
        reader.TryItem(out _);
        if (selection.Selector == 2)
        {
            return reader.TrySkip() && reader.TrySkip() && reader.TryItem(out var first) && reader.TryItem(out var last) && AXdrNumbers.TryInteger(first, out var from) && AXdrNumbers.TryInteger(last, out var to)
                && from >= 1 && from <= Columns.Count ? [.. Columns.Skip((int)from - 1).Take(to == 0 ? Columns.Count : (int)(to - from + 1))] : null;
        }

        if (!reader.TrySkip() || !reader.TrySkip() || !reader.TrySkip())
        {
            return null;
        }

        var wanted = CaptureObject.ReadList(selection.Parameters.Span[reader.Position..]);
        return wanted is null or { Length: > 0 } && wanted?.All(Columns.Contains) != true ? null : wanted!.Length == 0 ? [.. Columns] : [.. wanted];
    }

    private byte[] Buffer(List<StoredRow> rows, List<CaptureObject> chosen)
    {
        var values = ValueColumns.ToList();
        var to = new DataWriter().Array(rows.Count);
        StoredRow? before = null;
        foreach (var row in rows)
        {
            to.Structure(chosen.Count);
            foreach (var column in chosen)
            {
                if (column.IsClock)
                {
                    _ = IsAsAbove(before, row) && MeterClock.IsSummer(before!.At) == MeterClock.IsSummer(row.At) ? to.Null() : to.Octets(meter.Clock.Octets(row.At));
                }
                else if (IsStatus(column))
                {
                    WriteStatus(to, row.Status);
                }
                else
                {
                    var value = values.IndexOf(column);
                    _ = meter.Plan.Has(MeterFault.NullTimes) && before is not null && before.Values[value] == row.Values[value] ? to.Null() : row.Values[value].WriteTo(to, meter.Clock);
                }
            }

            before = row;
        }

        return to.ToArray();
    }

    private bool IsAsAbove(StoredRow? before, StoredRow row) => meter.Plan.Has(MeterFault.NullTimes) && before is not null && Period > 0 && before.At.AddSeconds(Period) == row.At;

    private void WriteStatus(DataWriter to, byte status) => _ = (meter.Plan.Faults & (MeterFault.StatusOf16Bits | MeterFault.StatusOf32Bits | MeterFault.StatusAsBits)) switch
    {
        MeterFault.StatusOf16Bits => to.UInt16(status),
        MeterFault.StatusOf32Bits => to.UInt32(status),
        MeterFault.StatusAsBits => to.Bits([status], 8),
        _ => to.UInt8(status),
    };
}
