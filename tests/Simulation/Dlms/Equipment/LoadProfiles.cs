using Metering;
using Protocols.Dlms.Model;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>The quarter-hourly and the daily profile.</summary>
public sealed class LoadProfiles : IMeterEquipment
{
    private readonly List<(ProfileObject Profile, Func<DateTime, DateTime> Next)> _profiles = [];
    private readonly List<DateTime> _due = [];
    private DlmsMeter _meter = null!;

    public DateTime Due => _due.Min();

    public void Fit(DlmsMeter meter)
    {
        _meter = meter;
        var first = meter.HistoryStart;
        Add(new Obis(1, 0, 99, 1, 0, 255), 900, 96 * 40, first, at => at.AddMinutes(15), [new(0, 0, 96, 10, 1, 255), new(1, 0, 1, 8, 0, 255), new(1, 0, 2, 8, 0, 255), new(1, 0, 3, 8, 0, 255), new(1, 0, 4, 8, 0, 255)]);
        Add(
            DailyName(meter.Plan.Kind), 86_400, 60, MeterClock.NextMidnight(first.AddDays(-30)), MeterClock.NextMidnight,
            [new(0, 0, 96, 10, 2, 255), new(1, 0, 1, 8, 0, 255), new(1, 0, 1, 8, 1, 255), new(1, 0, 1, 8, 2, 255), new(1, 0, 2, 8, 0, 255)]);
    }

    public void Run(DateTime at)
    {
        for (var i = 0; i < _profiles.Count; i++)
        {
            if (_due[i] <= at)
            {
                var status = MeterClock.IsSummer(_due[i]) ? (byte)0x08 : (byte)0;
                _profiles[i].Profile.Capture(_due[i], status);
                _due[i] = _profiles[i].Next(_due[i]);
            }
        }
    }

    public void ClockSet(DateTime from, DateTime to)
    {
        for (var i = 0; i < _profiles.Count; i++)
        {
            while (_due[i] > to)
            {
                _due[i] -= TimeSpan.FromSeconds(_profiles[i].Profile.Period);
            }

            while (_due[i] <= to)
            {
                _due[i] = _profiles[i].Next(_due[i]);
            }
        }
    }

    private void Add(Obis name, uint period, int most, DateTime first, Func<DateTime, DateTime> next, Obis[] columns)
    {
        var objects = columns.Select(column => column.C == 96 ? new CaptureObject(1, column, 2, 0) : new CaptureObject(3, column, 2, 0));
        var profile = new ProfileObject(_meter, name, [ProfileObject.Clock, .. objects], period, most);
        _meter.Device.Add(profile);
        _profiles.Add((profile, next));
        _due.Add(first);
    }

    private static Obis DailyName(string kind) => kind == "prime" ? new Obis(0, 0, 98, 2, 1, 255) : new Obis(1, 0, 99, 2, 0, 255);
}
