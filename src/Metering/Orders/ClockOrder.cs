using Metering.Ledger;

namespace Metering.Orders;

/// <summary>Looks at a meter's clock and moves it where <see cref="ClockRule"/> allows; the payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.Clock"/>.</summary>
/// <param name="Task">The collection task that asks; null for a person or a head-end.</param>
public sealed record ClockOrder(string? Task)
{
    /// <summary>What a collection task reads to have clocks looked after.</summary>
    public const string What = "clock";

    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Text(Task);
        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static ClockOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new ClockOrder(from.OptionalText());
    }
}
