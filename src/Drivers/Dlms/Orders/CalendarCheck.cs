using Metering.Orders;

namespace Drivers.Dlms.Orders;

/// <summary>Whether a calendar holds together: a meter that takes one that does not switches nothing, or too much.</summary>
internal static class CalendarCheck
{
    private const int LongestName = 32, MostSeasons = 32, MostWeeks = 32, MostDays = 64, MostSwitches = 48, MostSpecialDays = 400;
    private static readonly TimeSpan DayLength = TimeSpan.FromHours(24);

    /// <summary>The first thing that is wrong; null where nothing is.</summary>
    internal static string? Refusal(CalendarOrder order)
    {
        if (order.Seasons.Count is 0 or > MostSeasons || order.Weeks.Count is 0 or > MostWeeks || order.Days.Count is 0 or > MostDays || order.SpecialDays?.Count > MostSpecialDays)
        {
            return $"a calendar has 1 to {MostSeasons} seasons, 1 to {MostWeeks} weeks, 1 to {MostDays} days and at most {MostSpecialDays} special days";
        }

        string[] names = [order.Name, .. order.Seasons.Select(season => season.Name), .. order.Weeks.Select(week => week.Name)];
        if (Array.Find(names, name => name.Length is 0 or > LongestName || name.Any(letter => letter > 0xFF)) is { } wrong)
        {
            return $"\"{wrong}\" is no name of 1 to {LongestName} letters of ISO 8859-1";
        }

        return Twice(order.Seasons.Select(season => season.Name), "season") ?? Twice(order.Weeks.Select(week => week.Name), "week") ?? Twice(order.Days.Select(day => $"{day.Id}"), "day profile")
            ?? Twice((order.SpecialDays ?? []).Select(day => $"{day.Index}"), "special day") ?? OfSeasons(order) ?? OfDays(order);
    }

    private static string? OfSeasons(CalendarOrder order)
    {
        var (weeks, days) = (order.Weeks.Select(week => week.Name).ToHashSet(), order.Days.Select(day => day.Id).ToHashSet());
        return order.Seasons.FirstOrDefault(season => !season.Start.IsPossible) is { } never ? $"season \"{never.Name}\" begins at no date"
            : order.Seasons.FirstOrDefault(season => !weeks.Contains(season.Week)) is { } lost ? $"season \"{lost.Name}\" has week \"{lost.Week}\", which is not there"
            : order.Weeks.FirstOrDefault(week => week.Days.Count != 7) is { } odd ? $"week \"{odd.Name}\" has {odd.Days.Count} days, not 7"
            : order.Weeks.FirstOrDefault(week => week.Days.Any(day => !days.Contains(day))) is { } empty ? $"week \"{empty.Name}\" has a day profile that is not there"
            : order.SpecialDays?.FirstOrDefault(day => !day.Date.IsPossible) is { } none ? $"special day {none.Index} is at no date"
            : order.SpecialDays?.FirstOrDefault(day => !days.Contains(day.Day)) is { } special ? $"special day {special.Index} has day profile {special.Day}, which is not there" : null;
    }

    private static string? OfDays(CalendarOrder order)
    {
        foreach (var day in order.Days)
        {
            if (day.Switches.Count is 0 or > MostSwitches)
            {
                return $"day profile {day.Id} has {day.Switches.Count} times; 1 to {MostSwitches} are possible";
            }

            for (var i = 0; i < day.Switches.Count; i++)
            {
                var one = day.Switches[i];
                if (one.At < TimeSpan.Zero || one.At >= DayLength || (i > 0 && one.At <= day.Switches[i - 1].At))
                {
                    return $"the times of day profile {day.Id} do not follow each other within a day";
                }

                if (one.Script.IsNone || one.Selector == 0)
                {
                    return $"day profile {day.Id} has a time without a script";
                }
            }
        }

        return null;
    }

    private static string? Twice(IEnumerable<string> names, string what)
    {
        var seen = new HashSet<string>();
        return names.FirstOrDefault(name => !seen.Add(name)) is { } twice ? $"{what} \"{twice}\" is there twice" : null;
    }
}
