using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

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
        to.WriteString("type", AXdrNames.Of(item.Tag));
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
                WriteTime(to, item);
                break;
        }

        to.WriteEndObject();
    }

    /// <summary>A date-time also as text; twelve octets are taken for one where every field is one a clock can have.</summary>
    private static void WriteTime(Utf8JsonWriter to, in AXdrItem item)
    {
        if (item is { Tag: AXdrTag.DateTime or AXdrTag.OctetString, Content: { Length: CosemTime.Size } octets } && IsTime(octets) && CosemTime.TryRead(octets, DeviationSign.Standard, out var time))
        {
            to.WriteString("text", time.ToString());
        }
    }

    private static bool IsTime(ReadOnlySpan<byte> octets) =>
        BinaryPrimitives.ReadUInt16BigEndian(octets) is >= 1990 and <= 2189 && octets[2] is >= 1 and <= 12 && octets[3] is >= 1 and <= 31 && octets[4] is (>= 1 and <= 7) or 0xFF
        && octets[5] < 24 && octets[6] < 60 && octets[7] is < 60 or 0xFF && octets[8] is < 100 or 0xFF && BinaryPrimitives.ReadInt16BigEndian(octets[9..]) is (>= -720 and <= 840) or short.MinValue;

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
}
