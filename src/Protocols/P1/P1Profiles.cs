using System.Globalization;
using System.Text;
using Metering;
using Metering.Driver;

namespace Protocols.P1;

/// <summary>
/// Lines that hold a profile: <code>name(count)(code)..(time)(value)..(time)(value)..</code>
/// The log of long power failures (1-0:99.97.0: end of each and how long it lasted) becomes events, any other rows of a block. And the one of DSMR 2.2:
/// <code>0-n:24.3.0(time)(status)(period in minutes)(count)(code)(unit) CR LF (value)..</code>
/// </summary>
internal static class P1Profiles
{
    private const int MostRows = 256, MostColumns = 8, PowerUp = 2;

    /// <summary>True for a line that holds a profile of the first kind.</summary>
    internal static bool IsProfile(in P1Line line)
    {
        var values = line.Values;
        return line.Name.C is 98 or 99 && P1Line.TryValue(ref values, out var count) && TryCount(count, out _);
    }

    /// <summary>Adds the events of the log of power failures.</summary>
    internal static void AddFailures(in P1Line line, short? offset, List<MeterEvent> events)
    {
        var values = line.Values;
        if (!TryHead(ref values, out var count, out _))
        {
            return;
        }

        for (var i = 0; i < count && P1Line.TryValue(ref values, out var at) && P1Line.TryValue(ref values, out var lasted); i++)
        {
            if (P1Time.TryParse(at, offset, out var time) && P1Number.TryParse(lasted, out var seconds, out _, out _))
            {
                var occurrence = events.Count(one => one.OccurredAt == time);
                events.Add(new MeterEvent(line.Name, PowerUp, "dsmr", time, occurrence, string.Create(CultureInfo.InvariantCulture, $"power was back after {seconds} s")));
            }
        }
    }

    /// <summary>The rows of another profile; null where there are none or they do not fit what the line announces.</summary>
    internal static ReadingBlock? ToBlock(in P1Line line, MeterId meter, P1Options options)
    {
        var values = line.Values;
        if (!TryHead(ref values, out var count, out var names))
        {
            return null;
        }

        var (rows, cells, columns) = (new List<Row>(), new List<Value>(), new Column[names.Count]);
        for (var row = 0; row < count; row++)
        {
            if (!P1Line.TryValue(ref values, out var stamp) || !P1Time.TryParse(stamp, options.OffsetMinutes, out var at) || !at.IsCalendar)
            {
                return null;
            }

            rows.Add(RowOf(at, stamp, rows));
            for (var i = 0; i < columns.Length; i++)
            {
                if (!P1Line.TryValue(ref values, out var text))
                {
                    return null;
                }

                var isTime = P1Time.TryParse(text, options.OffsetMinutes, out var time);
                var (value, unit) = isTime ? (Value.Instant(time), UnitSymbol.None) : P1Number.TryParse(text, out var number, out var known, out _) ? (number, known) : (Value.Text(text.ToArray()), (Unit)UnitSymbol.None);
                columns[i] = row > 0 ? columns[i] : new Column(
                    ColumnId.ForAttribute(4, names[i], isTime ? (byte)5 : (byte)2, 0), names[i], unit, value.Exponent, options.Profile.KindOf(names[i]), value.Kind);
                if (value.Kind != columns[i].Type || value.Exponent != columns[i].Scaler || unit != columns[i].Unit)
                {
                    return null;
                }

                cells.Add(value);
            }
        }

        return rows.Count == 0 ? null : new ReadingBlock(meter, line.Name.ToString(), 0, StampEdge.None, columns, rows.ToArray(), cells.ToArray());
    }

    /// <summary>The value of an M-Bus device as DSMR 2.2 writes it: the newest of the line goes on the device's sheet.</summary>
    internal static void AddHourly(in P1Line line, P1Sheet sheet)
    {
        var values = line.Values;
        if (!P1Line.TryValue(ref values, out var stamp) || !P1Time.TryParse(stamp, null, out var at) || !P1Line.TryValue(ref values, out _) || !P1Line.TryValue(ref values, out var minutes)
            || !P1Line.TryValue(ref values, out var many) || !P1Line.TryValue(ref values, out var code) || !P1Line.TryValue(ref values, out var unitText)
            || !TryCount(many, out var count) || !TryCount(minutes, out var period) || !P1Obis.TryParse(code, out var name) || !at.IsCalendar)
        {
            return;
        }

        var unit = P1Number.UnitOf(unitText, out var power);
        for (var i = 0; i < count && P1Line.TryValue(ref values, out var text); i++)
        {
            if (i == count - 1 && P1Number.TryParse(text, out var value, out _, out _) && at.ToLocalAfter(TimeSpan.FromMinutes((long)period * i)) is { } local)
            {
                sheet.At = at with { Year = (ushort)local.Year, Month = (byte)local.Month, Day = (byte)local.Day, Hour = (byte)local.Hour, Minute = (byte)local.Minute };
                sheet.Add(4, name, 2, Value.Decimal(value.Mantissa, (sbyte)(value.Exponent + power)), unit);
            }
        }
    }

    private static Row RowOf(in DeviceTime at, ReadOnlySpan<byte> stamp, List<Row> before)
    {
        var instant = RowInstant.Of(at, char.IsAsciiLetter((char)stamp[^1]));
        var zone = (at.Flags & DeviceTimeFlags.HasOffset) != 0 ? RowZone.Profile : RowZone.Assumed;
        return new Row(instant, at, before.Count(row => row.Instant == instant), RowClock.Ok, zone, 0, StatusFlags.None);
    }

    /// <summary>Count and codes.</summary>
    private static bool TryHead(ref ReadOnlySpan<byte> values, out int count, out List<Obis> names)
    {
        names = [];
        if (!P1Line.TryValue(ref values, out var text) || !TryCount(text, out count))
        {
            count = 0;
            return false;
        }

        for (var rest = values; P1Line.TryValue(ref rest, out var code) && names.Count < MostColumns && P1Obis.TryParse(code, out var name); values = rest)
        {
            names.Add(name);
        }

        return names.Count > 0;
    }

    private static bool TryCount(ReadOnlySpan<byte> text, out int count) => int.TryParse(Encoding.Latin1.GetString(text[..Math.Min(text.Length, 6)]), NumberStyles.None, CultureInfo.InvariantCulture, out count) && count <= MostRows;
}
