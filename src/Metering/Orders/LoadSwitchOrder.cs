using Metering.Ledger;

namespace Metering.Orders;

/// <summary>Switches something in the building; the payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.LoadSwitch"/>.</summary>
/// <param name="Name">The switch, as the meter's profile calls it.</param>
/// <param name="On">To be on.</param>
public sealed record LoadSwitchOrder(string Name, bool On)
{
    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Text(Name);
        to.Byte(On ? (byte)1 : (byte)0);
        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static LoadSwitchOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new LoadSwitchOrder(from.Text(), from.Byte() != 0);
    }
}
