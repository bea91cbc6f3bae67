using Metering;
using Protocols.Dlms.Model;

namespace Protocols.Dlms.Host;

/// <summary>What a client may do with an object.</summary>
[Flags]
public enum AccessRight : byte
{
    None = 0,
    Read = 1,
    Write = 2,
    Execute = 4,
    All = Read | Write | Execute,
}

/// <summary>The interface objects of a logical device, found by class and name.</summary>
public sealed class LogicalDevice
{
    private readonly Dictionary<(ushort, Obis), CosemObject> _objects = [];

    /// <summary>All objects, in the order they were added.</summary>
    public IReadOnlyCollection<CosemObject> Objects => _objects.Values;

    /// <summary>Adds an object, or puts it in the place of one with the same class and name.</summary>
    public void Add(CosemObject one) => _objects[(one.ClassId, one.Name)] = one;

    /// <summary>An object; null where there is none.</summary>
    public CosemObject? Find(ushort classId, Obis name) => _objects.GetValueOrDefault((classId, name));

    /// <summary>True where an object of another class has the name.</summary>
    public bool KnowsName(Obis name) => _objects.Keys.Any(key => key.Item2 == name);

    /// <summary>Attribute 2 of an association: every object the rights show, with the access to each attribute and method (IEC 62056-6-2, class 15).</summary>
    public byte[] ObjectList(Func<CosemObject, AccessRight> rights)
    {
        var shown = _objects.Values.Where(one => rights(one) != AccessRight.None).ToList();
        var to = new DataWriter().Array(shown.Count);
        foreach (var one in shown)
        {
            var right = rights(one);
            to.Structure(4).UInt16(one.ClassId).UInt8(one.Version).Name(one.Name).Structure(2).Array(one.Attributes);
            for (var attribute = 1; attribute <= one.Attributes; attribute++)
            {
                to.Structure(3).Int8((sbyte)attribute).Enum((byte)(attribute == 1 ? AccessRight.Read : right & one.RightOn(attribute) & (AccessRight.Read | AccessRight.Write))).Null();
            }

            to.Array(one.Methods);
            for (var method = 1; method <= one.Methods; method++)
            {
                to.Structure(2).Int8((sbyte)method).Enum((right & AccessRight.Execute) != 0 ? (byte)1 : (byte)0);
            }
        }

        return to.ToArray();
    }
}
