using Metering;
using Metering.Orders.Planner;

namespace Concentrator.Ports;

/// <summary>A meter can be asked now, or cannot any more.</summary>
/// <param name="Driver">The driver that reaches it.</param>
/// <param name="MetersAtOnce">How many meters that driver works at the same time.</param>
public readonly record struct ReachChange(MeterId Meter, string Driver, int MetersAtOnce, bool IsReached);

/// <summary>Who can be asked.</summary>
public interface IMeterReach
{
    /// <summary>Tells everybody who is reached now, then every change, one after another.</summary>
    void Follow(Action<ReachChange> take);
}

/// <summary>What is known of rows that are not there.</summary>
public enum GapKind
{
    /// <summary>Nothing: they are missing.</summary>
    Open,
    /// <summary>The meter was asked for them and does not have them.</summary>
    HasNone,
    /// <summary>The meter had no room for them any more when it was asked.</summary>
    Overwritten,
}

/// <summary>Rows of a range that are there, and which are not.</summary>
/// <param name="Profile">The profile's name, as in its blocks.</param>
/// <param name="Gaps">Times of the first and the last row that is not there, and what is known of them.</param>
public sealed record Coverage(string Profile, int PeriodSeconds, int Expected, int Received, IReadOnlyList<(DateTime First, DateTime Last, GapKind Kind)> Gaps);

/// <summary>How far what is collected is in the ledger.</summary>
public interface IReadProgress
{
    /// <summary>Finds out what the ledger holds, once, at the start.</summary>
    void Learn();

    /// <summary>The newest row's or event's time that a task brought, UTC; null where nothing is stored.</summary>
    DateTime? Last(MeterId meter, string task);

    /// <summary>
    /// The rows of a profile with a fixed period that are not stored, as ranges of their times, both ends counted in, the newest first; null where the period is not known yet.
    /// </summary>
    IReadOnlyList<(DateTime First, DateTime Last)>? Missing(MeterId meter, string task, DateTime until);

    /// <summary>What is there of a range: rows whose time is the end of their interval at its end, else those at its begin; null where the period is not known yet.</summary>
    Coverage? CoverageOf(MeterId meter, string task, DateTime after, DateTime until);

    /// <summary>The meter was asked for these rows and does not have those that did not come: they are not missing any more.</summary>
    void HasNone(MeterId meter, string task, DateTime first, DateTime last);

    /// <summary>The meter has overwritten these rows, but for those that are there: they are not missing any more.</summary>
    void Overwritten(MeterId meter, string task, DateTime first, DateTime last);
}

/// <summary>What the collection says of itself.</summary>
public interface ICollectionView
{
    /// <summary>How much will be there by when; null where nothing is collected.</summary>
    string? Forecast { get; }

    /// <summary>The same for each task that something is promised of, the first that is due first.</summary>
    IReadOnlyList<CollectionForecast> Forecasts { get; }

    /// <summary>Why a meter is missed; null where it is not, or nobody asks it.</summary>
    string? ReasonOf(MeterId meter);
}

/// <summary>Rows that are missing.</summary>
/// <param name="From">Time of the first of them, UTC; where the period is not known, the begin of the whole range.</param>
/// <param name="To">Time of the last of them, UTC.</param>
/// <param name="Reason">One of the words of CONTRACTS section 3: absent, no-key, meter-has-none, refused, clock-invalid, overwritten, rejected.</param>
public sealed record MissingRange(DateTime From, DateTime To, string Reason);

/// <summary>How much of a meter's values is there.</summary>
/// <param name="Profile">The profile's name; null where the meter never gave a row of it, or the task has none.</param>
/// <param name="PeriodSeconds">Seconds from row to row; null where it is not known or there is none: the whole range counts as one.</param>
public sealed record MeterCompleteness(MeterId Meter, string? Profile, int? PeriodSeconds, int Expected, int Received, IReadOnlyList<MissingRange> Missing);

/// <summary>How much of a task's values is there at its due time.</summary>
/// <param name="Task">The task's name.</param>
/// <param name="After">The range, UTC, its end counted in.</param>
/// <param name="At">When it was looked, UTC.</param>
public sealed record Completeness(string Task, DateTime After, DateTime Until, DateTime At, IReadOnlyList<MeterCompleteness> Meters);
