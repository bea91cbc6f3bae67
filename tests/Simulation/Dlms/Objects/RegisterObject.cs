using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 3: a value with scaler and unit.</summary>
public sealed class RegisterObject(Obis name, sbyte scaler, byte unit, Func<uint> value) : CosemObject(3, 0, name)
{
    public override int Attributes => 3;

    public override int Methods => 1;

    /// <summary>Power of ten.</summary>
    public sbyte Scaler => scaler;

    /// <summary>COSEM number of the unit.</summary>
    public byte UnitCode => unit;

    public override DataResult Get(int attribute, Selection? access) => attribute switch
    {
        2 => Result(new DataWriter().UInt32(value()).ToArray()),
        3 => Result(new DataWriter().Structure(2).Int8(scaler).Enum(unit).ToArray()),
        _ => Error(Undefined),
    };
}
