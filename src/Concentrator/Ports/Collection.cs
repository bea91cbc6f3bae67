using Metering;

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

    /// <summary>The meter was asked for these rows and does not have those that did not come: they are not missing any more.</summary>
    void HasNone(MeterId meter, string task, DateTime first, DateTime last);
}

/// <summary>What the collection says of itself.</summary>
public interface ICollectionView
{
    /// <summary>How much will be there by when; null where nothing is collected.</summary>
    string? Forecast { get; }

    /// <summary>Why a meter is missed; null where it is not, or nobody asks it.</summary>
    string? ReasonOf(MeterId meter);
}
