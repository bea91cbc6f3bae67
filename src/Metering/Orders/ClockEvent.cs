namespace Metering.Orders;

/// <summary>Numbers of the box's own events about a meter's clock (set <c>own</c>, log 0-0:1.0.0*255).</summary>
public enum ClockEvent
{
    /// <summary>It was shifted by a few seconds.</summary>
    Shifted = 1,
    /// <summary>It was set: rows around it are read again.</summary>
    Set = 2,
    /// <summary>It is beyond what is set without a person.</summary>
    BeyondWindow = 3,
}
