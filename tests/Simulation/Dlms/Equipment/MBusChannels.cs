using Metering;
using Protocols.Dlms.Model;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>Four M-Bus channels: gas with a valve, water, heat, and a spare one. Each has its client, value, status and three profiles; a device can be exchanged while everything runs.</summary>
public sealed class MBusChannels : IMeterEquipment
{
    /// <summary>Channels there are.</summary>
    public const int Count = 4;

    private readonly List<(DateTime From, MBusDevice? Device)>[] _devices = [[], [], [], []];
    private readonly List<(ProfileObject Profile, Func<DateTime, DateTime> Next)> _profiles = [];
    private readonly List<DateTime> _due = [];
    private DlmsMeter _meter = null!;

    public DateTime Due => _due.Min();

    /// <summary>What a hand connects next to an empty channel; it is found by the install method.</summary>
    public MBusDevice? Waiting { get; set; } = new("SEN", 70_000_001, 0x1B, 7, -3, 13, 1_000, 4);

    /// <summary>Clients of the channels, in order.</summary>
    public IReadOnlyList<MBusClientObject> Clients { get; private set; } = [];

    /// <summary>The valve of the gas channel.</summary>
    public ValveObject Valve { get; private set; } = null!;

    public void Fit(DlmsMeter meter)
    {
        _meter = meter;
        var (number, first) = (meter.Plan.Number, meter.HistoryStart);
        var hour = new DateTime(first.Year, first.Month, first.Day, first.Hour, 0, 0, DateTimeKind.Utc).AddHours(1);
        MBusDevice?[] fitted =
        [
            new("GWI", 10_000_000 + number, 0x3C, 3, -2, 13, 12_345, 17.5), new("SEN", 20_000_000 + number, 0x1B, 7, -3, 13, 4_400, 9.25), new("KAM", 30_000_000 + number, 0x0E, 4, 3, 30, 900, 1.75), null,
        ];
        var clients = new List<MBusClientObject>();
        for (var channel = 1; channel <= Count; channel++)
        {
            var n = (byte)channel;
            _devices[channel - 1].Add((DateTime.MinValue, fitted[channel - 1]));
            clients.Add(new MBusClientObject(this, channel));
            meter.Device.Add(clients[^1]);
            meter.Device.Add(new MBusValueObject(meter, this, n));
            meter.Device.Add(new MBusStatusObject(meter, n));
            CaptureObject[] columns =
            [
                ProfileObject.Clock, new(1, MBusStatusObject.NameOf(n), 2, 0), new(4, MBusValueObject.NameOf(n), 2, 0), new(4, MBusValueObject.NameOf(n), 5, 0),
            ];
            Add(new Obis(0, n, 24, 3, 0, 255), columns, 3600, 24 * 60, hour, at => at.AddHours(1));
            Add(new Obis(0, n, 24, 3, 1, 255), columns, 86_400, 60, MeterClock.NextMidnight(first.AddDays(-20)), MeterClock.NextMidnight);
            Add(new Obis(0, n, 24, 3, 2, 255), columns, 0, 24, NextMonth(first.AddDays(-90)), NextMonth);
        }

        Clients = clients;
        meter.Device.Add(Valve = new ValveObject(meter, 1));
    }

    public void Run(DateTime at)
    {
        for (var i = 0; i < _profiles.Count; i++)
        {
            if (_due[i] <= at)
            {
                if (DeviceAt(_profiles[i].Profile.Name.B, _due[i]) is not null)
                {
                    _profiles[i].Profile.Capture(_due[i], MeterClock.IsSummer(_due[i]) ? (byte)0x08 : (byte)0);
                }

                _due[i] = _profiles[i].Next(_due[i]);
            }
        }
    }

    /// <summary>The device on a channel at a time of the meter; null for none.</summary>
    public MBusDevice? DeviceAt(int channel, DateTime at) => channel is < 1 or > Count ? null : _devices[channel - 1].FindLast(one => one.From <= at).Device;

    /// <summary>Another device from now on; null for none. What the profiles hold of the one before stays in them.</summary>
    public void Exchange(int channel, MBusDevice? device)
    {
        using var turn = _meter.Turn.EnterScope();
        _meter.Advance();
        _devices[channel - 1].Add((_meter.Clock.Now, device));
        Clients[channel - 1].Forget();
    }

    internal MBusDevice? Present(int channel) => DeviceAt(channel, _meter.Clock.Now);

    internal DlmsMeter Meter => _meter;

    private void Add(Obis name, CaptureObject[] columns, uint period, int most, DateTime first, Func<DateTime, DateTime> next)
    {
        var profile = new ProfileObject(_meter, name, columns, period, most);
        _meter.Device.Add(profile);
        _profiles.Add((profile, next));
        _due.Add(first);
    }

    /// <summary>Midnight at the beginning of a month, in the meter's zone.</summary>
    private static DateTime NextMonth(DateTime after)
    {
        var midnight = after;
        do
        {
            midnight = MeterClock.NextMidnight(midnight);
        }
        while (midnight.AddHours(MeterClock.IsSummer(midnight) ? 2 : 1).Day != 1);

        return midnight;
    }
}
