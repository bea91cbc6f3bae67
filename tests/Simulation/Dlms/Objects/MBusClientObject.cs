using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;
using Simulation.Dlms.Equipment;

namespace Simulation.Dlms.Objects;

/// <summary>Class 72 version 1: the meter's side of an M-Bus channel.</summary>
public sealed class MBusClientObject(MBusChannels channels, int channel) : CosemObject(72, 1, new Obis(0, (byte)channel, 24, 1, 0, 255)), ICapturable
{
    private byte _access;

    /// <summary>Alarm bits of the device.</summary>
    public byte Alarm { get; set; }

    /// <summary>0 no key, 1 set, 2 transferred, 3 both.</summary>
    public byte KeyStatus { get; private set; }

    /// <summary>The key the meter deciphers the device's telegrams with; empty for none.</summary>
    public byte[] Key { get; private set; } = [];

    /// <summary>Times the device's clock was synchronized.</summary>
    public int ClockSyncs { get; private set; }

    public override int Attributes => 14;

    public override int Methods => 8;

    /// <summary>Something happens just before the identification is read, or after.</summary>
    public event Action<int>? Reading;

    public MeterValue Capture(int attribute, DateTime at) => attribute switch
    {
        6 => MeterValue.UInt32(channels.DeviceAt(channel, at)?.Digits ?? 0),
        7 => MeterValue.UInt16(channels.DeviceAt(channel, at)?.Manufacturer ?? 0),
        8 => MeterValue.UInt8(channels.DeviceAt(channel, at)?.Version ?? 0),
        9 => MeterValue.UInt8(channels.DeviceAt(channel, at)?.Type ?? 0),
        11 => MeterValue.UInt8(0),
        _ => MeterValue.UInt8(Alarm),
    };

    public (sbyte Scaler, byte UnitCode) ScaleOf(int attribute) => (0, 255);

    public override DataResult Get(int attribute, Selection? access)
    {
        Reading?.Invoke(attribute);
        switch (attribute)
        {
            case 2:
                return Result(new DataWriter().Name(new Obis(0, 0, 24, 6, 0, 255)).ToArray());
            case 3:
                return Result(new DataWriter().Array(0).ToArray());
            case 4:
                return Result(new DataWriter().UInt32(3600).ToArray());
            case 5:
                return Result(new DataWriter().UInt8(channels.Present(channel) is null ? (byte)0 : (byte)channel).ToArray());
            case >= 6 and <= 9:
                return Result(Capture(attribute, channels.Meter.Clock.Now).WriteTo(new DataWriter(), channels.Meter.Clock).ToArray());
            case 10:
                return Result(new DataWriter().UInt8(_access++).ToArray());
            case 11 or 12:
                return Result(channels.Meter.Answered(this, attribute, Capture(attribute, channels.Meter.Clock.Now)));
            case 13:
                return Result(new DataWriter().UInt16(0).ToArray());
            case 14:
                return Result(new DataWriter().Enum(KeyStatus).ToArray());
            default:
                return Error(Undefined);
        }
    }

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        var octets = parameters is { Length: > 2 } data && data.Span[0] == 0x09 && data.Span[1] == data.Length - 2 ? data[2..].ToArray() : [];
        var isThere = channels.Present(channel) is not null;
        switch (method)
        {
            case 1 when !isThere && channels.Waiting is { } found:
                channels.Waiting = null;
                channels.Exchange(channel, found);
                break;
            case 2 when isThere:
                channels.Exchange(channel, null);
                break;
            case 3 when isThere:
                break;
            case 4 when isThere:
                Alarm = 0;
                break;
            case 5 when isThere:
                ClockSyncs++;
                break;
            case 7 when isThere && octets.Length == 16:
                (Key, KeyStatus) = (octets, (byte)(KeyStatus | 1));
                break;
            case 8 when isThere && octets.Length >= 16:
                KeyStatus |= 2;
                break;
            default:
                return new ActionResult(method is >= 1 and <= 8 ? TemporaryFailure : Denied, null);
        }

        return new ActionResult(Success, null);
    }

    /// <summary>Another device has neither the key nor the alarm of the one before.</summary>
    internal void Forget() => (Key, KeyStatus, Alarm) = ([], 0, 0);
}
