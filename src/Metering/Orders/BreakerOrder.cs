using Metering.Ledger;

namespace Metering.Orders;

/// <summary>Which breaker; the payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.Disconnect"/>, <see cref="OrderKind.Reconnect"/> or <see cref="OrderKind.Breaker"/>, which reads it only.</summary>
/// <param name="Control">Its disconnect control (class 70); none for the one that the meter's profile names.</param>
public sealed record BreakerOrder(Obis Control = default)
{
    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Number(Control.Packed);
        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static BreakerOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new BreakerOrder(Obis.FromPacked(from.Number()));
    }
}
