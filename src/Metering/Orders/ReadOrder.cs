using Metering.Ledger;

namespace Metering.Orders;

/// <summary>What a read order asks for; the payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.Read"/>.</summary>
/// <param name="What">A task name the meter's profile knows (<c>daily-profile</c>), the name of an event log, <c>registers</c>, or an OBIS code.</param>
/// <param name="FromUtc">First time of a profile or log; null for all the meter has.</param>
/// <param name="ToUtc">Last time; null for now.</param>
/// <param name="Task">The collection task that asks; null for a person or a head-end.</param>
public sealed record ReadOrder(string What, DateTime? FromUtc, DateTime? ToUtc, string? Task)
{
    /// <summary>All readable registers.</summary>
    public const string Registers = "registers";

    /// <summary>What the meter lets its pre-established client do: looked at when it is commissioned.</summary>
    public const string BroadcastRights = "broadcast-rights";

    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Text(What);
        to.Signed(FromUtc?.Ticks ?? 0);
        to.Signed(ToUtc?.Ticks ?? 0);
        to.Text(Task);
        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static ReadOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new ReadOrder(from.Text(), At(from.Signed()), At(from.Signed()), from.OptionalText());
    }

    private static DateTime? At(long ticks) => ticks == 0 ? null : new DateTime(ticks, DateTimeKind.Utc);
}
