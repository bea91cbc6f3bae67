using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Protocols.Dlms.AXdr;

namespace Unit.Vectors.Dlms.Oracle;

/// <summary>Data in the other program's words, as we read it.</summary>
internal static class OracleData
{
    internal static IEnumerable<string> Lines(ReadOnlyMemory<byte> data)
    {
        var lines = new List<string>();
        var reader = new AXdrReader(data.Span);
        while (reader.Remaining > 0)
        {
            Assert.True(reader.TryItem(out var item));
            if (item.Tag == AXdrTag.CompactArray)
            {
                lines.AddRange(Expanded(item.Content));
                continue;
            }

            lines.Add(Line(item));
        }

        return lines;
    }

    private static string Line(in AXdrItem item)
    {
        var hex = Convert.ToHexString(item.Content);
        return item.Tag switch
        {
            AXdrTag.Null => "None",
            AXdrTag.Array => $"Array#{item.Count}",
            AXdrTag.Structure => $"Structure#{item.Count}",
            AXdrTag.Boolean => $"Boolean={(item.Content[0] != 0 ? "true" : "false")}",
            AXdrTag.BitString => $"BitString={string.Concat(item.Content.ToArray().Select(octet => Convert.ToString(octet, 2).PadLeft(8, '0')))[..item.Count]}",
            AXdrTag.VisibleString => $"String={Encoding.ASCII.GetString(item.Content)}",
            AXdrTag.Utf8String => $"StringUTF8={Encoding.UTF8.GetString(item.Content)}",
            AXdrTag.Float32 => $"Float32={BinaryPrimitives.ReadSingleBigEndian(item.Content).ToString(CultureInfo.InvariantCulture)}",
            AXdrTag.Float64 => $"Float64={BinaryPrimitives.ReadDoubleBigEndian(item.Content).ToString(CultureInfo.InvariantCulture)}",
            _ => $"{item.Tag}={hex}",
        };
    }

    /// <summary>Types once, then the rows as text: it prints them so.</summary>
    private static List<string> Expanded(ReadOnlySpan<byte> compact)
    {
        var to = new ArrayBufferWriter<byte>();
        Assert.True(CompactArray.TryExpand(compact, to));
        var reader = new AXdrReader(to.WrittenSpan);
        Assert.True(reader.TryItem(out var array));
        var (types, rows) = (new List<string>(), new List<string>());
        for (var row = 0; row < array.Count; row++)
        {
            var cells = new List<string>();
            Assert.True(reader.TryItem(out var head));
            for (var left = head.Tag == AXdrTag.Structure ? head.Count : 0; left > 0; left--)
            {
                Assert.True(reader.TryItem(out var cell));
                var line = Line(cell).Split('=');
                types.AddRange(row == 0 ? [line[0]] : []);
                cells.Add(AXdrNumbers.TryInteger(cell, out var number) ? number.ToString(CultureInfo.InvariantCulture) : line[^1]);
            }

            rows.Add(string.Join(';', cells));
        }

        return ["CompactArray", "ContentsDescription", .. types, $"ArrayContents={string.Join(' ', rows)}"];
    }
}
