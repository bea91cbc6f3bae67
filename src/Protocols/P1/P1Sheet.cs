using Metering;
using Protocols.Dlms.Model;

namespace Protocols.P1;

/// <summary>What a telegram says about one device, column by column.</summary>
internal sealed class P1Sheet(MeterProfile profile)
{
    private readonly List<Column> _columns = [];
    private readonly List<Value> _values = [];
    private readonly HashSet<ColumnId> _known = [];

    /// <summary>The device's own name for itself, as octets.</summary>
    internal byte[]? Identity { get; set; }

    /// <summary>The time of its values; null where none was sent.</summary>
    internal DeviceTime? At { get; set; }

    /// <summary>The time said whether it is summer.</summary>
    internal bool HasSeason { get; set; }

    internal bool IsEmpty => _columns.Count == 0;

    /// <summary>Adds a value; a second one of the same identity is not taken.</summary>
    internal void Add(ushort classId, Obis name, byte attribute, Value value, Unit unit)
    {
        var id = ColumnId.ForAttribute(classId, name, attribute, 0);
        if (!_known.Add(id))
        {
            return;
        }

        var kind = value.Kind is ValueKind.Text or ValueKind.Octets ? ReadingKind.Text : profile.KindOf(name);
        _columns.Add(new Column(id, name, unit, value.Exponent, kind, value.Kind));
        _values.Add(value);
    }

    /// <summary>The block of one row.</summary>
    /// <param name="content">What the instant of a row without time is made of.</param>
    internal ReadingBlock ToBlock(MeterId meter, Via? via, ReadOnlySpan<byte> content, DateTime? utc)
    {
        var instant = At is { IsCalendar: true } at ? RowInstant.Of(at, HasSeason) : RowInstant.OfContent(content, utc);
        var zone = At is { } time && (time.Flags & DeviceTimeFlags.HasOffset) != 0 ? RowZone.Profile : RowZone.Assumed;
        var row = new Row(instant, At, 0, At is null ? RowClock.None : RowClock.Ok, zone, 0, StatusFlags.None);
        return new ReadingBlock(meter, ReadingBlock.RegisterProfile, 0, StampEdge.None, _columns.ToArray(), new[] { row }, _values.ToArray(), via);
    }
}
