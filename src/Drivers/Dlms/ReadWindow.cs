using System.Globalization;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Model;

namespace Drivers.Dlms;

/// <summary>A range of a profile in the meter's own time, both ends counted in.</summary>
/// <param name="From">First time, as UTC by the meter's clock.</param>
/// <param name="To">Last time.</param>
/// <param name="MeterNow">What the meter's clock shows.</param>
/// <param name="OffsetMinutes">How the meter counts local time now.</param>
/// <param name="Flags">Summer time, and whether the meter tells its offset at all.</param>
/// <param name="Note">What is wrong with the meter's clock; null where nothing is worth telling.</param>
internal sealed record ReadWindow(DateTime From, DateTime To, DateTime MeterNow, short OffsetMinutes, DeviceTimeFlags Flags, string? Note)
{
    /// <summary>Clocks that are off by more than this are told of, and followed: rows keep the meter's own time.</summary>
    private static readonly TimeSpan Tolerable = TimeSpan.FromHours(1), Lost = TimeSpan.FromDays(1);

    /// <summary>A clock further off counts as so far: what is asked for stays in the calendar.</summary>
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(365 * 100);

    /// <summary>The clock is so far off that its rows are no answer to a question for a day.</summary>
    internal bool IsLost { get; private init; }

    /// <summary>The range a clock that is right would have had, as this clock counts it.</summary>
    /// <param name="time">The meter's clock; a calendar time.</param>
    internal static ReadWindow Of(DateTime from, DateTime? to, in DeviceTime time, DateTime nowUtc)
    {
        var tells = (time.Flags & DeviceTimeFlags.HasOffset) != 0;
        var offset = tells ? time.OffsetMinutes : (short)(Math.Round(Math.Clamp((time.ToLocal() - nowUtc).TotalMinutes, -840, 840) / 15) * 15);
        var shown = Math.Clamp(time.ToLocal().Ticks - (offset * TimeSpan.TicksPerMinute), (nowUtc - Furthest).Ticks, (nowUtc + Furthest).Ticks);
        var meterNow = new DateTime(shown, DateTimeKind.Utc);
        var away = meterNow - nowUtc;
        var until = to ?? (meterNow > nowUtc ? meterNow : nowUtc).AddDays(1);
        if (away.Duration() > Tolerable)
        {
            from = from > meterNow ? from + away : from;
            until = until + away > meterNow ? until + away : meterNow;
        }

        return new ReadWindow(from, until, meterNow, offset, time.Flags & (DeviceTimeFlags.SummerTime | DeviceTimeFlags.HasOffset), NoteOf(away)) { IsLost = away.Duration() > Lost };
    }

    /// <summary>As selective access by range.</summary>
    internal Selection ToSelection(MeterProfile profile, Obis clock)
    {
        byte[] Octets(DateTime utc)
        {
            var local = CosemTime.Of(utc.AddMinutes(OffsetMinutes), OffsetMinutes, false);
            return CosemTime.Write(local with { Flags = (local.Flags & ~DeviceTimeFlags.HasOffset) | Flags }, profile.Deviation);
        }

        return ProfileSelection.Range(Octets(From), Octets(To), clock);
    }

    private static string? NoteOf(TimeSpan away) => away.Duration() <= Tolerable ? null
        : string.Create(CultureInfo.InvariantCulture, $"the meter's clock is {(away.Duration().TotalDays >= 2 ? $"{away.Duration().TotalDays:F0} days" : $"{away.Duration().TotalHours:F0} hours")} {(away < TimeSpan.Zero ? "behind" : "ahead")}");
}
