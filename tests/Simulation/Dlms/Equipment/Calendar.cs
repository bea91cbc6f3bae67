using Metering;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>Activity calendar with its special days and the tariff scripts.</summary>
public sealed class Calendar : IMeterEquipment
{
    private CalendarObject _calendar = null!;

    public DateTime Due => _calendar.TakesOver;

    public void Fit(DlmsMeter meter)
    {
        meter.Device.Add(_calendar = new CalendarObject(meter));
        meter.Device.Add(new SpecialDaysObject());
        meter.Device.Add(new ScriptTableObject(meter, new Obis(0, 0, 10, 0, 100, 255)));
    }

    public void Run(DateTime at) => _calendar.Activate();
}
