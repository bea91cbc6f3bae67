using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 3: a value with scaler and unit, as a function of the meter's time.</summary>
public sealed class RegisterObject(DlmsMeter meter, Obis name, sbyte scaler, byte unit) : CosemObject(3, 0, name), ICapturable
{
    private const sbyte Lie = 3;

    public override int Attributes => 3;

    public override int Methods => 1;

    /// <summary>Power of ten, as the meter tells it.</summary>
    public sbyte Scaler => meter.Plan.Has(MeterFault.LyingScaler) && unit == 30 ? (sbyte)(scaler + Lie) : scaler;

    /// <summary>COSEM number of the unit.</summary>
    public byte UnitCode => unit;

    public MeterValue Capture(int attribute, DateTime at) => MeterValue.UInt32(meter.Values.At(Name, at));

    public (sbyte Scaler, byte UnitCode) ScaleOf(int attribute) => (Scaler, unit);

    public override DataResult Get(int attribute, Selection? access) => attribute switch
    {
        2 => Result(meter.Answered(this, 2, Capture(2, meter.Clock.Now))),
        3 => Result(new DataWriter().Structure(2).Int8(Scaler).Enum(unit).ToArray()),
        _ => Error(Undefined),
    };
}
