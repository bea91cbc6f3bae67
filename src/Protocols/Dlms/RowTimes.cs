using System.Globalization;
using Metering;
using Protocols.Dlms.Model;

namespace Protocols.Dlms;

/// <summary>Row after row of a profile or a log: their times, and how many were stored under the same.</summary>
/// <param name="profile">How the meter's clock counts.</param>
/// <param name="stepSeconds">What lies between two rows in the order they are told; negative where the newest comes first; 0 where it is not known.</param>
internal struct RowTimes(MeterProfile profile, int stepSeconds)
{
    private DeviceTime? _last;
    private byte _status;

    /// <summary>The facts of the next row, its occurrence left at 0. Null where it has no time: it could not be told from another.</summary>
    internal Row? Next(in ProfileCell cell, ReadOnlySpan<byte> octets, uint status)
    {
        if (!cell.IsRepeated)
        {
            _last = CosemTime.TryRead(octets, profile.Deviation, out var read) ? read : null;
            _status = octets.Length == CosemTime.Size ? octets[^1] : (byte)0;
        }
        else if (_last is { IsCalendar: true } last && stepSeconds != 0)
        {
            _last = last.ToLocalAfter(TimeSpan.FromSeconds(stepSeconds)) is { } local ? CosemTime.Of(local, last.OffsetMinutes, false) with { Flags = last.Flags } : null;
        }

        if (_last is not { } at)
        {
            return null;
        }

        var flags = StatusSets.Flags(profile.Status, status);
        var clock = CosemTime.ClockOf(_status);
        clock = (flags & StatusFlags.ClockInvalid) != 0 ? RowClock.Invalid : clock == RowClock.Ok && (flags & StatusFlags.ClockAdjusted) != 0 ? RowClock.Adjusted : clock;
        flags |= clock == RowClock.Invalid ? StatusFlags.ClockInvalid : StatusFlags.None;
        return new Row(InstantOf(at, octets), at, 0, clock, at.ToUtc() is not null ? RowZone.Deviation : RowZone.Assumed, status, flags);
    }

    /// <summary>Numbers rows that have the same instant, in the order in which the meter stored them.</summary>
    /// <param name="newestFirst">They are told in the opposite order.</param>
    internal static void Number(Row[] rows, bool newestFirst)
    {
        var seen = new Dictionary<string, int>(rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            ref var row = ref rows[newestFirst ? rows.Length - 1 - i : i];
            var occurrence = seen.GetValueOrDefault(row.Instant);
            seen[row.Instant] = occurrence + 1;
            row = occurrence == 0 ? row : row with { Occurrence = occurrence };
        }
    }

    /// <summary>True where the rows run backwards in time, whatever the meter says of its order.</summary>
    internal static bool RunsBackwards(Row[] rows) =>
        rows.Length > 1 && rows[0].At is { IsCalendar: true } first && rows[^1].At is { IsCalendar: true } last && (first.ToUtc() ?? first.ToLocal()) > (last.ToUtc() ?? last.ToLocal());

    /// <summary>UTC where the offset is known, else the device's own time; what is no calendar time is told by its octets.</summary>
    private static string InstantOf(in DeviceTime time, ReadOnlySpan<byte> octets)
    {
        if (!time.IsCalendar)
        {
            return "d:" + Convert.ToHexStringLower(octets);
        }

        var (moment, head, tail) = time.ToUtc() is { } utc ? (utc, "", "Z") : (time.ToLocal(), "d:", "");
        return head + moment.ToString(time.Second == 0 && time.Hundredths == 0 ? "yyyy-MM-ddTHH:mm" : "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + tail;
    }
}
