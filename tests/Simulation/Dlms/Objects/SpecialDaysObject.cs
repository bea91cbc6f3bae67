using System.Buffers.Binary;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 11: days that are not as the week has them, by their number: <code>array {structure {index u16, date, day id u8}}</code></summary>
public sealed class SpecialDaysObject() : CosemObject(11, 0, new Obis(0, 0, 11, 0, 0, 255))
{
    private readonly SortedDictionary<ushort, byte[]> _days = [];

    /// <summary>Days are inserted and deleted one by one; the table as a whole cannot be written.</summary>
    public bool IsByDayOnly { get; set; }

    /// <summary>Days that were inserted by themselves.</summary>
    public int Inserted { get; private set; }

    /// <summary>Days that were deleted.</summary>
    public int Deleted { get; private set; }

    public override int Attributes => 2;

    public override int Methods => 2;

    public override DataResult Get(int attribute, Selection? access)
    {
        if (attribute != 2)
        {
            return Error(Undefined);
        }

        var to = new DataWriter().Array(_days.Count);
        foreach (var day in _days.Values)
        {
            to.Raw(day);
        }

        return Result(to.ToArray());
    }

    public override byte Set(int attribute, ReadOnlyMemory<byte> value)
    {
        if (IsByDayOnly)
        {
            return Denied;
        }

        var reader = new AXdrReader(value.Span);
        if (attribute != 2 || !reader.TryItem(out var list) || list.Tag != AXdrTag.Array)
        {
            return attribute == 2 ? TypeUnmatched : Denied;
        }

        _days.Clear();
        for (var i = 0; i < list.Count; i++)
        {
            var start = reader.Position;
            if (!reader.TrySkip() || !Insert(value.Span[start..reader.Position]))
            {
                return TypeUnmatched;
            }
        }

        return Success;
    }

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        var octets = (parameters ?? default).Span;
        var done = method switch
        {
            1 => Insert(octets),
            2 => octets.Length == 3 && octets[0] == 0x12 && _days.Remove(BinaryPrimitives.ReadUInt16BigEndian(octets[1..])),
            _ => false,
        };
        (Inserted, Deleted) = (Inserted + (done && method == 1 ? 1 : 0), Deleted + (done && method == 2 ? 1 : 0));
        return new ActionResult(done ? Success : method is 1 or 2 ? ScopeViolated : Denied, null);
    }

    /// <summary><c>02 03, 12 index, 09 05 date, 11 day</c>.</summary>
    private bool Insert(ReadOnlySpan<byte> day)
    {
        if (day.Length != 14 || day[0] != 0x02 || day[1] != 3 || day[2] != 0x12 || day[5] != 0x09 || day[6] != 5 || day[12] != 0x11)
        {
            return false;
        }

        _days[BinaryPrimitives.ReadUInt16BigEndian(day[3..])] = day.ToArray();
        return true;
    }
}
