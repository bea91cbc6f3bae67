using System.Buffers.Binary;

namespace Metering.Ledger;

/// <summary>How a <see cref="ReadingBlock"/> stands in a ledger payload.</summary>
internal static class BlockCodec
{
    internal static void Write(OctetWriter to, ReadingBlock block)
    {
        to.Text(block.Meter.Text);
        to.Text(block.Profile);
        to.Number((ulong)block.PeriodSeconds);
        to.Byte((byte)block.Stamp);
        to.Text(block.Via?.Meter.Text);
        to.Number((ulong)(block.Via?.Channel ?? 0));
        to.Text(block.Via?.InstalledAt);
        to.Text(block.Task);
        to.Text(block.OrderId);
        to.Number((ulong)block.Columns.Length);
        foreach (ref readonly var column in block.Columns)
        {
            WriteColumn(to, column);
        }

        to.Number((ulong)block.Rows.Length);
        for (var row = 0; row < block.Rows.Length; row++)
        {
            WriteRow(to, block.Rows[row]);
            foreach (ref readonly var value in block.ValuesOf(row))
            {
                ValueCodec.Write(to, value);
            }
        }
    }

    internal static ReadingBlock Read(ref OctetReader from)
    {
        var meter = MeterId.Parse(from.Text());
        var profile = from.Text();
        var period = (int)from.Number();
        var stamp = (StampEdge)from.Byte();
        var viaMeter = from.OptionalText();
        var channel = (int)from.Number();
        var installedAt = from.OptionalText();
        var task = from.OptionalText();
        var order = from.OptionalText();
        var columns = new Column[from.Count()];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = ReadColumn(ref from);
        }

        var rows = new Row[from.Count()];
        var values = new Value[checked(rows.Length * columns.Length)];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = ReadRow(ref from);
            for (var column = 0; column < columns.Length; column++)
            {
                values[(row * columns.Length) + column] = ValueCodec.Read(ref from);
            }
        }

        var via = viaMeter is null ? null : new Via(MeterId.Parse(viaMeter), channel, installedAt);
        return new ReadingBlock(meter, profile, period, stamp, columns, rows, values, via, task, order);
    }

    private static void WriteColumn(OctetWriter to, in Column column)
    {
        if (column.Id.Name is { } name)
        {
            to.Byte(2);
            to.Text(name);
        }
        else if (column.Id.ClassId != 0)
        {
            to.Byte(1);
            to.Number(column.Id.ClassId);
            WriteObis(to, column.Id.Obis);
            to.Byte(column.Id.Attribute);
            to.Number(column.Id.Index);
        }
        else
        {
            to.Byte(0);
            to.Octets(column.Id.Dib.Span);
            to.Number(column.Id.Index);
        }

        WriteObis(to, column.Obis);
        to.Byte((byte)column.Unit.Symbol);
        if (column.Unit.Symbol == UnitSymbol.Own)
        {
            to.Text(column.Unit.OwnText);
        }
        else if (column.Unit.Symbol == UnitSymbol.Unknown)
        {
            to.Byte(column.Unit.WireCode);
        }

        to.Signed(column.Scaler);
        to.Byte((byte)column.Kind);
        to.Byte((byte)column.Type);
    }

    private static Column ReadColumn(ref OctetReader from)
    {
        var id = from.Byte() switch
        {
            0 => ColumnId.ForDib(from.Octets().ToArray(), (ushort)from.Number()),
            1 => ColumnId.ForAttribute((ushort)from.Number(), ReadObis(ref from), from.Byte(), (ushort)from.Number()),
            2 => ColumnId.ForName(from.Text()),
            var form => throw new InvalidDataException($"column id of form {form}: written by a newer version"),
        };
        var obis = ReadObis(ref from);
        var symbol = (UnitSymbol)from.Byte();
        var unit = symbol switch
        {
            UnitSymbol.Own => new Unit(symbol, from.Text()),
            UnitSymbol.Unknown => new Unit(symbol, null, from.Byte()),
            > UnitSymbol.Unknown => throw new InvalidDataException($"unit {symbol}: written by a newer version"),
            _ => new Unit(symbol),
        };
        return new Column(id, obis, unit, (sbyte)from.Signed(), (ReadingKind)from.Byte(), (ValueKind)from.Byte());
    }

    private static void WriteRow(OctetWriter to, Row row)
    {
        to.Text(row.Instant);
        ValueCodec.Write(to, row.At is { } at ? Value.Instant(at) : Value.None);
        to.Number((ulong)row.Occurrence);
        to.Byte((byte)row.Clock);
        to.Byte((byte)row.Zone);
        to.Number(row.Status);
        to.Number((ulong)row.Flags);
    }

    private static Row ReadRow(ref OctetReader from)
    {
        var instant = from.Text();
        var at = ValueCodec.Read(ref from);
        return new Row(
            instant, at.Kind == ValueKind.Instant ? at.AsInstant : null, (int)from.Number(), (RowClock)from.Byte(), (RowZone)from.Byte(),
            (uint)from.Number(), (StatusFlags)from.Number());
    }

    private static void WriteObis(OctetWriter to, Obis obis)
    {
        Span<byte> octets = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(octets, obis.Packed);
        to.Raw(octets[2..]);
    }

    private static Obis ReadObis(ref OctetReader from)
    {
        Span<byte> octets = stackalloc byte[8];
        octets.Clear();
        from.Raw(6).Span.CopyTo(octets[2..]);
        return Obis.FromPacked(BinaryPrimitives.ReadUInt64BigEndian(octets));
    }
}
