namespace Metering;

/// <summary>How far the box's own clock may be believed; the order is part of the ledger format.</summary>
public enum TimeQuality : byte
{
    /// <summary>No time is known: <see cref="BoxTime.Utc"/> is null.</summary>
    Unset,
    /// <summary>Taken from the battery clock at start, not confirmed since.</summary>
    Rtc,
    /// <summary>Was synchronised in this boot, is not now.</summary>
    Holdover,
    /// <summary>Agrees with its sources.</summary>
    Synchronised,
}

/// <summary>One moment on the box: what the clock says, how good it is, and what cannot be stepped.</summary>
/// <param name="Utc">Wall clock; null while <see cref="Quality"/> is unset: a box without time never invents one.</param>
/// <param name="Quality">How far to believe it.</param>
/// <param name="Monotonic">Ticks of 100 ns since the boot; never steps.</param>
/// <param name="BootId">Which boot <see cref="Monotonic"/> counts from.</param>
public readonly record struct BoxTime(DateTime? Utc, TimeQuality Quality, long Monotonic, ulong BootId);

/// <summary>How many independent sources stand behind the box's clock, and for how long.</summary>
/// <param name="Agreeing">Sources that agree with the clock within a second.</param>
/// <param name="Disagreeing">Sources that say something else.</param>
/// <param name="For">Since when two or more agree and none has the majority against them; zero while that is not so, and after every step of the clock.</param>
public readonly record struct TimeTrust(int Agreeing, int Disagreeing, TimeSpan For)
{
    /// <summary>How long two sources must have agreed before the clock of a meter is touched.</summary>
    public static TimeSpan ForMeters { get; } = TimeSpan.FromMinutes(15);

    /// <summary>The clocks of meters may be set by this one: two sources at least have agreed for 15 minutes.</summary>
    public bool MaySetMeters => Agreeing >= 2 && Agreeing > Disagreeing && For >= ForMeters;
}

/// <summary>The box's clock.</summary>
public interface ITimeSource
{
    /// <summary>Now.</summary>
    BoxTime Now { get; }

    /// <summary>Who stands behind it.</summary>
    TimeTrust Trust { get; }
}
