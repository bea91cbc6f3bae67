using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 5: the mean power of the period that runs, and of the last one.</summary>
/// <param name="meanUntil">Mean power from a time to a later one.</param>
public sealed class DemandRegisterObject(DlmsMeter meter, Obis name, sbyte scaler, byte unit, TimeSpan period, Func<DateTime, DateTime, uint> meanUntil) : CosemObject(5, 0, name), ICapturable
{
    private DateTime _begun, _ended;
    private uint _last;

    public override int Attributes => 9;

    public override int Methods => 2;

    /// <summary>The period ends; gives its mean.</summary>
    public uint End(DateTime at)
    {
        (_last, _begun, _ended) = (_begun == default ? 0 : meanUntil(_begun, at), at, at);
        return _last;
    }

    public MeterValue Capture(int attribute, DateTime at) => attribute switch
    {
        3 => MeterValue.UInt32(_last),
        6 => MeterValue.Instant(_ended),
        7 => MeterValue.Instant(_begun),
        _ => MeterValue.UInt32(at > _begun ? meanUntil(_begun, at) : 0),
    };

    public (sbyte Scaler, byte UnitCode) ScaleOf(int attribute) => attribute is 2 or 3 ? (scaler, unit) : ((sbyte)0, (byte)255);

    public override DataResult Get(int attribute, Selection? access) => attribute switch
    {
        2 or 3 or 6 or 7 => Result(meter.Answered(this, attribute, Capture(attribute, meter.Clock.Now))),
        4 => Result(new DataWriter().Structure(2).Int8(scaler).Enum(unit).ToArray()),
        5 => Result(new DataWriter().UInt8(0).ToArray()),
        8 => Result(new DataWriter().UInt32((uint)period.TotalSeconds).ToArray()),
        9 => Result(new DataWriter().UInt16(1).ToArray()),
        _ => Error(Undefined),
    };

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        switch (method)
        {
            case 1:
                (_last, _begun) = (0, meter.Clock.Now);
                return new ActionResult(Success, null);
            case 2:
                End(meter.Clock.Now);
                return new ActionResult(Success, null);
            default:
                return new ActionResult(Denied, null);
        }
    }
}
