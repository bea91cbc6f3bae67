using Metering;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model;

/// <summary>scal_unit_type: <code>structure {scaler i8, unit enum}</code> (IEC 62056-6-2, class 3 attribute 3).</summary>
public readonly record struct ScalerUnit(sbyte Scaler, Unit Unit)
{
    /// <summary>What holds for objects without one.</summary>
    public static ScalerUnit None { get; } = new(0, UnitSymbol.None);

    /// <summary>Reads it; false where the octets are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out ScalerUnit read)
    {
        read = None;
        var reader = new AXdrReader(data);
        if (!reader.TryItem(out var head) || head is not { Tag: AXdrTag.Structure, Count: 2 } || !reader.TryItem(out var scaler) || !reader.TryItem(out var unit)
            || !AXdrNumbers.TryInteger(scaler, out var power) || !AXdrNumbers.TryInteger(unit, out var code))
        {
            return false;
        }

        read = new ScalerUnit((sbyte)power, Unit.FromCosem((byte)code));
        return true;
    }
}
