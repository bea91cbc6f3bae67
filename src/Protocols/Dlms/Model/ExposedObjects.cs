using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model;

/// <summary>What a client may change of a meter, from the access rights of its association's object list (IEC 62056-6-2, class 15 attribute 2):
/// <code>
/// access rights  structure {attributes array {structure {id i8, mode enum, selectors}}, methods array {structure {id i8, mode enum or bool}}}
/// </code>
/// Modes of attributes: 2, 3, 5 and 6 write; from version 3 on bit 1. Of methods: everything but 0.
/// </summary>
public static class ExposedObjects
{
    private const byte Write = 0x02;

    /// <summary>Objects of which it may write an attribute or execute a method; null where the octets are no such list.</summary>
    public static IReadOnlyList<ListedObject>? Read(ReadOnlySpan<byte> data)
    {
        if (ObjectList.Read(data) is not { } objects)
        {
            return null;
        }

        var reader = new AXdrReader(data);
        reader.TryItem(out var list);
        var exposed = new List<ListedObject>();
        for (var i = 0; i < list.Count && i < objects.Count; i++)
        {
            if (!reader.TryItem(out var head) || head.Count < 4 || !reader.TrySkip() || !reader.TrySkip() || !reader.TrySkip() || !reader.TryItem(out var rights) || rights is not { Tag: AXdrTag.Structure, Count: 2 }
                || !TryRights(ref reader, isMethods: false, out var writes) || !TryRights(ref reader, isMethods: true, out var executes))
            {
                return null;
            }

            if (writes || executes)
            {
                exposed.Add(objects[i]);
            }

            for (var rest = 4; rest < head.Count; rest++)
            {
                reader.TrySkip();
            }
        }

        return exposed;
    }

    private static bool TryRights(ref AXdrReader reader, bool isMethods, out bool any)
    {
        any = false;
        if (!reader.TryItem(out var list) || list.Tag != AXdrTag.Array)
        {
            return false;
        }

        for (var i = 0; i < list.Count; i++)
        {
            if (!reader.TryItem(out var right) || right.Tag != AXdrTag.Structure || right.Count < 2 || !reader.TrySkip() || !reader.TryInteger(out var mode))
            {
                return false;
            }

            any |= isMethods ? mode != 0 : ((byte)mode & Write) != 0 || mode == 5;
            for (var rest = 2; rest < right.Count; rest++)
            {
                if (!reader.TrySkip())
                {
                    return false;
                }
            }
        }

        return true;
    }
}
