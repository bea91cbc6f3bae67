using Metering;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>The disconnector, its scripts and its schedule.</summary>
public sealed class Breaker : IMeterEquipment
{
    private static readonly Obis Script = new(0, 0, 10, 0, 106, 255);
    private ActionScheduleObject _schedule = null!;
    private DateTime _last;

    /// <summary>Class 70.</summary>
    public DisconnectObject Control { get; private set; } = null!;

    public DateTime Due => Control.Due < _schedule.Next(_last) ? Control.Due : _schedule.Next(_last);

    public void Fit(DlmsMeter meter)
    {
        _last = meter.Clock.Now;
        meter.Device.Add(Control = new DisconnectObject(meter, meter.Plan.BreakerMode, new Obis(0, 0, 96, 3, 10, 255), meter.Plan.BreakerTakes));
        meter.Device.Add(new ScriptTableObject(meter, Script, new ScriptAction(1, 70, Control.Name, 1), new ScriptAction(2, 70, Control.Name, 2)));
        meter.Device.Add(_schedule = new ActionScheduleObject(meter, new Obis(0, 0, 15, 0, 1, 255), Script, 1, ActionScheduleObject.Never));
    }

    public void Run(DateTime at)
    {
        if (Control.Due <= at)
        {
            Control.Arrive();
        }

        if (_schedule.Next(_last) <= at)
        {
            _last = at;
            _schedule.Run();
        }
    }

    public void ClockSet(DateTime from, DateTime to) => _last = to;
}
