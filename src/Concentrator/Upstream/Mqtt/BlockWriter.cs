using System.Globalization;
using System.Text.Json;
using Metering;
using Metering.Ledger;

namespace Concentrator.Upstream.Mqtt;

/// <summary>Writes a ledger record as a block of CONTRACTS section 3.</summary>
internal static class BlockWriter
{
    internal static void Write(Utf8JsonWriter to, LedgerRecord record, ulong sequence, bool historical, string? place)
    {
        var block = record.Block!;
        to.WriteStartObject();
        to.WriteString("meter", block.Meter.Text);
        WriteVia(to, block.Via);
        WriteOptional(to, "place", place);
        to.WriteString("profile", block.Profile);
        to.WriteNumber("periodS", block.PeriodSeconds);
        WriteOptional(to, "stamp", block.Stamp switch { StampEdge.End => "end", StampEdge.Start => "start", _ => null });
        to.WriteString("source", record.Raw.Link.Source);
        WriteOptional(to, "task", block.Task);
        WriteOptional(to, "orderId", block.OrderId);
        to.WriteBoolean("historical", historical);
        to.WriteStartArray("columns");
        foreach (ref readonly var column in block.Columns)
        {
            WriteColumn(to, column);
        }

        to.WriteEndArray();
        to.WriteStartArray("rows");
        for (var row = 0; row < block.Rows.Length; row++)
        {
            WriteRow(to, record, block, row);
        }

        to.WriteEndArray();
        WriteOptional(to, "receivedAt", record.Raw.At.Utc?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        to.WriteString("boxClock", Lower(record.Raw.At.Quality));
        if (record.Raw.Link.RssiDbm is { } rssi)
        {
            to.WriteNumber("rssi", rssi);
        }

        to.WriteStartObject("proof");
        to.WriteNumber("from", sequence);
        to.WriteNumber("to", sequence);
        to.WriteEndObject();
        to.WriteEndObject();
    }

    private static void WriteVia(Utf8JsonWriter to, Via? via)
    {
        if (via is null)
        {
            to.WriteNull("via");
            return;
        }

        to.WriteStartObject("via");
        to.WriteString("meter", via.Meter.Text);
        to.WriteNumber("channel", via.Channel);
        WriteOptional(to, "installedAt", via.InstalledAt);
        to.WriteEndObject();
    }

    private static void WriteColumn(Utf8JsonWriter to, in Column column)
    {
        to.WriteStartObject();
        to.WriteString("id", column.Id.ToString());
        WriteOptional(to, "obis", column.Obis.IsNone ? null : column.Obis.ToString());
        to.WriteNumber("class", column.Id.ClassId);
        to.WriteNumber("attr", column.Id.Attribute);
        to.WriteNumber("index", column.Id.Index);
        to.WriteNumber("scaler", column.Scaler);
        to.WriteString("unit", column.Unit.WireText);
        to.WriteNumber("unitCode", column.Unit.CosemCode);
        to.WriteString("kind", Lower(column.Kind));
        to.WriteString("type", column.Type switch
        {
            ValueKind.Decimal => "int",
            ValueKind.Instant => "datetime",
            _ => Lower(column.Type),
        });
        to.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter to, LedgerRecord record, ReadingBlock block, int index)
    {
        var row = block.Rows[index];
        to.WriteStartObject();
        to.WriteString("key", block.KeyOf(index));
        WriteOptional(to, "at", row.At?.ToString());
        to.WriteNumber("occ", row.Occurrence);
        to.WriteNumber("rev", record.Revision);
        to.WriteString("clock", Lower(row.Clock));
        to.WriteString("zone", Lower(row.Zone));
        to.WriteString("status", row.Status.ToString("x2", CultureInfo.InvariantCulture));
        to.WriteStartArray("flags");
        foreach (var flag in QualityTable.Names(row.Flags))
        {
            to.WriteStringValue(flag);
        }

        to.WriteEndArray();
        to.WriteString("q", Lower(row.Quality));
        to.WriteStartArray("v");
        var values = block.ValuesOf(index);
        for (var i = 0; i < values.Length; i++)
        {
            WriteValue(to, values[i]);
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    /// <summary>Exact integers as text (times 10^scaler), so that 64 bits and more survive JSON.</summary>
    private static void WriteValue(Utf8JsonWriter to, in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.None:
                to.WriteNullValue();
                break;
            case ValueKind.Decimal:
                to.WriteStringValue(value.Mantissa.ToString(CultureInfo.InvariantCulture));
                break;
            case ValueKind.Bool:
                to.WriteBooleanValue(value.AsBool);
                break;
            default:
                to.WriteStringValue(value.ToString());
                break;
        }
    }

    private static void WriteOptional(Utf8JsonWriter to, string name, string? text)
    {
        if (text is null)
        {
            to.WriteNull(name);
        }
        else
        {
            to.WriteString(name, text);
        }
    }

    private static string Lower<T>(T value)
        where T : struct, Enum => Words<T>.Of(value);

    /// <summary>Names of an enumeration in lower case, made once.</summary>
    private static class Words<T>
        where T : struct, Enum
    {
        private static readonly Dictionary<T, string> All = Enum.GetValues<T>().ToDictionary(value => value, value => value.ToString().ToLowerInvariant());

        internal static string Of(T value) => All.TryGetValue(value, out var word) ? word : value.ToString().ToLowerInvariant();
    }
}
