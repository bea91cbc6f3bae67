using System.Buffers.Binary;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 8: the meter's clock, in Central European time with summer time.</summary>
public sealed class ClockObject(DlmsMeter meter) : CosemObject(8, 0, new Obis(0, 0, 1, 0, 0, 255))
{
    public override int Attributes => 9;

    public override int Methods => 6;

    public override DataResult Get(int attribute, Selection? access) => attribute switch
    {
        2 => Result(new DataWriter().Octets(meter.Clock.Octets(meter.Clock.Now)).ToArray()),
        3 => Result(new DataWriter().Int16(-60).ToArray()),
        4 => Result(new DataWriter().UInt8(0).ToArray()),
        7 => Result(new DataWriter().Int8(60).ToArray()),
        8 => Result(new DataWriter().Boolean(true).ToArray()),
        9 => Result(new DataWriter().Enum(1).ToArray()),
        _ => Error(Undefined),
    };

    public override byte Set(int attribute, ReadOnlyMemory<byte> value)
    {
        if (attribute != 2 || value.Length != 14 || value.Span[0] != 0x09 || meter.Clock.Utc(value.Span[2..]) is not { } utc)
        {
            return attribute == 2 ? TypeUnmatched : Denied;
        }

        meter.SetClock(utc);
        return Success;
    }

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        if (method != 6 || parameters is not { Length: 3 } octets || octets.Span[0] != 0x10)
        {
            return new ActionResult(Denied, null);
        }

        meter.SetClock(meter.Clock.Now + TimeSpan.FromSeconds(BinaryPrimitives.ReadInt16BigEndian(octets.Span[1..])));
        return new ActionResult(Success, null);
    }
}
