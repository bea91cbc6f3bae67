using Metering.Ledger;

namespace Metering.Orders;

/// <summary>Shows the customer a message; the payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.Message"/>.</summary>
/// <param name="Text">What is shown; empty takes the last one away.</param>
/// <param name="Place">Where, as the meter's profile calls it; null for the first place it has.</param>
public sealed record MessageOrder(string Text, string? Place = null)
{
    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Text(Text);
        to.Text(Place);
        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static MessageOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new MessageOrder(from.Text(), from.OptionalText());
    }
}
