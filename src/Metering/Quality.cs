namespace Metering;

/// <summary>Why a row may be less than it seems: the meter's own status bits (IDIS, DSMR, M-Bus) and what the box noticed.</summary>
[Flags]
public enum StatusFlags : uint
{
    None = 0,
    /// <summary>PDN: power was down in the interval.</summary>
    PowerDown = 1 << 0,
    /// <summary>RCV: recovered value (DSMR).</summary>
    Recovered = 1 << 1,
    /// <summary>CAD: clock was adjusted.</summary>
    ClockAdjusted = 1 << 2,
    /// <summary>DST: daylight saving time.</summary>
    SummerTime = 1 << 3,
    /// <summary>DNV: data not valid.</summary>
    DataNotValid = 1 << 4,
    /// <summary>CIV: clock invalid.</summary>
    ClockInvalid = 1 << 5,
    /// <summary>ERR: critical error.</summary>
    CriticalError = 1 << 6,
    /// <summary>M-Bus STS: power low (EN 13757-7).</summary>
    PowerLow = 1 << 7,
    /// <summary>M-Bus STS: permanent error.</summary>
    PermanentError = 1 << 8,
    /// <summary>M-Bus STS: temporary error.</summary>
    TemporaryError = 1 << 9,
    /// <summary>M-Bus STS: application busy.</summary>
    Busy = 1 << 10,
    /// <summary>M-Bus STS: any application error.</summary>
    ApplicationError = 1 << 11,
    /// <summary>M-Bus STS: abnormal condition or alarm.</summary>
    Alarm = 1 << 12,
    /// <summary>The box cannot exclude a replay: no counter, and time or register went back or no clock is inside.</summary>
    ReplayPossible = 1 << 16,
    /// <summary>Clear telegram from a meter that was heard encrypted before.</summary>
    Downgrade = 1 << 17,
    /// <summary>The telegram ended inside a record; the records before stand.</summary>
    Truncated = 1 << 18,
}

/// <summary>What a reader may do with a row.</summary>
public enum RowQuality : byte
{
    Valid, Suspect, Invalid, Partial,
}

/// <summary>The one published table from status flags to quality (CONTRACTS section 3). The box never estimates.</summary>
public static class QualityTable
{
    /// <summary>Flags that make a row invalid.</summary>
    public const StatusFlags Invalid = StatusFlags.DataNotValid | StatusFlags.CriticalError;

    /// <summary>Flags that make a row suspect.</summary>
    public const StatusFlags Suspect =
        StatusFlags.ClockInvalid | StatusFlags.ReplayPossible | StatusFlags.Downgrade | StatusFlags.Truncated | StatusFlags.PermanentError;

    /// <summary>Flags that say the interval is not whole.</summary>
    public const StatusFlags Partial = StatusFlags.PowerDown | StatusFlags.ClockAdjusted;

    /// <summary>The worst that any flag says: invalid, then suspect, then partial.</summary>
    public static RowQuality Judge(StatusFlags flags) =>
        (flags & Invalid) != 0 ? RowQuality.Invalid
        : (flags & Suspect) != 0 ? RowQuality.Suspect
        : (flags & Partial) != 0 ? RowQuality.Partial
        : RowQuality.Valid;

    /// <summary>The flag's short name on the wire.</summary>
    public static IEnumerable<string> Names(StatusFlags flags)
    {
        foreach (var (flag, name) in Table)
        {
            if ((flags & flag) != 0)
            {
                yield return name;
            }
        }
    }

    private static readonly (StatusFlags Flag, string Name)[] Table =
    [
        (StatusFlags.PowerDown, "PDN"), (StatusFlags.Recovered, "RCV"), (StatusFlags.ClockAdjusted, "CAD"), (StatusFlags.SummerTime, "DST"),
        (StatusFlags.DataNotValid, "DNV"), (StatusFlags.ClockInvalid, "CIV"), (StatusFlags.CriticalError, "ERR"),
        (StatusFlags.PowerLow, "power-low"), (StatusFlags.PermanentError, "permanent-error"), (StatusFlags.TemporaryError, "temporary-error"),
        (StatusFlags.Busy, "busy"), (StatusFlags.ApplicationError, "application-error"), (StatusFlags.Alarm, "alarm"),
        (StatusFlags.ReplayPossible, "replay-possible"), (StatusFlags.Downgrade, "downgrade"), (StatusFlags.Truncated, "truncated"),
    ];
}
