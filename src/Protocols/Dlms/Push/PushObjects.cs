using Metering;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Protocols.Dlms.Push;

/// <summary>
/// A push object list, attribute 2 of a push setup (IEC 62056-6-2, class 40): <code>array {structure {class u16, logical name, attribute i8, data index u16, [restriction], [columns]}}</code>
/// or the same as text, a line of <c>class/OBIS/attribute</c> words.
/// </summary>
public static class PushObjects
{
    private const int Most = 1024;

    /// <summary>Reads the Data; null where it is no such list.</summary>
    public static CaptureObject[]? Read(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        if (!reader.TryItem(out var list) || list.Tag != AXdrTag.Array || list.Count is 0 or > Most)
        {
            return null;
        }

        var objects = new List<CaptureObject>();
        for (var i = 0; i < list.Count; i++)
        {
            if (!reader.TryItem(out var head) || head is not { Tag: AXdrTag.Structure, Count: >= 4 } || !reader.TryItem(out var classId) || classId.Tag != AXdrTag.UInt16 || !reader.TryItem(out var name)
                || name is not { Tag: AXdrTag.OctetString, Content: [var a, var b, var c, var d, var e, var f] } || !reader.TryItem(out var attribute) || attribute.Tag != AXdrTag.Int8
                || !reader.TryItem(out var index) || index.Tag != AXdrTag.UInt16)
            {
                return null;
            }

            AXdrNumbers.TryInteger(classId, out var classNumber);
            AXdrNumbers.TryInteger(index, out var element);
            objects.Add(new CaptureObject((ushort)classNumber, new Obis(a, b, c, d, e, f), attribute.Content[0], (ushort)element));
            for (var rest = 4; rest < head.Count; rest++)
            {
                if (!reader.TrySkip())
                {
                    return null;
                }
            }
        }

        return [.. objects];
    }

    /// <summary>One object as text, <c>3/1-0:1.8.0*255/2</c>; false where it is none.</summary>
    public static bool TryParse(string text, out CaptureObject parsed)
    {
        parsed = default;
        if (text.Split('/') is not [var classId, var name, var attribute] || !ushort.TryParse(classId, out var number) || !Obis.TryParse(name, out var obis) || !byte.TryParse(attribute, out var which) || which == 0)
        {
            return false;
        }

        parsed = new CaptureObject(number, obis, which, 0);
        return true;
    }
}
