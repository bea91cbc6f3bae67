using System.Globalization;
using System.Text.Json;
using Metering.Orders;

namespace Concentrator.Orders;

/// <summary>
/// <c>args</c> of a calendar: <c>{name, seasons:[{name, start, week}], weeks:[{name, days:[7 day ids]}], days:[{id, switches:[{at, script, selector}]}], specialDays?:[{index, date, day}], activate?, calendar?, table?}</c>.
/// A date is <c>YYYY-MM-DD</c>, each part <c>*</c> for every, the day <c>L</c> for the last of the month.
/// </summary>
internal static class CalendarArguments
{
    private const byte Every = 0xFF, LastOfMonth = 0xFE;

    internal static CalendarOrder Read(OrderArguments args)
    {
        var special = args.Find("specialDays") is { } list ? Many(list, "specialDays", day => new SpecialDay((ushort)day.Number("index", 0, ushort.MaxValue), Date(day, "date"), (byte)day.Number("day", 0, byte.MaxValue))) : null;
        return new CalendarOrder(
            args.Text("name"), Needed(args, "seasons", season => new CalendarSeason(season.Text("name"), Date(season, "start"), season.Text("week"))), Needed(args, "weeks", Week), Needed(args, "days", Day), special,
            args.LocalTime("activate"), args.Name("calendar"), args.Name("table"));
    }

    private static CalendarWeek Week(OrderArguments week)
    {
        var days = OrderArguments.Items(week.Find("days") ?? default, "days").Select(day => day.ValueKind == JsonValueKind.Number && day.TryGetByte(out var id) ? id : throw new InvalidDataException("days of a week wants ids of day profiles")).ToArray();
        return days.Length == 7 ? new CalendarWeek(week.Text("name"), days) : throw new InvalidDataException("days of a week wants seven, from Monday to Sunday");
    }

    private static CalendarDay Day(OrderArguments day) => new(
        (byte)day.Number("id", 0, byte.MaxValue), Needed(day, "switches", one => new CalendarSwitch(TimeOf(one.Text("at")), one.Name("script"), (ushort)one.Number("selector", 0, ushort.MaxValue))));

    private static TimeSpan TimeOf(string text) =>
        TimeSpan.TryParseExact(text, ["hh\\:mm", "hh\\:mm\\:ss"], CultureInfo.InvariantCulture, out var at) ? at : throw new InvalidDataException($"at wants a time of day such as 22:00, not {text}");

    private static CalendarDate Date(OrderArguments of, string name)
    {
        var text = of.Text(name);
        var date = text.Split('-') is [var year, var month, var day] && Part(year, 1900, 9999, ushort.MaxValue) is { } y && Part(month, 1, 12, Every) is { } m && (day == "L" ? LastOfMonth : Part(day, 1, 31, Every)) is { } d
            ? new CalendarDate((ushort)y, (byte)m, (byte)d) : default;
        return date != default ? date : throw new InvalidDataException($"{name} wants a date such as 2027-12-25 or *-03-L, not {text}");
    }

    private static int? Part(string text, int least, int most, int every) =>
        text == "*" ? every : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;

    private static List<T> Needed<T>(OrderArguments args, string name, Func<OrderArguments, T> read) => Many(args.Find(name) ?? throw new InvalidDataException($"{name} is missing"), name, read);

    private static List<T> Many<T>(JsonElement list, string name, Func<OrderArguments, T> read)
    {
        var all = new List<T>();
        foreach (var item in OrderArguments.Items(list, name))
        {
            var one = new OrderArguments(item);
            all.Add(read(one));
            if (one.Unknown() is { } unknown)
            {
                throw new InvalidDataException($"{name} has \"{unknown}\", which is not known there");
            }
        }

        return all;
    }
}
