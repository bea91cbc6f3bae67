using System.Globalization;

namespace Metering;

/// <summary>What a device time says about itself.</summary>
[Flags]
public enum DeviceTimeFlags : byte
{
    None = 0,
    /// <summary>The device marks its own time as invalid.</summary>
    Invalid = 1,
    /// <summary>Daylight saving time is in force.</summary>
    SummerTime = 2,
    /// <summary><see cref="DeviceTime.OffsetMinutes"/> is known.</summary>
    HasOffset = 4,
    /// <summary>Only the date was sent.</summary>
    DateOnly = 8,
    /// <summary>Only the time of day was sent.</summary>
    TimeOnly = 16,
    /// <summary>A field means "every" (periodic): there is no single instant.</summary>
    Periodic = 32,
    /// <summary>Seconds were sent.</summary>
    HasSeconds = 64,
}

/// <summary>
/// The time on a meter's own clock, as it was sent: fields, not an instant. An unknown offset stays unknown.
/// </summary>
/// <param name="Year">Full year, 0 where not sent.</param>
/// <param name="Month">1 to 12, else as sent.</param>
/// <param name="Day">1 to 31, else as sent.</param>
/// <param name="Hour">0 to 23, else as sent.</param>
/// <param name="Minute">0 to 59, else as sent.</param>
/// <param name="Second">0 to 59, 0 where not sent.</param>
/// <param name="Hundredths">0 to 99, 0 where not sent.</param>
/// <param name="OffsetMinutes">Local minus UTC, where <see cref="DeviceTimeFlags.HasOffset"/> is set.</param>
/// <param name="Flags">What the device says about it.</param>
public readonly record struct DeviceTime(
    ushort Year, byte Month, byte Day, byte Hour, byte Minute, byte Second, byte Hundredths, short OffsetMinutes, DeviceTimeFlags Flags)
{
    /// <summary>True where the fields name one date (and time) that exists in the calendar.</summary>
    public bool IsCalendar =>
        (Flags & (DeviceTimeFlags.Periodic | DeviceTimeFlags.TimeOnly)) == 0
        && Year is >= 1 and <= 9999 && Month is >= 1 and <= 12 && Day >= 1 && Day <= DateTime.DaysInMonth(Year, Month)
        && Hour < 24 && Minute < 60 && Second < 60 && Hundredths < 100;

    /// <summary>The UTC instant; null where the calendar or the offset is not known, or the instant is in no year from 1 to 9999.</summary>
    public DateTime? ToUtc() =>
        IsCalendar && (Flags & DeviceTimeFlags.HasOffset) != 0 ? ToLocalAfter(TimeSpan.FromMinutes(-OffsetMinutes)) : null;

    /// <summary>The fields as local date and time, and so much later; null where that is in no year from 1 to 9999. Only for <see cref="IsCalendar"/>.</summary>
    public DateTime? ToLocalAfter(TimeSpan later)
    {
        var ticks = ToLocal().Ticks + (Int128)later.Ticks;
        return ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks ? new DateTime((long)ticks, DateTimeKind.Unspecified) : null;
    }

    /// <summary>The fields as local date and time, without kind. Only for <see cref="IsCalendar"/>.</summary>
    public DateTime ToLocal() => new DateTime(Year, Month, Day, Hour, Minute, Second, Hundredths * 10, DateTimeKind.Unspecified);

    /// <summary>
    /// ISO 8601 of the fields as sent, offset only if known: <c>2026-10-25T02:15:00+02:00</c>, <c>2026-10-25T02:15</c>, <c>2026-10-25</c>, <c>02:15:07</c>.
    /// Fields that mean "every" or do not exist are written as they are, so the text of a periodic time is no ISO instant.
    /// </summary>
    public override string ToString()
    {
        var culture = CultureInfo.InvariantCulture;
        var date = string.Create(culture, $"{Year:D4}-{Month:D2}-{Day:D2}");
        var seconds = (Flags & DeviceTimeFlags.HasSeconds) != 0;
        var time = seconds ? string.Create(culture, $"{Hour:D2}:{Minute:D2}:{Second:D2}") : string.Create(culture, $"{Hour:D2}:{Minute:D2}");
        if ((Flags & DeviceTimeFlags.DateOnly) != 0)
        {
            return date;
        }

        if ((Flags & DeviceTimeFlags.TimeOnly) != 0)
        {
            return time;
        }

        var hundredths = Hundredths == 0 ? "" : string.Create(culture, $".{Hundredths:D2}");
        var offset = (Flags & DeviceTimeFlags.HasOffset) == 0 ? "" : OffsetText();
        return $"{date}T{time}{hundredths}{offset}";
    }

    private string OffsetText() => string.Create(
        CultureInfo.InvariantCulture, $"{(OffsetMinutes < 0 ? '-' : '+')}{Math.Abs(OffsetMinutes) / 60:D2}:{Math.Abs(OffsetMinutes) % 60:D2}");
}
