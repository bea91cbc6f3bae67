using System.Globalization;
using System.Text;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model.Classes;

/// <summary>
/// Reads Data by the type its definition gives: into text with the names of its elements, and says where it deviates. What deviates is read all the same: meters differ from the books.
/// </summary>
public static class TypedReader
{
    private const int LongestText = 64 * 1024;

    /// <summary>Reads one Data.</summary>
    /// <param name="deviation">Where the Data is not as defined, and how; null where it is.</param>
    /// <returns>The value in text: <c>{scaler: -1, unit: 35}</c>; null where the octets are no single Data.</returns>
    public static string? Read(CosemType type, ReadOnlySpan<byte> data, out string? deviation)
    {
        deviation = null;
        if (!AXdrReader.IsOneData(data))
        {
            deviation = "the octets are no single Data";
            return null;
        }

        var reader = new AXdrReader(data);
        var text = new StringBuilder();
        Read(type, ref reader, "", text, ref deviation);
        return text.Length > LongestText ? text.ToString(0, LongestText) + " .." : text.ToString();
    }

    private static void Read(CosemType type, ref AXdrReader reader, string path, StringBuilder to, ref string? deviation)
    {
        if (type.Choices.Count > 0)
        {
            var next = reader;
            next.TryItem(out var head);
            var (tag, count) = (head.Tag, head.Count);
            type = type.Choices.FirstOrDefault(choice => Accepts(choice, tag, count)) ?? Strange(type.Choices[0], type, path, head.Tag, ref deviation);
        }

        reader.TryItem(out var item);
        if (!type.IsAny && !FitsTag(type, item.Tag))
        {
            Strange(type, type, path, item.Tag, ref deviation);
        }

        switch (item.Tag)
        {
            case AXdrTag.Array:
                to.Append('[');
                for (var i = 0; i < item.Count; i++)
                {
                    to.Append(i == 0 ? "" : ", ");
                    Read(type.Element ?? CosemTypes.Any, ref reader, string.Create(CultureInfo.InvariantCulture, $"{path}[{i + 1}]"), to, ref deviation);
                }

                to.Append(']');
                break;
            case AXdrTag.Structure:
                if (type.Fields.Count > 0 && type.Fields.Count != item.Count)
                {
                    deviation ??= $"{At(path)}{item.Count} elements where {type.Fields.Count} are defined";
                }

                to.Append('{');
                for (var i = 0; i < item.Count; i++)
                {
                    var (name, field) = i < type.Fields.Count ? type.Fields[i] : ("", CosemTypes.Any);
                    to.Append(i == 0 ? "" : ", ").Append(name).Append(name.Length == 0 ? "" : ": ");
                    Read(field, ref reader, path.Length == 0 ? name : $"{path}.{name}", to, ref deviation);
                }

                to.Append('}');
                break;
            default:
                if (type.Length > 0 && item.Tag == AXdrTag.OctetString && item.Content.Length != type.Length)
                {
                    deviation ??= $"{At(path)}{item.Content.Length} octets where {type.Length} are defined";
                }

                Write(type, item, to);
                break;
        }
    }

    /// <summary>Tags of its own kind, and as many elements as it has fields.</summary>
    private static bool Accepts(CosemType choice, AXdrTag tag, int count) => choice.IsAny || (FitsTag(choice, tag) && (choice.Fields.Count == 0 || choice.Fields.Count == count));

    private static bool FitsTag(CosemType type, AXdrTag tag) =>
        type.IsAny || (type.Element is not null ? tag is AXdrTag.Array or AXdrTag.CompactArray : type.Fields.Count > 0 ? tag == AXdrTag.Structure : type.Tags.Contains(tag));

    private static CosemType Strange(CosemType read, CosemType defined, string path, AXdrTag tag, ref string? deviation)
    {
        deviation ??= $"{At(path)}{AXdrNames.Of(tag)} where {defined.Text} is defined";
        return read;
    }

    private static string At(string path) => path.Length == 0 ? "" : path + ": ";

    private static void Write(CosemType type, in AXdrItem item, StringBuilder to)
    {
        if (item.Tag != AXdrTag.Boolean && AXdrNumbers.TryInteger(item, out var number))
        {
            to.Append(number.ToString(CultureInfo.InvariantCulture));
            return;
        }

        switch (item.Tag)
        {
            case AXdrTag.Null:
                to.Append('-');
                break;
            case AXdrTag.Boolean:
                to.Append(item.Content[0] != 0 ? "true" : "false");
                break;
            case AXdrTag.VisibleString or AXdrTag.Utf8String:
                to.Append('"').Append(Encoding.UTF8.GetString(item.Content).Replace('"', '\'')).Append('"');
                break;
            case AXdrTag.OctetString when type is { Text: "octets(6)" }:
                to.Append(ObisNames.Of(item.Content));
                break;
            case AXdrTag.OctetString or AXdrTag.DateTime when type.Length == CosemTime.Size && CosemTime.TryRead(item.Content, DeviationSign.Standard, out var time):
                to.Append(time.ToString());
                break;
            case AXdrTag.BitString:
                for (var i = 0; i < Math.Min(item.Count, LongestText); i++)
                {
                    to.Append((item.Content[i / 8] & (0x80 >> (i % 8))) != 0 ? '1' : '0');
                }

                break;
            default:
                to.Append(Convert.ToHexStringLower(item.Content));
                break;
        }
    }
}
