using Metering;
using Protocols.MBus.Records;

namespace Protocols.MBus;

/// <summary>Records to readings: one block of one row, a column a record.</summary>
internal static class ToReadings
{
    /// <summary>One record as a reading; it points into the decoder's octets until it is made owned.</summary>
    internal static Reading Of(TelegramDecoder decoder, int index)
    {
        ref readonly var record = ref decoder.Records[index];
        return new Reading(ColumnOf(decoder.Plain, decoder.Layers.Meter.Type, record), record.Value);
    }

    /// <summary>The block of a decoded telegram, with octets of its own.</summary>
    internal static ReadingBlock Block(TelegramDecoder decoder, string instant)
    {
        var records = decoder.Records;
        var columns = new Column[records.Length];
        var values = new Value[records.Length];
        for (var i = 0; i < records.Length; i++)
        {
            var reading = Of(decoder, i);
            columns[i] = reading.Column.Owned();
            values[i] = reading.Value.Owned();
        }

        return new ReadingBlock(decoder.Layers.Meter.ToMeterId(), ReadingBlock.MBusProfile, 0, StampEdge.None, columns, new[] { RowOf(decoder, instant) }, values);
    }

    private static Row RowOf(TelegramDecoder decoder, string instant)
    {
        DeviceTime? at = null;
        foreach (ref readonly var record in decoder.Records)
        {
            if (record is { Quantity: "date_time", Storage: 0, Function: RecordFunction.Instantaneous, Labels: RecordLabels.None, Value.Kind: ValueKind.Instant } && record.Value.AsInstant.IsCalendar)
            {
                at = record.Value.AsInstant;
                break;
            }
        }

        var clock = at is null ? RowClock.None : (at.Value.Flags & DeviceTimeFlags.Invalid) != 0 ? RowClock.Invalid : RowClock.Ok;
        var flags = StatusOctet.Flags(decoder.Layers.Status) | (decoder.Truncated ? StatusFlags.Truncated : StatusFlags.None)
            | (clock == RowClock.Invalid ? StatusFlags.ClockInvalid : StatusFlags.None);
        return new Row(instant, at, 0, clock, RowZone.Assumed, decoder.Layers.Status, flags);
    }

    private static Column ColumnOf(ReadOnlyMemory<byte> plain, byte deviceType, in MBusRecord record)
    {
        var type = record.Value.Kind == ValueKind.None ? TypeOf(record.Form) : record.Value.Kind;
        var scaler = record.Value.Kind == ValueKind.Decimal ? record.Value.Exponent : type == ValueKind.Decimal ? record.Exponent : (sbyte)0;
        return new Column(
            record.Name is { } name ? ColumnId.ForName(name) : ColumnId.ForDib(plain.Slice(record.DibAt, record.DibLength), record.Ordinal), ObisMap.Of(deviceType, record), record.Unit, scaler, record.Kind, type);
    }

    private static ValueKind TypeOf(VifForm form) => form switch
    {
        VifForm.Date or VifForm.DateTime => ValueKind.Instant,
        VifForm.Bits => ValueKind.Bits,
        VifForm.Container => ValueKind.Octets,
        _ => ValueKind.Decimal,
    };
}
