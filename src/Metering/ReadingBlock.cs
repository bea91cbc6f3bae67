namespace Metering;

/// <summary>How far a row's own clock may be believed.</summary>
public enum RowClock : byte
{
    Ok, Adjusted, Doubtful, Invalid, None,
}

/// <summary>Where the offset of a row's time comes from.</summary>
public enum RowZone : byte
{
    /// <summary>The meter sent it.</summary>
    Deviation,
    /// <summary>The meter's profile definition says it.</summary>
    Profile,
    /// <summary>Not known: the time is written without offset, never a guessed Z.</summary>
    Assumed,
}

/// <summary>The facts of one row.</summary>
/// <param name="Instant">The instant part of the row's key: UTC <c>2026-10-25T00:15Z</c>, <c>d:</c>, <c>h:</c> or <c>o:</c> form (CONTRACTS section 3).</param>
/// <param name="At">The meter's own time of the row, null where it sent none.</param>
/// <param name="Occurrence">Counts rows that the meter itself stored under one time.</param>
/// <param name="Clock">How far the meter's clock may be believed.</param>
/// <param name="Zone">Where the offset comes from.</param>
/// <param name="Status">Status octets as sent.</param>
/// <param name="Flags">What they mean, and what the box noticed.</param>
public sealed record Row(string Instant, DeviceTime? At, int Occurrence, RowClock Clock, RowZone Zone, uint Status, StatusFlags Flags)
{
    /// <summary>By the published table.</summary>
    public RowQuality Quality => QualityTable.Judge(Flags);
}

/// <summary>How a meter was reached when it stands behind another.</summary>
public sealed record Via(MeterId Meter, int Channel, string? InstalledAt);

/// <summary>
/// What one source said about one meter in one go: rows of the same columns. A profile day is one block, a register read a small one,
/// an M-Bus telegram a block of one row. Made by Protocols only, like the Readings in it.
/// </summary>
public sealed class ReadingBlock
{
    /// <summary>The profile name of everything that comes from M-Bus telegrams.</summary>
    public const string MBusProfile = "mbus";

    /// <summary>The profile name of single registers.</summary>
    public const string RegisterProfile = "reg";

    private readonly ReadOnlyMemory<Column> _columns;
    private readonly ReadOnlyMemory<Row> _rows;
    private readonly ReadOnlyMemory<Value> _values;

    internal ReadingBlock(
        MeterId meter, string profile, int periodSeconds, StampEdge stamp, ReadOnlyMemory<Column> columns, ReadOnlyMemory<Row> rows, ReadOnlyMemory<Value> values,
        Via? via = null, string? task = null, string? orderId = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, columns.Length * rows.Length, nameof(values));
        Meter = meter;
        Profile = profile;
        PeriodSeconds = periodSeconds;
        Stamp = stamp;
        Via = via;
        Task = task;
        OrderId = orderId;
        _columns = columns;
        _rows = rows;
        _values = values;
    }

    /// <summary>The same block with more flags on every row.</summary>
    internal ReadingBlock WithFlags(StatusFlags flags)
    {
        var rows = _rows.ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = rows[i] with { Flags = rows[i].Flags | flags };
        }

        return new ReadingBlock(Meter, Profile, PeriodSeconds, Stamp, _columns, rows, _values, Via, Task, OrderId);
    }

    /// <summary>The same block with some of its rows, in the order given.</summary>
    public ReadingBlock Only(ReadOnlySpan<int> rows) => Of(Meter, Via, rows);

    /// <summary>Some of the rows, as those of the device that measured them.</summary>
    internal ReadingBlock Of(MeterId meter, Via? via, ReadOnlySpan<int> rows)
    {
        var (some, values) = (new Row[rows.Length], new Value[rows.Length * Columns.Length]);
        for (var i = 0; i < rows.Length; i++)
        {
            some[i] = Rows[rows[i]];
            ValuesOf(rows[i]).CopyTo(values.AsSpan(i * Columns.Length));
        }

        return new ReadingBlock(meter, Profile, PeriodSeconds, Stamp, _columns, some, values, via, Task, OrderId);
    }

    /// <summary>The device that measured.</summary>
    public MeterId Meter { get; }

    /// <summary>OBIS of the profile, <c>mbus</c> or <c>reg</c>.</summary>
    public string Profile { get; }

    /// <summary>Capture period in seconds; 0 where there is none.</summary>
    public int PeriodSeconds { get; }

    /// <summary>Whether row times are interval ends or starts.</summary>
    public StampEdge Stamp { get; }

    /// <summary>Through which meter it came, or null.</summary>
    public Via? Via { get; }

    /// <summary>The collection task that asked, or null.</summary>
    public string? Task { get; }

    /// <summary>The order that asked, or null.</summary>
    public string? OrderId { get; }

    /// <summary>What the values are.</summary>
    public ReadOnlySpan<Column> Columns => _columns.Span;

    /// <summary>The rows, in the order received.</summary>
    public ReadOnlySpan<Row> Rows => _rows.Span;

    /// <summary>How many values the block holds, null-data included.</summary>
    public int Count => _values.Length;

    /// <summary>The values of one row, one per column.</summary>
    public ReadOnlySpan<Value> ValuesOf(int row) => _values.Span.Slice(row * _columns.Length, _columns.Length);

    /// <summary>One value with what it is.</summary>
    public Reading this[int row, int column] => new(_columns.Span[column], ValuesOf(row)[column]);

    /// <summary>The row's key: with a column's id the identity of a value, for ever and on every box.</summary>
    public string KeyOf(int row) => $"{Meter}/{Profile}/{Rows[row].Instant}/{Rows[row].Occurrence.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
}
