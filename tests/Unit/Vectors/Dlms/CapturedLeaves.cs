using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Protocols.Dlms.AXdr;

namespace Unit.Vectors.Dlms;

/// <summary>The numbers of a captured push, in order: as another program printed them in XML, and as we read them.</summary>
internal static class CapturedLeaves
{
    private static readonly string[] Numbers = ["UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "ENUM"];

    internal static string Expected(JsonElement row) => string.Join(' ', XDocument.Parse(row.GetProperty("expect").GetProperty("xml").GetString()!)
        .Descendants().Where(element => Numbers.Contains(element.Name.LocalName)).Select(element => element.Attribute("Value")!.Value));

    /// <summary>The same of one Data.</summary>
    internal static string Of(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        var found = new List<string>();
        while (reader.TryItem(out var item))
        {
            if (item.Tag is AXdrTag.UInt8 or AXdrTag.UInt16 or AXdrTag.UInt32 or AXdrTag.UInt64 or AXdrTag.Int8 or AXdrTag.Int16 or AXdrTag.Int32 or AXdrTag.Int64 or AXdrTag.Enum)
            {
                AXdrNumbers.TryInteger(item, out var number);
                found.Add(number.ToString(CultureInfo.InvariantCulture));
            }
        }

        return string.Join(' ', found);
    }
}
