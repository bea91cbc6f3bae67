using Metering;

namespace Drivers.Dlms;

/// <summary>What is missing between the rows of a window, told by their times, never by their number.</summary>
internal static class ProfileGaps
{
    /// <summary>The runs of rows that should be there and are not: the newest first. None where the rows tell no UTC, or are further apart than an hour.</summary>
    internal static IEnumerable<ReadWindow> In(ReadWindow window, ReadingBlock block)
    {
        var period = block.PeriodSeconds;
        if (period is 0 or > 3600 || 3600 % period != 0 || block.Rows.Length == 0)
        {
            yield break;
        }

        var there = new HashSet<long>();
        foreach (var row in block.Rows)
        {
            if (row.At?.ToUtc() is not { } at)
            {
                yield break;
            }

            there.Add(at.Ticks / TimeSpan.TicksPerSecond / period);
        }

        var last = (window.To < window.MeterNow ? window.To : window.MeterNow).Ticks / TimeSpan.TicksPerSecond / period;
        var first = ((window.From.Ticks / TimeSpan.TicksPerSecond) + period - 1) / period;
        for (var at = last; at >= first; at--)
        {
            if (there.Contains(at))
            {
                continue;
            }

            var end = at;
            while (at > first && !there.Contains(at - 1))
            {
                at--;
            }

            yield return window with { From = TimeOf(at, period).AddSeconds(-1), To = TimeOf(end, period).AddSeconds(1) };
        }
    }

    private static DateTime TimeOf(long number, int period) => new(number * period * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
}
