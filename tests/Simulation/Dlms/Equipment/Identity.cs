using Metering;
using Protocols.Dlms.Model;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>Who the meter is: names, firmware, counters, associations, clock.</summary>
public sealed class Identity : IMeterEquipment
{
    /// <summary>Active firmware; another one comes with an update.</summary>
    public string Firmware { get; set; } = "SIM 1.0.3";

    public void Fit(DlmsMeter meter)
    {
        void Text(Obis name, Func<string> text) =>
            meter.Device.Add(new DataObject(name, () => new DataWriter().Octets(System.Text.Encoding.ASCII.GetBytes(text())).ToArray()));
        meter.Device.Add(new AssociationObject());
        Text(new Obis(0, 0, 42, 0, 0, 255), () => meter.Name);
        meter.Device.Add(new DataObject(new Obis(0, 0, 43, 1, 0, 255), () => new DataWriter().UInt32(meter.Keys.Expects - 1).ToArray()));
        Text(new Obis(1, 0, 0, 2, 0, 255), () => Firmware);
        meter.Device.Add(new ClockObject(meter));
    }
}
