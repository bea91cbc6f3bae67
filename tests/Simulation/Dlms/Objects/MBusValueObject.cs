using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;
using Simulation.Dlms.Equipment;

namespace Simulation.Dlms.Objects;

/// <summary>Class 4: the value of the device on a channel, and when it was taken: on the hour, as M-Bus meters are asked by their electricity meter.</summary>
public sealed class MBusValueObject(DlmsMeter meter, MBusChannels channels, byte channel) : CosemObject(4, 0, NameOf(channel)), ICapturable
{
    public override int Attributes => 5;

    public override int Methods => 1;

    internal static Obis NameOf(byte channel) => new(0, channel, 24, 2, 1, 255);

    public MeterValue Capture(int attribute, DateTime at) =>
        attribute == 5 ? MeterValue.Instant(Hour(at)) : attribute == 4 ? MeterValue.UInt8(0) : MeterValue.UInt32(channels.DeviceAt(channel, at)?.At(Hour(at)) ?? 0);

    public (sbyte Scaler, byte UnitCode) ScaleOf(int attribute) => attribute == 2 && channels.Present(channel) is { } device ? (device.Scaler, device.Unit) : ((sbyte)0, (byte)255);

    public override DataResult Get(int attribute, Selection? access)
    {
        if (channels.Present(channel) is not { } device)
        {
            return Error(Unavailable);
        }

        return attribute switch
        {
            2 or 4 or 5 => Result(meter.Answered(this, attribute, Capture(attribute, meter.Clock.Now))),
            3 => Result(new DataWriter().Structure(2).Int8(device.Scaler).Enum(device.Unit).ToArray()),
            _ => Error(Undefined),
        };
    }

    private static DateTime Hour(DateTime at) => new(at.Year, at.Month, at.Day, at.Hour, 0, 0, DateTimeKind.Utc);
}

/// <summary>Class 1: the status of a channel's rows.</summary>
public sealed class MBusStatusObject(DlmsMeter meter, byte channel) : CosemObject(1, 0, NameOf(channel)), ICapturable
{
    public override int Attributes => 2;

    internal static Obis NameOf(byte channel) => new(0, channel, 96, 10, 3, 255);

    public MeterValue Capture(int attribute, DateTime at) => MeterValue.UInt8(MeterClock.IsSummer(at) ? (byte)0x08 : (byte)0);

    public (sbyte Scaler, byte UnitCode) ScaleOf(int attribute) => (0, 255);

    public override DataResult Get(int attribute, Selection? access) => attribute == 2 ? Result(meter.Answered(this, 2, Capture(2, meter.Clock.Now))) : Error(Undefined);
}

/// <summary>Class 70: the valve of a channel.</summary>
public sealed class ValveObject(DlmsMeter meter, byte channel) : CosemObject(70, 0, new Obis(0, channel, 24, 4, 0, 255)), ICapturable
{
    /// <summary>0 closed, 1 open, 2 ready to be opened by hand.</summary>
    public byte State { get; private set; } = 1;

    /// <summary>Control mode; gas valves are armed only (1).</summary>
    public byte Mode { get; set; } = 1;

    /// <summary>It does not move any more.</summary>
    public bool IsStuck { get; set; }

    public override int Attributes => 4;

    public override int Methods => 2;

    public MeterValue Capture(int attribute, DateTime at) => MeterValue.Enum(State);

    public (sbyte Scaler, byte UnitCode) ScaleOf(int attribute) => (0, 255);

    public override DataResult Get(int attribute, Selection? access) => attribute switch
    {
        2 => Result(new DataWriter().Boolean(State == 1).ToArray()),
        3 => Result(meter.Answered(this, 3, Capture(3, default))),
        4 => Result(new DataWriter().Enum(Mode).ToArray()),
        _ => Error(Undefined),
    };

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        if (method is < 1 or > 2)
        {
            return new ActionResult(Denied, null);
        }

        State = IsStuck ? State : method == 1 ? (byte)0 : Mode is 2 or 4 ? (byte)1 : (byte)2;
        return new ActionResult(Success, null);
    }
}
