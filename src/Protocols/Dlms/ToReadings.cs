using Metering;
using Metering.Driver;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Protocols.Dlms;

/// <summary>One column of what is read: the object, and the unit and scaler it has.</summary>
public readonly record struct ReadColumn(CaptureObject Object, Unit Unit, sbyte Scaler);

/// <summary>For whom something was read.</summary>
/// <param name="Meter">The device that measured.</param>
/// <param name="Via">Through which meter it was reached, or null.</param>
/// <param name="Task">The collection task, or null.</param>
/// <param name="OrderId">The order, or null.</param>
public readonly record struct ReadFor(MeterId Meter, Via? Via = null, string? Task = null, string? OrderId = null);

/// <summary>COSEM data to readings: profiles, registers, event logs. The clock's and the status column become facts of the row, the others its values.</summary>
public static class ToReadings
{
    /// <summary>The rows of a profile as a block. Null where they cannot be read; the fault says why.</summary>
    /// <param name="data">Attribute 2, with everything in it.</param>
    /// <param name="rows">Is used to read them; may be kept for the next.</param>
    /// <param name="newestFirst">The profile is sorted with the newest row in front (sort method 2).</param>
    public static ReadingBlock? Profile(
        in ReadFor reader, ProfileDefinition definition, MeterProfile profile, ReadOnlySpan<ReadColumn> columns, int periodSeconds, ReadOnlySpan<byte> data, ProfileRows rows, out string? fault,
        bool newestFirst = false)
    {
        fault = rows.Read(data, columns.Length);
        if (fault is not null)
        {
            return null;
        }

        var (clock, status) = (-1, -1);
        var kept = new List<int>(columns.Length);
        for (var i = 0; i < columns.Length; i++)
        {
            if (clock < 0 && columns[i].Object.IsClock)
            {
                clock = i;
            }
            else if (status < 0 && profile.IsStatus(columns[i].Object.Name))
            {
                status = i;
            }
            else
            {
                kept.Add(i);
            }
        }

        if (clock < 0)
        {
            fault = "the profile captures no clock: its rows have no time";
            return null;
        }

        var made = new Row[rows.Count];
        var values = new Value[rows.Count * kept.Count];
        var times = new RowTimes(profile, newestFirst ? -periodSeconds : periodSeconds);
        for (var row = 0; row < rows.Count; row++)
        {
            var cells = rows[row];
            if (times.Next(cells[clock], ProfileRows.OctetsOf(cells[clock], data), status < 0 ? 0 : StatusOf(cells[status], rows, data)) is not { } facts)
            {
                fault = $"row {row + 1} has no time";
                return null;
            }

            made[row] = facts;
            for (var i = 0; i < kept.Count; i++)
            {
                values[(row * kept.Count) + i] = ValueOf(cells[kept[i]], columns[kept[i]], profile, rows, data);
            }
        }

        RowTimes.Number(made, newestFirst || RowTimes.RunsBackwards(made));
        var described = new Column[kept.Count];
        for (var i = 0; i < kept.Count; i++)
        {
            described[i] = ColumnOf(columns[kept[i]], profile, TypeOf(values, i, kept.Count));
        }

        return new ReadingBlock(
            reader.Meter, definition.Name.ToString(), periodSeconds, definition.Stamp, described, made, values, reader.Via, reader.Task, reader.OrderId);
    }

    /// <summary>Attributes read one by one as a block of one row, whose instant is the order's. Attributes that were not there are null.</summary>
    /// <param name="at">The meter's clock when they were read, or null.</param>
    /// <param name="data">One Data for each column; empty for none.</param>
    public static ReadingBlock Registers(in ReadFor reader, MeterProfile profile, ReadOnlySpan<ReadColumn> columns, DeviceTime? at, IReadOnlyList<ReadOnlyMemory<byte>> data)
    {
        var values = new Value[columns.Length];
        var described = new Column[columns.Length];
        var rows = new ProfileRows();
        for (var i = 0; i < columns.Length; i++)
        {
            byte[] row = [0x01, 0x01, 0x02, 0x01, .. data[i].Span];
            values[i] = data[i].IsEmpty || rows.Read(row, 1) is not null ? Value.None : ValueOf(rows[0][0], columns[i], profile, rows, row);
            described[i] = ColumnOf(columns[i], profile, values[i].Kind == ValueKind.None ? ValueKind.Decimal : values[i].Kind);
        }

        var clock = at is null ? RowClock.None : (at.Value.Flags & DeviceTimeFlags.Invalid) != 0 ? RowClock.Invalid : RowClock.Ok;
        var flags = clock == RowClock.Invalid ? StatusFlags.ClockInvalid : StatusFlags.None;
        var row1 = new Row("o:" + reader.OrderId, at, 0, clock, at is { } time && (time.Flags & DeviceTimeFlags.HasOffset) != 0 ? RowZone.Deviation : RowZone.Assumed, 0, flags);
        return new ReadingBlock(reader.Meter, ReadingBlock.RegisterProfile, 0, StampEdge.None, described, new[] { row1 }, values, reader.Via, reader.Task, reader.OrderId);
    }

    /// <summary>The rows of an event log. The number is the first integer of a row that is not its status.</summary>
    public static IReadOnlyList<MeterEvent> Events(ProfileDefinition log, MeterProfile profile, ReadOnlySpan<ReadColumn> columns, ReadOnlySpan<byte> data, ProfileRows rows, out string? fault)
    {
        fault = rows.Read(data, columns.Length);
        var (told, times) = (new List<(Row Row, int Number)>(), new RowTimes(profile, 0));
        for (var row = 0; row < rows.Count && fault is null; row++)
        {
            var cells = rows[row];
            var clock = IndexOf(columns, cells, static (column, _) => column.Object.IsClock);
            var number = IndexOf(columns, cells, static (column, cell) => !column.Object.IsClock && IsInteger(cell.Tag));
            if (clock < 0 || number < 0)
            {
                fault = "the log captures no clock or no event number";
                break;
            }

            if (times.Next(cells[clock], ProfileRows.OctetsOf(cells[clock], data), 0) is { } facts)
            {
                told.Add((facts, (int)cells[number].Number));
            }
        }

        Row[] made = [.. told.Select(one => one.Row)];
        RowTimes.Number(made, RowTimes.RunsBackwards(made));
        return [.. made.Select((row, i) => new MeterEvent(log.Name, told[i].Number, profile.EventSet, row.At!.Value, row.Occurrence, profile.EventText(told[i].Number)))];
    }

    private static int IndexOf(ReadOnlySpan<ReadColumn> columns, ReadOnlySpan<ProfileCell> cells, Func<ReadColumn, ProfileCell, bool> fits)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (fits(columns[i], cells[i]))
            {
                return i;
            }
        }

        return -1;
    }

    internal static uint StatusOf(in ProfileCell cell, ProfileRows rows, ReadOnlySpan<byte> data)
    {
        if (IsInteger(cell.Tag))
        {
            return (uint)cell.Number;
        }

        uint status = 0;
        foreach (var octet in cell.Tag is AXdrTag.BitString or AXdrTag.OctetString ? ProfileRows.OctetsOf(cell, data) : default)
        {
            status = (status << 8) | octet;
        }

        return status;
    }

    internal static Value ValueOf(in ProfileCell cell, in ReadColumn column, MeterProfile profile, ProfileRows rows, ReadOnlySpan<byte> data)
    {
        if (cell.IsRepeated && !profile.NullsRepeat)
        {
            return Value.None;
        }

        switch (cell.Tag)
        {
            case AXdrTag.Null or AXdrTag.DontCare:
                return Value.None;
            case AXdrTag.Boolean:
                return Value.Bool(cell.Number != 0);
            case AXdrTag.UInt64:
                return Value.Decimal((ulong)cell.Number, column.Scaler);
            case AXdrTag.Float32:
                return Value.Real(BitConverter.UInt32BitsToSingle(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(ProfileRows.OctetsOf(cell, data))));
            case AXdrTag.Float64:
                return Value.Real(BitConverter.UInt64BitsToDouble(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(ProfileRows.OctetsOf(cell, data))));
            case AXdrTag.VisibleString or AXdrTag.Utf8String:
                return Value.Text(ProfileRows.OctetsOf(cell, data).ToArray());
            case AXdrTag.BitString:
                return Value.Bits(ProfileRows.OctetsOf(cell, data).ToArray(), cell.Length);
            case AXdrTag.OctetString or AXdrTag.DateTime when IsTime(column.Object) && CosemTime.TryRead(ProfileRows.OctetsOf(cell, data), profile.Deviation, out var time):
                return Value.Instant(time);
            case AXdrTag.OctetString or AXdrTag.DateTime or AXdrTag.Date or AXdrTag.Time:
                return Value.Octets(ProfileRows.OctetsOf(cell, data).ToArray());
            default:
                return Value.Decimal(cell.Number, column.Scaler);
        }
    }

    /// <summary>Capture times: class 4 attribute 5, class 5 attributes 6 and 7, class 8 attribute 2.</summary>
    private static bool IsTime(in CaptureObject column) => (column.ClassId, column.Attribute) is (8, 2) or (4, 5) or (5, 6) or (5, 7);

    private static bool IsInteger(AXdrTag tag) => tag is AXdrTag.Int8 or AXdrTag.Int16 or AXdrTag.Int32 or AXdrTag.Int64 or AXdrTag.UInt8 or AXdrTag.UInt16 or AXdrTag.UInt32 or AXdrTag.UInt64 or AXdrTag.Enum;

    private static ValueKind TypeOf(Value[] values, int column, int columns)
    {
        for (var i = column; i < values.Length; i += columns)
        {
            if (values[i].Kind != ValueKind.None)
            {
                return values[i].Kind;
            }
        }

        return ValueKind.Decimal;
    }

    internal static Column ColumnOf(in ReadColumn column, MeterProfile profile, ValueKind type)
    {
        var kind = type is ValueKind.Text or ValueKind.Octets or ValueKind.Bits ? ReadingKind.Text : profile.KindOf(column.Object.Name);
        return new Column(
            ColumnId.ForAttribute(column.Object.ClassId, column.Object.Name, column.Object.Attribute, column.Object.Index), column.Object.Name, column.Unit,
            type == ValueKind.Decimal ? column.Scaler : (sbyte)0, kind, type);
    }
}
