using System.Text;
using Metering.Orders;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>
/// A calendar as a meter holds it (IEC 62056-6-2, class 20 and 11):
/// <code>
/// season   structure {name octets, start date-time octets, week name octets}
/// week     structure {name octets, monday u8 .. sunday u8}
/// day      structure {day id u8, array {structure {start time octets(4), script name, selector u16}}}
/// special  structure {index u16, date octets(5), day id u8}
/// </code>
/// </summary>
internal static class CalendarTables
{
    /// <summary>No time at all, for activate_passive_calendar_time.</summary>
    internal static byte[] Never { get; } = new DataWriter().Octets([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0, 0xFF]).ToArray();

    /// <summary>Name, seasons, weeks and days: attributes 2 to 5, or 6 to 9.</summary>
    internal static byte[][] Of(CalendarOrder order) =>
    [
        new DataWriter().Octets(Name(order.Name)).ToArray(),
        All(order.Seasons, (to, season) => to.Structure(3).Octets(Name(season.Name)).Octets([.. Date(season.Start), 0, 0, 0, 0, 0x80, 0, 0xFF]).Octets(Name(season.Week))),
        All(order.Weeks, (to, week) => week.Days.Aggregate(to.Structure(8).Octets(Name(week.Name)), (all, day) => all.UInt8(day))),
        All(order.Days, (to, day) => day.Switches.Aggregate(
            to.Structure(2).UInt8(day.Id).Array(day.Switches.Count),
            (all, one) => all.Structure(3).Octets([(byte)one.At.Hours, (byte)one.At.Minutes, (byte)one.At.Seconds, 0]).Name(one.Script).UInt16(one.Selector))),
    ];

    /// <summary>One special day.</summary>
    internal static byte[] Of(SpecialDay day) => new DataWriter().Structure(3).UInt16(day.Index).Octets(Date(day.Date)).UInt8(day.Day).ToArray();

    private static byte[] Name(string name) => Encoding.Latin1.GetBytes(name);

    private static byte[] Date(CalendarDate date) => [(byte)(date.Year >> 8), (byte)date.Year, date.Month, date.Day, date.DayOfWeek];

    private static byte[] All<T>(IReadOnlyList<T> many, Func<DataWriter, T, DataWriter> write) => many.Aggregate(new DataWriter().Array(many.Count), write).ToArray();
}
