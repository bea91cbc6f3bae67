using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 4: a maximum, and when it was.</summary>
public sealed class ExtendedRegisterObject(DlmsMeter meter, Obis name, sbyte scaler, byte unit) : CosemObject(4, 0, name), ICapturable
{
    /// <summary>The highest value since the last reset.</summary>
    public uint Value { get; private set; }

    /// <summary>When it was.</summary>
    public DateTime At { get; private set; }

    public override int Attributes => 5;

    public override int Methods => 1;

    /// <summary>Takes a value: a higher one stays.</summary>
    public void Offer(uint value, DateTime at) => (Value, At) = value > Value || At == default ? (value, at) : (Value, At);

    /// <summary>Begins anew.</summary>
    public void Reset(DateTime at) => (Value, At) = (0, at);

    public MeterValue Capture(int attribute, DateTime at) => attribute == 5 ? MeterValue.Instant(At) : MeterValue.UInt32(Value);

    public (sbyte Scaler, byte UnitCode) ScaleOf(int attribute) => attribute == 5 ? ((sbyte)0, (byte)255) : (scaler, unit);

    public override DataResult Get(int attribute, Selection? access) => attribute switch
    {
        2 or 5 => Result(meter.Answered(this, attribute, Capture(attribute, meter.Clock.Now))),
        3 => Result(new DataWriter().Structure(2).Int8(scaler).Enum(unit).ToArray()),
        4 => Result(new DataWriter().UInt8(0).ToArray()),
        _ => Error(Undefined),
    };

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        if (method != 1)
        {
            return new ActionResult(Denied, null);
        }

        Reset(meter.Clock.Now);
        return new ActionResult(Success, null);
    }
}
