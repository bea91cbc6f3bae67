using Metering;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model;

/// <summary>One column of a profile: <code>structure {class u16, logical name, attribute i8, data index u16}</code> (IEC 62056-6-2, class 7 attribute 3).</summary>
/// <param name="Index">Selects an element of the attribute; 0 the whole.</param>
public readonly record struct CaptureObject(ushort ClassId, Obis Name, byte Attribute, ushort Index)
{
    /// <summary>Class and attribute of a clock's time.</summary>
    public const ushort ClockClass = 8;

    /// <summary>It is the clock's time.</summary>
    public bool IsClock => ClassId == ClockClass && Attribute == 2;

    /// <summary>Reads attribute 3 of a profile. Null where the octets are no such list.</summary>
    public static CaptureObject[]? ReadList(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        if (!reader.TryItem(out var list) || list.Tag != AXdrTag.Array)
        {
            return null;
        }

        var columns = new CaptureObject[list.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            if (!reader.TryItem(out var head) || head is not { Tag: AXdrTag.Structure, Count: 4 } || !TryNumber(ref reader, out var classId) || !TryName(ref reader, out var name)
                || !TryNumber(ref reader, out var attribute) || !TryNumber(ref reader, out var index))
            {
                return null;
            }

            columns[i] = new CaptureObject((ushort)classId, name, (byte)attribute, (ushort)index);
        }

        return columns;
    }

    /// <summary>Writes attribute 3 of a profile.</summary>
    public static void WriteList(DataWriter to, IReadOnlyList<CaptureObject> columns)
    {
        to.Array(columns.Count);
        foreach (var column in columns)
        {
            to.Structure(4).UInt16(column.ClassId).Name(column.Name).Int8((sbyte)column.Attribute).UInt16(column.Index);
        }
    }

    private static bool TryNumber(ref AXdrReader reader, out Int128 number)
    {
        number = 0;
        return reader.TryItem(out var item) && AXdrNumbers.TryInteger(item, out number);
    }

    private static bool TryName(ref AXdrReader reader, out Obis name)
    {
        name = default;
        if (!reader.TryItem(out var item) || item.Tag != AXdrTag.OctetString || item.Content.Length != 6)
        {
            return false;
        }

        var o = item.Content;
        name = new Obis(o[0], o[1], o[2], o[3], o[4], o[5]);
        return true;
    }
}
