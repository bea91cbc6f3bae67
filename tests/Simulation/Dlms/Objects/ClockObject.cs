using System.Buffers.Binary;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 8: the meter's clock, in Central European time with summer time.</summary>
public sealed class ClockObject(DlmsMeter meter) : CosemObject(8, 0, new Obis(0, 0, 1, 0, 0, 255))
{
    private const int MostShift = 900;
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15), Minute = TimeSpan.FromMinutes(1);

    /// <summary>The last Sunday of March at 02:00 and of October at 03:00, every year.</summary>
    private static readonly byte[] Begin = [0xFF, 0xFF, 3, 0xFE, 7, 2, 0, 0, 0, 0xFF, 0xC4, 0], End = [0xFF, 0xFF, 10, 0xFE, 7, 3, 0, 0, 0, 0xFF, 0x88, 0x80];

    private (DateTime Preset, DateTime From, DateTime To)? _preset;

    public override int Attributes => 9;

    public override int Methods => 6;

    public override DataResult Get(int attribute, Selection? access) => attribute switch
    {
        2 => Result(new DataWriter().Octets(meter.Clock.Octets(meter.Clock.Now)).ToArray()),
        3 => Result(new DataWriter().Int16(-60).ToArray()),
        4 => Result(new DataWriter().UInt8(meter.Clock.Octets(meter.Clock.Now)[11]).ToArray()),
        5 => Result(new DataWriter().Octets(Begin).ToArray()),
        6 => Result(new DataWriter().Octets(End).ToArray()),
        7 => Result(new DataWriter().Int8(60).ToArray()),
        8 => Result(new DataWriter().Boolean(true).ToArray()),
        9 => Result(new DataWriter().Enum(1).ToArray()),
        _ => Error(Undefined),
    };

    public override byte Set(int attribute, ReadOnlyMemory<byte> value)
    {
        if (meter.Clock.IsLocked)
        {
            return Denied;
        }

        if (attribute != 2 || value.Length != 14 || value.Span[0] != 0x09 || meter.Clock.Utc(value.Span[2..]) is not { } utc)
        {
            return attribute == 2 ? TypeUnmatched : Denied;
        }

        meter.SetClock(utc);
        return Success;
    }

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        var octets = (parameters ?? default).Span;
        switch (method)
        {
            case 1 or 2:
                meter.SetClock(Nearest(Quarter)); // the measuring period of its profiles is a quarter of an hour
                return new ActionResult(Success, null);
            case 3:
                meter.SetClock(Nearest(Minute));
                return new ActionResult(Success, null);
            case 4:
                return new ActionResult(UsePreset(), null);
            case 5:
                return new ActionResult(TakePreset(octets), null);
            case 6 when octets.Length == 3 && octets[0] == 0x10:
                var shift = BinaryPrimitives.ReadInt16BigEndian(octets[1..]);
                if (Math.Abs((int)shift) > MostShift)
                {
                    return new ActionResult(ScopeViolated, null);
                }

                meter.SetClock(meter.Clock.Now + TimeSpan.FromSeconds(shift));
                return new ActionResult(Success, null);
            default:
                return new ActionResult(method == 6 ? TypeUnmatched : Denied, null);
        }
    }

    private DateTime Nearest(TimeSpan step) => new((meter.Clock.Now.Ticks + (step.Ticks / 2)) / step.Ticks * step.Ticks, DateTimeKind.Utc);

    /// <summary>Sets the clock to the time that was given before, if that was for now.</summary>
    private byte UsePreset()
    {
        if (_preset is not { } preset || meter.Clock.Now < preset.From || meter.Clock.Now > preset.To)
        {
            return OtherReason;
        }

        _preset = null;
        meter.SetClock(preset.Preset);
        return Success;
    }

    /// <summary><c>02 03</c>, then three octet strings of twelve: the time, and the interval in which it may be used.</summary>
    private byte TakePreset(ReadOnlySpan<byte> octets)
    {
        if (octets.Length != 44 || octets[0] != 0x02 || octets[1] != 3 || meter.Clock.Utc(octets[4..16]) is not { } time || meter.Clock.Utc(octets[18..30]) is not { } from || meter.Clock.Utc(octets[32..44]) is not { } to)
        {
            return TypeUnmatched;
        }

        _preset = (time, from, to);
        return Success;
    }
}
