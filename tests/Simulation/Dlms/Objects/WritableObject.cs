using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;

namespace Simulation.Dlms.Objects;

/// <summary>An object whose attributes are kept as they were written; a value of another type is refused.</summary>
/// <param name="values">Attributes from 2 on, as Data.</param>
public class WritableObject(ushort classId, byte version, Obis name, params byte[][] values) : CosemObject(classId, version, name)
{
    public override int Attributes => 1 + values.Length;

    /// <summary>An attribute as it stands.</summary>
    protected byte[] this[int attribute]
    {
        get => values[attribute - 2];
        set => values[attribute - 2] = value;
    }

    /// <summary>An attribute that it does not let be written; 0 for none.</summary>
    public int Refuses { get; set; }

    /// <summary>An attribute was written.</summary>
    public event Action<int>? Written;

    public override DataResult Get(int attribute, Selection? access) => attribute >= 2 && attribute <= Attributes ? Result(values[attribute - 2]) : Error(Undefined);

    public override byte Set(int attribute, ReadOnlyMemory<byte> value)
    {
        if (attribute < 2 || attribute > Attributes)
        {
            return Undefined;
        }

        if (attribute == Refuses)
        {
            return Denied;
        }

        if (value.Length == 0 || value.Span[0] != values[attribute - 2][0])
        {
            return TypeUnmatched;
        }

        values[attribute - 2] = value.ToArray();
        Written?.Invoke(attribute);
        return Success;
    }
}
