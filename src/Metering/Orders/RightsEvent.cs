namespace Metering.Orders;

/// <summary>Numbers of the box's own events about what a meter lets its pre-established client do (set <c>own</c>, log 0-0:40.0.0*255); no other of the box's own events has them.</summary>
public enum RightsEvent
{
    /// <summary>Whoever has the key of the whole street may operate more than clock and image.</summary>
    Exposed = 10,
}
