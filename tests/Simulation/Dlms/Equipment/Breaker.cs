using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>The disconnector.</summary>
public sealed class Breaker : IMeterEquipment
{
    /// <summary>Class 70.</summary>
    public DisconnectObject Control { get; private set; } = null!;

    public void Fit(DlmsMeter meter) => meter.Device.Add(Control = new DisconnectObject(meter.Plan.BreakerMode));
}
