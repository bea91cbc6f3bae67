using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Model;

/// <summary>
/// Ways to ask for an object list (class 15 attribute 2): whole, or by selective access 1 to 3. What the selectors mean is not checked against the books [K]: a meter that takes one
/// otherwise answers with an error, and the next is tried.
/// </summary>
public static class ObjectListSelection
{
    /// <summary>What a concentrator reads: data, registers, profiles, clock, schedules, image, M-Bus, breaker, limiter.</summary>
    private static readonly ushort[] Wanted = [1, 3, 4, 5, 7, 8, 9, 18, 20, 22, 64, 70, 71, 72];

    /// <summary>In this order: the whole list; all without access rights (1, null-data); a list of classes (2, and 1 as other meters number it).</summary>
    public static IReadOnlyList<Selection?> Tries { get; } = [null, new Selection(1, (byte[])[0x00]), new Selection(2, Classes()), new Selection(1, Classes())];

    /// <summary>One object by class and name.</summary>
    public static Selection Of(ushort classId, Metering.Obis name) => new(3, new DataWriter().Array(1).Structure(2).UInt16(classId).Name(name).ToArray());

    private static byte[] Classes()
    {
        var to = new DataWriter().Array(Wanted.Length);
        foreach (var one in Wanted)
        {
            to.UInt16(one);
        }

        return to.ToArray();
    }
}
