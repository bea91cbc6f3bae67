using Metering;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Protocols.Dlms.Push;

/// <summary>What a push says of the M-Bus device on one channel. It is named by attributes 6 to 9 of its client (class 72), or by its equipment identifier 0-n:96.1.0.</summary>
internal sealed class PushedDevice(MeterProfile profile)
{
    private MeterId? _equipment;
    private Int128? _number, _maker, _version, _type;

    internal PushSheet Sheet { get; } = new(profile);

    /// <summary>When its value was captured; null where that was not sent.</summary>
    internal DeviceTime? At { get; private set; }

    internal byte? ClockStatus { get; private set; }

    /// <summary>Null where the push does not name it.</summary>
    internal MeterId? Identity => _number is { } number && _maker is { } maker && _version is { } version && _type is { } type && number != 0
        ? MeterId.ForMBus((ushort)maker, (uint)number, (byte)version, (byte)type) : _equipment;

    internal void Take(in PushValue value, in AXdrItem item, ReadOnlySpan<byte> data, MeterProfile meterProfile)
    {
        var isNumber = AXdrNumbers.TryInteger(item, out var number);
        switch (value.Object)
        {
            case { ClassId: 72, Attribute: 6 } when isNumber:
                _number = number;
                break;
            case { ClassId: 72, Attribute: 7 } when isNumber:
                _maker = number;
                break;
            case { ClassId: 72, Attribute: 8 } when isNumber:
                _version = number;
                break;
            case { ClassId: 72, Attribute: 9 } when isNumber:
                _type = number;
                break;
            case { ClassId: 4, Attribute: 5 } when CosemTime.TryRead(item.Content, meterProfile.Deviation, out var at) && at.IsCalendar:
                (At, ClockStatus) = (at, item.Content[^1]);
                break;
            case { Name: { C: 96, D: 1, E: 0 or 1 } }:
                _equipment = value.Object.Name.E == 0 || _equipment is null ? MeterIdText.Of(item.Content) : _equipment;
                break;
            default:
                Sheet.Add(value, data);
                break;
        }
    }
}
