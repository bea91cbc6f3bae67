using Metering;
using Protocols.Dlms.Model;
using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>Who the meter is: names, serials, firmware, counters, associations, clock.</summary>
public sealed class Identity : IMeterEquipment
{
    /// <summary>Active firmware; another one comes with an update.</summary>
    public string Firmware { get; set; } = "SIM 1.0.3";

    public void Fit(DlmsMeter meter)
    {
        var (device, plan) = (meter.Device, meter.Plan);
        void Text(Obis name, Func<string> text) => device.Add(new DataObject(name, () => new DataWriter().Octets(System.Text.Encoding.ASCII.GetBytes(text())).ToArray()));
        device.Add(new AssociationObject(meter, 0, 1, plan.Mechanism, plan.IsCiphered));
        device.Add(new AssociationObject(meter, 1, 16, 0, false));
        device.Add(new AssociationObject(meter, 2, 2, plan.Mechanism, plan.IsCiphered));
        device.Add(new AssociationObject(meter, 3, 1, plan.Mechanism, plan.IsCiphered));
        if (plan.BroadcastMay is not null)
        {
            device.Add(new AssociationObject(meter, 4, 102, 0, true));
        }

        device.Add(new SecuritySetupObject(meter.Keys, 0, () => meter.Keys.ClientTitle));
        device.Add(new WritableObject(17, 0, new Obis(0, 0, 41, 0, 0, 255), new DataWriter().Array(1).Structure(2).UInt16(1).Octets(System.Text.Encoding.ASCII.GetBytes(meter.Name)).ToArray()));
        Text(new Obis(0, 0, 42, 0, 0, 255), () => meter.Name);
        Text(new Obis(0, 0, 96, 1, 0, 255), () => $"{plan.Number:D8}");
        Text(new Obis(0, 0, 96, 1, 1, 255), () => $"PLACE{plan.Number:D11}");
        device.Add(new DataObject(new Obis(0, 0, 43, 1, 0, 255), () => new DataWriter().UInt32(Math.Max(1, meter.Keys.Expects) - 1).ToArray()));
        device.Add(new DataObject(new Obis(0, 0, 43, 1, 2, 255), () => new DataWriter().UInt32(Math.Max(1, meter.ReadingKeys[2, false]) - 1).ToArray()));
        Text(new Obis(1, 0, 0, 2, 0, 255), () => Firmware);
        device.Add(new DataObject(new Obis(1, 0, 0, 2, 8, 255), () => new DataWriter().Octets(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(Firmware))).ToArray()));
        device.Add(new ClockObject(meter));
    }
}
