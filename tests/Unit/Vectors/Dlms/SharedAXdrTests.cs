using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;

namespace Unit.Vectors.Dlms;

/// <summary>Values and attacks that others wrote down.</summary>
public class SharedAXdrTests
{
    [Fact]
    public void Each_value_is_what_the_row_says()
    {
        var rows = 0;
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString() == "axdr"))
        {
            var expected = row.GetProperty("expect").GetProperty("value");
            var reader = new AXdrReader(Convert.FromHexString(row.GetProperty("hex").GetString()!));
            var said = Text(ref reader);
            Assert.Equal(0, reader.Remaining);
            if (expected.ValueKind is not JsonValueKind.Null && !row.GetProperty("name").GetString()!.StartsWith("date", StringComparison.Ordinal))
            {
                Assert.Equal(Text(expected), said);
                rows++;
            }
        }

        Assert.True(rows >= 12, $"{rows} rows");
    }

    [Fact]
    public void Each_attack_is_refused_with_a_reason()
    {
        var rows = 0;
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString() == "negative"))
        {
            var octets = Convert.FromHexString(row.GetProperty("hex").GetString()!);
            if (octets[0] is 0x7E or 0x00)
            {
                continue; // framings have tests of their own
            }

            Assert.Null(Pdu.Read(octets, out var fault));
            Assert.NotEmpty(fault!);
            rows++;
        }

        Assert.True(rows >= 10, $"{rows} rows");
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => $"[{string.Join(",", value.EnumerateArray().Select(Text))}]",
        JsonValueKind.True => "1",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetDouble().ToString(CultureInfo.InvariantCulture),
    };

    private static string Text(ref AXdrReader reader)
    {
        Assert.True(reader.TryItem(out var item));
        switch (item.Tag)
        {
            case AXdrTag.Array or AXdrTag.Structure:
                var parts = new List<string>();
                for (var i = 0; i < item.Count; i++)
                {
                    parts.Add(Text(ref reader));
                }

                return $"[{string.Join(",", parts)}]";
            case AXdrTag.CompactArray:
                var expanded = new ArrayBufferWriter<byte>();
                Assert.True(CompactArray.TryExpand(item.Content, expanded));
                var inner = new AXdrReader(expanded.WrittenSpan);
                return Text(ref inner);
            case AXdrTag.VisibleString or AXdrTag.Utf8String:
                return Encoding.UTF8.GetString(item.Content);
            case AXdrTag.BitString:
                return string.Concat(Enumerable.Range(0, item.Count).Select(bit => 0).Zip(Bits(item.Content), (_, bit) => bit));
            case AXdrTag.Float32:
                return ((double)System.Buffers.Binary.BinaryPrimitives.ReadSingleBigEndian(item.Content)).ToString(CultureInfo.InvariantCulture);
            case AXdrTag.Float64:
                return System.Buffers.Binary.BinaryPrimitives.ReadDoubleBigEndian(item.Content).ToString(CultureInfo.InvariantCulture);
            default:
                return AXdrNumbers.TryInteger(item, out var number) ? number.ToString(CultureInfo.InvariantCulture) : Convert.ToHexStringLower(item.Content);
        }
    }

    private static string Bits(ReadOnlySpan<byte> octets) => string.Concat(octets.ToArray().Select(octet => Convert.ToString(octet, 2).PadLeft(8, '0')));
}
