using System.Globalization;

namespace Metering.Orders;

/// <summary>What may be done with a meter's clock (REQUIREMENTS section 2).</summary>
/// <param name="Ignore">A difference up to this is left alone.</param>
/// <param name="Shift">Up to this the clock is shifted: too little to matter for a tariff.</param>
/// <param name="Set">Up to this it is set, with an event; the affected rows are read again. More waits for a person.</param>
public sealed record ClockLimits(TimeSpan Ignore, TimeSpan Shift, TimeSpan Set)
{
    /// <summary>2 s, 9 s, 1 h.</summary>
    public static ClockLimits Standard { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(3600));
}

/// <summary>What is done.</summary>
public enum ClockMove
{
    /// <summary>Nothing: it is right.</summary>
    Keep,
    /// <summary>It is shifted by the difference.</summary>
    Shift,
    /// <summary>It is set, and the affected rows are read again.</summary>
    Set,
    /// <summary>A boundary is near: again in some minutes.</summary>
    Wait,
    /// <summary>Not this time: the box's own clock is not trusted, or the meter's was moved today.</summary>
    Refrain,
    /// <summary>Not by itself: a person decides.</summary>
    AskOperator,
}

/// <summary>What is known of a meter's clock at one moment.</summary>
/// <param name="Difference">Meter minus box, half of the round trip taken off.</param>
/// <param name="Uncertainty">Half of the round trip: the difference is known no better.</param>
/// <param name="MeterLocal">What the meter's clock shows.</param>
/// <param name="CapturePeriod">The shortest period of its profiles.</param>
/// <param name="LastMoved">The box's UTC when its clock was last moved; null for never.</param>
public readonly record struct ClockReading(TimeSpan Difference, TimeSpan Uncertainty, DateTime MeterLocal, TimeSpan CapturePeriod, DateTime? LastMoved);

/// <summary>What is done with a meter's clock, and why.</summary>
public readonly record struct ClockDecision(ClockMove Move, string Sentence);

/// <summary>
/// Whether a meter's clock is touched: pure. Never while the box's own clock is not trusted, never within a minute of a capture or a quarter of an hour of the end of a billing period
/// (before and after the move), at most once per meter and day.
/// </summary>
public static class ClockRule
{
    private static readonly TimeSpan CaptureGuard = TimeSpan.FromSeconds(60), BillingGuard = TimeSpan.FromMinutes(15), Day = TimeSpan.FromDays(1);

    /// <summary>Decides.</summary>
    /// <param name="now">The box's UTC.</param>
    public static ClockDecision Decide(ClockLimits limits, TimeTrust trust, in ClockReading meter, DateTime now)
    {
        var off = meter.Difference.Duration();
        var said = string.Create(CultureInfo.InvariantCulture, $"the meter's clock is {off.TotalSeconds:F1} s {(meter.Difference < TimeSpan.Zero ? "behind" : "ahead")}");
        if (off <= limits.Ignore + meter.Uncertainty)
        {
            return new ClockDecision(ClockMove.Keep, said + ": within its window");
        }

        if (off > limits.Set)
        {
            return new ClockDecision(ClockMove.AskOperator, string.Create(CultureInfo.InvariantCulture, $"{said}, more than {limits.Set.TotalSeconds:F0} s: beyond what is set without a person"));
        }

        if (!trust.MaySetMeters)
        {
            return new ClockDecision(
                ClockMove.Refrain, string.Create(CultureInfo.InvariantCulture, $"{said}; the box's own clock must have two agreeing sources for {TimeTrust.ForMeters.TotalMinutes:F0} min first (now {trust.Agreeing} agree, for {trust.For.TotalMinutes:F0} min)"));
        }

        if (meter.LastMoved is { } moved && now - moved < Day)
        {
            return new ClockDecision(ClockMove.Refrain, string.Create(CultureInfo.InvariantCulture, $"{said}; it was moved at {moved:yyyy-MM-dd HH:mm} UTC already: once a day at most"));
        }

        if (IsNearBoundary(meter.MeterLocal, meter.CapturePeriod) || IsNearBoundary(meter.MeterLocal - meter.Difference, meter.CapturePeriod))
        {
            return new ClockDecision(ClockMove.Wait, said + "; a capture or the end of a billing period is too near");
        }

        return new ClockDecision(off <= limits.Shift ? ClockMove.Shift : ClockMove.Set, said);
    }

    /// <summary>A capture within a minute, or a month's end within a quarter of an hour.</summary>
    private static bool IsNearBoundary(DateTime local, TimeSpan period)
    {
        var month = new DateTime(local.Year, local.Month, 1, 0, 0, 0, DateTimeKind.Unspecified);
        return IsNear(local.TimeOfDay, period > TimeSpan.Zero ? period : Day, CaptureGuard) || local - month < BillingGuard || month.AddMonths(1) - local < BillingGuard;
    }

    private static bool IsNear(TimeSpan time, TimeSpan period, TimeSpan guard)
    {
        var since = TimeSpan.FromTicks(time.Ticks % period.Ticks);
        return since < guard || period - since < guard;
    }
}
