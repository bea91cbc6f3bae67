using System.Buffers.Binary;

namespace Simulation.Dlms;

/// <summary>A meter's own clock: it drifts, it can be set, and it counts Central European time. Its octets are written here a second time, from the document.</summary>
/// <param name="world">The true time.</param>
/// <param name="drift">Seconds it gains a day.</param>
public sealed class MeterClock(Func<DateTime> world, double drift = 0)
{
    private static volatile Summer _summer = new(0, default, default); // of the year that was asked for last
    private DateTime _setAt = world();
    private TimeSpan _ahead;

    /// <summary>Seconds it was wrong when it was last set, and everything since.</summary>
    public TimeSpan Error => _ahead + ((world() - _setAt) * (drift / 86_400));

    /// <summary>The meter's time as UTC.</summary>
    public DateTime Now => world() + Error;

    /// <summary>The deviation is sent with the wrong sign.</summary>
    public bool IsInverted { get; init; }

    /// <summary>False: it leaves the deviation open (8000).</summary>
    public bool HasDeviation { get; init; } = true;

    /// <summary>Nobody may set or shift it.</summary>
    public bool IsLocked { get; set; }

    /// <summary>How often it was set.</summary>
    public int TimesSet { get; private set; }

    /// <summary>Sets it.</summary>
    public void Set(DateTime utc)
    {
        (_ahead, _setAt) = (utc - world(), world());
        TimesSet++;
    }

    /// <summary>Twelve octets: local time, deviation, status.</summary>
    public byte[] Octets(DateTime utc)
    {
        var summer = IsSummer(utc);
        var local = utc.AddHours(summer ? 2 : 1);
        var octets = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(octets, (ushort)local.Year);
        octets[2] = (byte)local.Month;
        octets[3] = (byte)local.Day;
        octets[4] = local.DayOfWeek == DayOfWeek.Sunday ? (byte)7 : (byte)local.DayOfWeek;
        octets[5] = (byte)local.Hour;
        octets[6] = (byte)local.Minute;
        octets[7] = (byte)local.Second;
        var deviation = HasDeviation ? (short)(summer ? -120 : -60) : short.MinValue;
        BinaryPrimitives.WriteInt16BigEndian(octets.AsSpan(9), IsInverted && HasDeviation ? (short)-deviation : deviation);
        octets[11] = summer ? (byte)0x80 : (byte)0;
        return octets;
    }

    /// <summary>UTC of twelve octets; null where they name no time.</summary>
    public DateTime? Utc(ReadOnlySpan<byte> octets)
    {
        int Octet(ReadOnlySpan<byte> from, int at) => from[at] == 0xFF ? 0 : from[at];
        try
        {
            var local = new DateTime(BinaryPrimitives.ReadUInt16BigEndian(octets), octets[2], octets[3], Octet(octets, 5), Octet(octets, 6), Octet(octets, 7), DateTimeKind.Utc);
            var deviation = BinaryPrimitives.ReadInt16BigEndian(octets[9..]);
            return local.AddMinutes(deviation == short.MinValue ? IsSummer(local.AddHours(-1)) ? -120 : -60 : IsInverted ? -deviation : deviation);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>From the last Sunday of March to that of October, 01:00 UTC.</summary>
    public static bool IsSummer(DateTime utc)
    {
        var summer = _summer;
        if (summer.Year != utc.Year)
        {
            _summer = summer = new Summer(utc.Year, LastSunday(utc.Year, 3), LastSunday(utc.Year, 10));
        }

        return utc >= summer.From && utc < summer.To;
    }

    /// <summary>The next midnight in the meter's zone.</summary>
    public static DateTime NextMidnight(DateTime after)
    {
        var local = after.AddHours(IsSummer(after) ? 2 : 1);
        return OfLocal(new DateTime(local.Year, local.Month, local.Day, 0, 0, 0, DateTimeKind.Utc).AddDays(1));
    }

    /// <summary>The first midnight of the next month in the meter's zone.</summary>
    public static DateTime NextMonth(DateTime after)
    {
        var local = after.AddHours(IsSummer(after) ? 2 : 1);
        return OfLocal(new DateTime(local.Year, local.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1));
    }

    /// <summary>A capture time as a subscriber reads it.</summary>
    public string Text(DateTime utc)
    {
        var summer = IsSummer(utc);
        return utc.AddHours(summer ? 2 : 1).ToString("yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture) + (!HasDeviation ? "" : summer ? "+02:00" : "+01:00");
    }

    /// <summary>UTC of a local time.</summary>
    public static DateTime OfLocal(DateTime local) => IsSummer(local.AddHours(-1)) ? local.AddHours(-2) : local.AddHours(-1);

    private static DateTime LastSunday(int year, int month)
    {
        var last = new DateTime(year, month, 31, 1, 0, 0, DateTimeKind.Utc);
        return last.AddDays(-(int)last.DayOfWeek);
    }

    private sealed record Summer(int Year, DateTime From, DateTime To);
}
