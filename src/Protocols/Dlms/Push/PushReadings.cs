using Metering;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Protocols.Dlms.Push;

/// <summary>
/// The values of a push body sorted: who speaks, when, what the meter measured, what the M-Bus devices behind it measured, and which alarms and events it tells.
/// </summary>
internal sealed class PushReadings
{
    private static readonly Obis DeviceName = new(0, 0, 42, 0, 0, 255);
    private readonly MeterProfile _profile;
    private readonly PushSheet _meter;
    private readonly SortedDictionary<byte, PushedDevice> _devices = [];
    private byte _clockStatus;

    /// <summary>Sorts the values of a body.</summary>
    /// <param name="notified">date-time of the notification, 12 octets or none: the time of the values where no clock is among them.</param>
    internal PushReadings(ReadOnlySpan<byte> body, IReadOnlyList<PushValue> values, ReadOnlySpan<byte> notified, MeterProfile profile)
    {
        (_profile, _meter) = (profile, new PushSheet(profile));
        TakeTime(notified);
        var scales = new Dictionary<Obis, ScalerUnit>();
        foreach (var value in values)
        {
            if (IsScale(value.Object) && ScalerUnit.TryRead(body.Slice(value.At, value.Length), out var scale))
            {
                scales[value.Object.Name] = scale;
            }
        }

        foreach (var value in values)
        {
            if (!scales.TryGetValue(value.Object.Name, out var scale))
            {
                Take(value, body.Slice(value.At, value.Length));
            }
            else if (!IsScale(value.Object))
            {
                Take(value with { Scale = value.Scale ?? scale }, body.Slice(value.At, value.Length));
            }
        }
    }

    /// <summary>The logical device name in the body; null for none.</summary>
    internal MeterId? Name { get; private set; }

    /// <summary>The meter's number in the body, where it has no better name; null for none.</summary>
    internal MeterId? Number { get; private set; }

    /// <summary>The meter's time; null where it sent none.</summary>
    internal DeviceTime? At { get; private set; }

    /// <summary>Alarm registers and descriptors, by name, as they stand.</summary>
    internal List<(Obis Name, ulong Bits)> Alarms { get; } = [];

    /// <summary>Events with their log and number.</summary>
    internal List<(Obis Log, int Number)> Events { get; } = [];

    /// <summary>One block for the meter, one for each M-Bus device that is named; a channel whose device is not named is not published.</summary>
    internal List<ReadingBlock> ToBlocks(MeterId meter, ReadOnlySpan<byte> content, DateTime? utc)
    {
        var blocks = new List<ReadingBlock>();
        if (!_meter.IsEmpty)
        {
            blocks.Add(_meter.ToBlock(meter, null, At, _clockStatus, content, utc));
        }

        foreach (var (channel, device) in _devices)
        {
            if (device.Identity is { } id && !device.Sheet.IsEmpty)
            {
                blocks.Add(device.Sheet.ToBlock(id, new Via(meter, channel, null), device.At ?? At, device.ClockStatus ?? _clockStatus, content, utc));
            }
        }

        return blocks;
    }

    /// <summary>The attribute that says scaler and unit, where it is pushed with the value: classes 3 and 4 attribute 3, class 5 attribute 4.</summary>
    private static bool IsScale(in CaptureObject attribute) => (attribute.ClassId, attribute.Attribute) is (3 or 4, 3) or (5, 4);

    private void Take(in PushValue value, ReadOnlySpan<byte> data)
    {
        var name = value.Object.Name;
        var reader = new AXdrReader(data);
        if (!reader.TryItem(out var item))
        {
            return;
        }

        switch (value.Object)
        {
            case { IsClock: true }:
                TakeTime(item.Content);
                return;
            case { ClassId: 40 }:
                return; // the push setup itself
            case { Name: { A: 0, B: > 0 } } when value.Object.ClassId == 72 || name.C == 24 || name is { C: 96, D: 1 }:
                DeviceOf(name.B).Take(value, item, data, _profile);
                return;
        }

        if (name == DeviceName)
        {
            Name = MeterIdText.Of(item.Content);
        }
        else if (name is { A: 0, B: 0, C: 96, D: 1, E: 0 or 1 } && !item.Content.IsEmpty)
        {
            Number = name.E == 0 || Number is null ? MeterIdText.Of(item.Content) ?? Number : Number;
        }
        else if (name is { A: 0, B: 0, C: 97, D: 98 } && name.E is < 10 or (>= 20 and < 30) && AXdrNumbers.TryInteger(item, out var bits) && bits >= 0)
        {
            Alarms.Add((name, (ulong)bits));
        }
        else if (name is { A: 0, B: 0, C: 96, D: 11 } && AXdrNumbers.TryInteger(item, out var code))
        {
            // The log that captures this code, where the meter's profile has it: told and read later it is one event.
            var log = new Obis(0, 0, 99, 98, name.E, 255);
            Events.Add((_profile.Profiles.Any(one => one.IsEventLog && one.Name == log) ? log : name, (int)code));
        }

        if (item is { Tag: AXdrTag.Structure, Count: 2 } && reader.TryItem(out var logName) && logName is { Tag: AXdrTag.OctetString, Content: [var a, var b, 99, var d, var e, var f] } && reader.TryItem(out var number)
            && AXdrNumbers.TryInteger(number, out var told))
        {
            Events.Add((new Obis(a, b, 99, d, e, f), (int)told));
        }

        _meter.Add(value, data);
    }

    private PushedDevice DeviceOf(byte channel) => _devices.TryGetValue(channel, out var known) ? known : _devices[channel] = new PushedDevice(_profile);

    private void TakeTime(ReadOnlySpan<byte> octets)
    {
        if (CosemTime.TryRead(octets, _profile.Deviation, out var time) && time.IsCalendar)
        {
            (At, _clockStatus) = (time, octets[^1]);
        }
    }
}
