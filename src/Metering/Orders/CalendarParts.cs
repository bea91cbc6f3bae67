namespace Metering.Orders;

/// <summary>A date of a calendar; FFFF or FF means every, month FD and FE the end and the begin of summer time, day FD and FE the last but one and the last of the month.</summary>
public readonly record struct CalendarDate(ushort Year = 0xFFFF, byte Month = 0xFF, byte Day = 0xFF, byte DayOfWeek = 0xFF)
{
    /// <summary>There may be such a date.</summary>
    public bool IsPossible => Month is (>= 1 and <= 12) or >= 0xFD && Day is (>= 1 and <= 31) or >= 0xFD && DayOfWeek is (>= 1 and <= 7) or 0xFF;
}

/// <summary>From this date on a week holds. In names a letter is one octet (ISO 8859-1).</summary>
public sealed record CalendarSeason(string Name, CalendarDate Start, string Week);

/// <summary>The day profiles of a week, from Monday to Sunday.</summary>
public sealed record CalendarWeek(string Name, IReadOnlyList<byte> Days);

/// <summary>At this time of the day a script is executed.</summary>
public readonly record struct CalendarSwitch(TimeSpan At, Obis Script, ushort Selector);

/// <summary>A day profile.</summary>
public sealed record CalendarDay(byte Id, IReadOnlyList<CalendarSwitch> Switches);

/// <summary>A day that is not as its week has it.</summary>
public sealed record SpecialDay(ushort Index, CalendarDate Date, byte Day);
