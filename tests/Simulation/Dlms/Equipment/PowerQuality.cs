using Metering;
using Protocols.Dlms.Model;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>Voltages every ten minutes, and everything at once every five.</summary>
public sealed class PowerQuality : IMeterEquipment
{
    private readonly List<(ProfileObject Profile, TimeSpan Period)> _profiles = [];
    private readonly List<DateTime> _due = [];

    public DateTime Due => _due.Min();

    public void Fit(DlmsMeter meter)
    {
        var start = meter.Clock.Now;
        Add(meter, start, new Obis(1, 0, 99, 14, 0, 255), 600, 1008, new(1, 0, 32, 7, 0, 255), new(1, 0, 52, 7, 0, 255), new(1, 0, 72, 7, 0, 255));
        Add(meter, start, new Obis(0, 0, 21, 0, 6, 255), 300, 12, [.. MeterValues.All.Where(one => one.Name.D == 7).Select(one => one.Name)]);
    }

    public void Run(DateTime at)
    {
        for (var i = 0; i < _profiles.Count; i++)
        {
            if (_due[i] <= at)
            {
                _profiles[i].Profile.Capture(_due[i], 0);
                _due[i] += _profiles[i].Period;
            }
        }
    }

    public void ClockSet(DateTime from, DateTime to)
    {
        for (var i = 0; i < _profiles.Count; i++)
        {
            _due[i] = new DateTime(((to.Ticks / _profiles[i].Period.Ticks) + 1) * _profiles[i].Period.Ticks, DateTimeKind.Utc);
        }
    }

    private void Add(DlmsMeter meter, DateTime start, Obis name, uint period, int most, params Obis[] columns)
    {
        var profile = new ProfileObject(meter, name, [ProfileObject.Clock, .. columns.Select(column => new CaptureObject(3, column, 2, 0))], period, most);
        meter.Device.Add(profile);
        _profiles.Add((profile, TimeSpan.FromSeconds(period)));
        _due.Add(new DateTime(((start.Ticks - TimeSpan.FromHours(2).Ticks) / TimeSpan.FromSeconds(period).Ticks) * TimeSpan.FromSeconds(period).Ticks, DateTimeKind.Utc));
    }
}
