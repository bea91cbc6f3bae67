using System.Globalization;
using Metering.Ledger;

namespace Metering.Orders;

/// <summary>When and for how long the emergency threshold holds, for groups of meters (class 71, emergency profile).</summary>
/// <param name="Id">Its number: a meter takes part where it is among its groups.</param>
/// <param name="From">When it begins, in the meter's local time.</param>
public sealed record EmergencyProfile(ushort Id, DateTimeOffset From, TimeSpan Duration);

/// <summary>Sets what a limiter is to hold; what is null stays. The payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.Limiter"/>.</summary>
/// <param name="Limiter">The object (class 71); none for the one that the meter's profile names.</param>
/// <param name="Normal">Threshold in <paramref name="Unit"/>, exact.</param>
/// <param name="Emergency">Threshold in an emergency.</param>
/// <param name="Unit">Unit of both: that of the value the limiter watches (<c>W</c>, <c>A</c>); null where no threshold is set.</param>
/// <param name="Over">How long the value must be above the threshold.</param>
/// <param name="Under">How long it must be below again.</param>
/// <param name="Profile">The emergency that is planned.</param>
/// <param name="Groups">The groups this meter takes part in.</param>
public sealed record LimiterOrder(
    Obis Limiter, decimal? Normal, decimal? Emergency = null, string? Unit = null, TimeSpan? Over = null, TimeSpan? Under = null, EmergencyProfile? Profile = null, IReadOnlyList<ushort>? Groups = null)
{
    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Number(Limiter.Packed);
        to.Text(Normal?.ToString(CultureInfo.InvariantCulture));
        to.Text(Emergency?.ToString(CultureInfo.InvariantCulture));
        to.Text(Unit);
        to.Signed(Over is { } over ? (long)over.TotalSeconds : -1);
        to.Signed(Under is { } under ? (long)under.TotalSeconds : -1);
        to.Byte(Profile is null ? (byte)0 : (byte)1);
        if (Profile is { } planned)
        {
            to.Number(planned.Id);
            planned.From.WriteTo(to);
            to.Number((ulong)planned.Duration.TotalSeconds);
        }

        to.Byte(Groups is null ? (byte)0 : (byte)1);
        if (Groups is not null)
        {
            to.Number((ulong)Groups.Count);
            foreach (var group in Groups)
            {
                to.Number(group);
            }
        }

        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static LimiterOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        var (limiter, normal, emergency, unit) = (Obis.FromPacked(from.Number()), Threshold(from.OptionalText()), Threshold(from.OptionalText()), from.OptionalText());
        var (over, under) = (Seconds(from.Signed()), Seconds(from.Signed()));
        var profile = from.Byte() == 0 ? null : new EmergencyProfile(checked((ushort)from.Number()), LocalTime.Read(ref from), TimeSpan.FromSeconds(checked((uint)from.Number())));
        ushort[]? groups = null;
        if (from.Byte() != 0)
        {
            groups = new ushort[from.Count()];
            for (var i = 0; i < groups.Length; i++)
            {
                groups[i] = checked((ushort)from.Number());
            }
        }

        return new LimiterOrder(limiter, normal, emergency, unit, over, under, profile, groups);
    }

    private static decimal? Threshold(string? text) => text is null ? null
        : decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new InvalidDataException($"{text} is no threshold");

    private static TimeSpan? Seconds(long seconds) => seconds < 0 ? null : TimeSpan.FromSeconds(checked((uint)seconds));
}
