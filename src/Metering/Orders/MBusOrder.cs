using Metering.Ledger;

namespace Metering.Orders;

/// <summary>What is done with the device on an M-Bus channel; the order of members is part of the payload.</summary>
public enum MBusAction : byte
{
    Identify, Install, Deinstall, Capture, ResetAlarm, SynchronizeClock, SetKey, TransferKey, CloseValve, OpenValve,
}

/// <summary>Something for the device behind an electricity meter; the payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.MBus"/>, whose meter is the electricity meter.</summary>
/// <param name="Channel">1 for the first.</param>
/// <param name="Argument">Install: the primary address, one octet; set key: empty for the key of the key ring; transfer key: the key as the device's maker wrapped it.</param>
/// <param name="Device">The order is for this device and no other; null for whichever is there.</param>
public sealed record MBusOrder(int Channel, MBusAction Action, ReadOnlyMemory<byte> Argument = default, string? Device = null)
{
    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Number((ulong)Channel);
        to.Byte((byte)Action);
        to.Octets(Argument.Span);
        to.Text(Device);
        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static MBusOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new MBusOrder(checked((int)from.Number()), (MBusAction)from.Byte(), from.Octets(), from.OptionalText());
    }
}
