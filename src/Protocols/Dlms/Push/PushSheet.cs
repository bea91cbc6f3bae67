using Metering;
using Protocols.Dlms.Model;

namespace Protocols.Dlms.Push;

/// <summary>The values of one device in a push, as columns of one row.</summary>
internal sealed class PushSheet(MeterProfile profile)
{
    private static readonly Unit NotTold = new(UnitSymbol.Unknown);
    private readonly ProfileRows _rows = new();
    private readonly List<Column> _columns = [];
    private readonly List<Value> _values = [];
    private readonly HashSet<ColumnId> _known = [];

    internal bool IsEmpty => _columns.Count == 0;

    /// <summary>Status of the row, where a column of the body is one.</summary>
    internal uint Status { get; private set; }

    /// <summary>Adds a value; a second one of the same identity is not taken.</summary>
    internal void Add(in PushValue value, ReadOnlySpan<byte> data)
    {
        // A register without scaler is a number of nobody knows what: its unit says so.
        var scale = value.Scale ?? (value.Object.ClassId is 3 or 4 or 5 ? new ScalerUnit(0, NotTold) : ScalerUnit.None);
        var column = new ReadColumn(value.Object, scale.Unit, scale.Scaler);
        byte[] row = [0x01, 0x01, 0x02, 0x01, .. data];
        var isSimple = _rows.Read(row, 1) is null;
        if (isSimple && value.Object.ClassId == 1 && profile.IsStatus(value.Object.Name))
        {
            Status = ToReadings.StatusOf(_rows[0][0], _rows, row);
            return;
        }

        var read = isSimple ? ToReadings.ValueOf(_rows[0][0], column, profile, _rows, row) : Value.Octets(data.ToArray());
        var described = value.Object.Name.IsNone
            ? new Column(ColumnId.ForName("place " + value.Place.ToString(System.Globalization.CultureInfo.InvariantCulture)), Obis.None, UnitSymbol.None, read.Exponent, read.Kind == ValueKind.Decimal ? ReadingKind.Instant : ReadingKind.Text, read.Kind)
            : ToReadings.ColumnOf(column, profile, read.Kind == ValueKind.None ? ValueKind.Decimal : read.Kind);
        if (_known.Add(described.Id))
        {
            _columns.Add(described);
            _values.Add(read);
        }
    }

    /// <summary>The block of one row.</summary>
    /// <param name="at">The meter's time of the values; null where it sent none.</param>
    /// <param name="clockStatus">The clock status octet that came with it.</param>
    /// <param name="content">What the instant of a row without time is made of.</param>
    internal ReadingBlock ToBlock(MeterId meter, Via? via, DeviceTime? at, byte clockStatus, ReadOnlySpan<byte> content, DateTime? utc)
    {
        var instant = at is { IsCalendar: true } time ? RowInstant.Of(time, hasSeason: false) : RowInstant.OfContent(content, utc);
        var flags = StatusSets.Flags(profile.Status, Status);
        var clock = at is null ? RowClock.None : CosemTime.ClockOf(clockStatus);
        clock = (flags & StatusFlags.ClockInvalid) != 0 ? RowClock.Invalid : clock == RowClock.Ok && (flags & StatusFlags.ClockAdjusted) != 0 ? RowClock.Adjusted : clock;
        flags |= clock == RowClock.Invalid ? StatusFlags.ClockInvalid : StatusFlags.None;
        var zone = at?.ToUtc() is not null ? RowZone.Deviation : RowZone.Assumed;
        var row = new Row(instant, at, 0, clock, zone, Status, flags);
        return new ReadingBlock(meter, ReadingBlock.RegisterProfile, 0, StampEdge.None, _columns.ToArray(), new[] { row }, _values.ToArray(), via);
    }
}
