using Metering;

namespace Substation.Box;

/// <summary>The box's clock on virtual time: synchronised, with two sources that have agreed for long.</summary>
public sealed class BoxClock(TimeProvider clock) : ITimeSource
{
    /// <summary>How far it is trusted.</summary>
    public TimeTrust Trust { get; set; } = new(2, 0, TimeSpan.FromHours(1));

    /// <summary>Which life of the box this is.</summary>
    public ulong BootId { get; init; } = 7;

    public BoxTime Now => new(clock.GetUtcNow().UtcDateTime, TimeQuality.Synchronised, clock.GetTimestamp(), BootId);
}
