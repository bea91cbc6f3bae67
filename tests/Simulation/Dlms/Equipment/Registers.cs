using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>Energy and instantaneous registers.</summary>
public sealed class Registers : IMeterEquipment
{
    public void Fit(DlmsMeter meter)
    {
        foreach (var (name, scaler, unit) in MeterValues.All)
        {
            meter.Device.Add(new RegisterObject(meter, name, scaler, unit));
        }
    }
}
