using Metering;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model;

/// <summary>One object of an association's object list.</summary>
public readonly record struct ListedObject(ushort ClassId, byte Version, Obis Name);

/// <summary>Attribute 2 of an association: <code>array {structure {class u16, version u8, logical name, access rights}}</code> (IEC 62056-6-2, class 15).</summary>
public static class ObjectList
{
    /// <summary>Reads it. Null where the octets are no such list; elements with something else in front are passed over.</summary>
    public static IReadOnlyList<ListedObject>? Read(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        if (!reader.TryItem(out var list) || list.Tag != AXdrTag.Array)
        {
            return null;
        }

        var objects = new List<ListedObject>(Math.Min(list.Count, 4096));
        for (var i = 0; i < list.Count; i++)
        {
            if (!reader.TryItem(out var head) || head is not { Tag: AXdrTag.Structure, Count: >= 3 } || !reader.TryItem(out var classId) || !reader.TryItem(out var version) || !reader.TryItem(out var name))
            {
                return null;
            }

            if (AXdrNumbers.TryInteger(classId, out var number) && AXdrNumbers.TryInteger(version, out var edition) && name.Content is [var a, var b, var c, var d, var e, var f])
            {
                objects.Add(new ListedObject((ushort)number, (byte)edition, new Obis(a, b, c, d, e, f)));
            }

            for (var rest = 3; rest < head.Count; rest++)
            {
                if (!reader.TrySkip())
                {
                    return null;
                }
            }
        }

        return objects;
    }
}
