using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Protocols.Dlms.AXdr;

namespace Concentrator.Cli.Frames;

/// <summary>Data as a tree: <c>{"type":"structure","value":[..]}</c>; octets, times too, as lower-case hex, 64-bit integers as text.</summary>
internal static class AXdrJson
{
    internal static void Write(Utf8JsonWriter to, ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        Write(to, ref reader);
    }

    private static void Write(Utf8JsonWriter to, ref AXdrReader reader)
    {
        if (!reader.TryItem(out var item))
        {
            to.WriteNullValue(); // the APDU was read whole before: there is nothing here that does not fit
            return;
        }

        to.WriteStartObject();
        to.WriteString("type", NameOf(item.Tag));
        to.WritePropertyName("value");
        switch (item.Tag)
        {
            case AXdrTag.Array or AXdrTag.Structure:
                to.WriteStartArray();
                for (var i = 0; i < item.Count; i++)
                {
                    Write(to, ref reader);
                }

                to.WriteEndArray();
                break;
            case AXdrTag.CompactArray:
                WriteCompact(to, item.Content);
                break;
            default:
                WriteValue(to, item);
                break;
        }

        to.WriteEndObject();
    }

    private static void WriteCompact(Utf8JsonWriter to, ReadOnlySpan<byte> content)
    {
        var expanded = new ArrayBufferWriter<byte>();
        if (!CompactArray.TryExpand(content, expanded))
        {
            to.WriteStringValue(Convert.ToHexStringLower(content));
            return;
        }

        var inner = new AXdrReader(expanded.WrittenSpan);
        inner.TryItem(out var array);
        to.WriteStartArray();
        for (var i = 0; i < array.Count; i++)
        {
            Write(to, ref inner);
        }

        to.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter to, in AXdrItem item)
    {
        switch (item.Tag)
        {
            case AXdrTag.Null or AXdrTag.DontCare:
                to.WriteNullValue();
                break;
            case AXdrTag.Boolean:
                to.WriteBooleanValue(item.Content[0] != 0);
                break;
            case AXdrTag.Int64 or AXdrTag.UInt64 when AXdrNumbers.TryInteger(item, out var number):
                to.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
                break;
            case AXdrTag.VisibleString or AXdrTag.Utf8String:
                to.WriteStringValue(Encoding.UTF8.GetString(item.Content));
                break;
            case AXdrTag.BitString:
                to.WriteStringValue(string.Concat(item.Content.ToArray().Select(octet => Convert.ToString(octet, 2).PadLeft(8, '0')))[..item.Count]);
                break;
            case AXdrTag.Float32 when float.IsFinite(BinaryPrimitives.ReadSingleBigEndian(item.Content)):
                to.WriteNumberValue(BinaryPrimitives.ReadSingleBigEndian(item.Content));
                break;
            case AXdrTag.Float64 when double.IsFinite(BinaryPrimitives.ReadDoubleBigEndian(item.Content)):
                to.WriteNumberValue(BinaryPrimitives.ReadDoubleBigEndian(item.Content));
                break;
            default:
                if (AXdrNumbers.TryInteger(item, out var integer))
                {
                    to.WriteNumberValue((long)integer);
                }
                else
                {
                    to.WriteStringValue(Convert.ToHexStringLower(item.Content));
                }

                break;
        }
    }

    private static string NameOf(AXdrTag tag) => tag switch
    {
        AXdrTag.Null => "null-data", AXdrTag.Array => "array", AXdrTag.Structure => "structure", AXdrTag.Boolean => "boolean", AXdrTag.BitString => "bit-string",
        AXdrTag.Int32 => "double-long", AXdrTag.UInt32 => "double-long-unsigned", AXdrTag.OctetString => "octet-string", AXdrTag.VisibleString => "visible-string",
        AXdrTag.Utf8String => "utf8-string", AXdrTag.Bcd => "bcd", AXdrTag.Int8 => "integer", AXdrTag.Int16 => "long", AXdrTag.UInt8 => "unsigned", AXdrTag.UInt16 => "long-unsigned",
        AXdrTag.CompactArray => "compact-array", AXdrTag.Int64 => "long64", AXdrTag.UInt64 => "long64-unsigned", AXdrTag.Enum => "enum", AXdrTag.Float32 => "float32",
        AXdrTag.Float64 => "float64", AXdrTag.DateTime => "date-time", AXdrTag.Date => "date", AXdrTag.Time => "time", AXdrTag.DeltaInt8 => "delta-integer",
        AXdrTag.DeltaInt16 => "delta-long", AXdrTag.DeltaInt32 => "delta-double-long", AXdrTag.DeltaUInt8 => "delta-unsigned", AXdrTag.DeltaUInt16 => "delta-long-unsigned",
        AXdrTag.DeltaUInt32 => "delta-double-long-unsigned", _ => "dont-care",
    };
}
