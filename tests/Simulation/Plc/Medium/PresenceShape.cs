namespace Simulation.Plc.Medium;

/// <summary>When nodes are there.</summary>
public enum PresenceShape
{
    /// <summary>Always.</summary>
    Always,
    /// <summary>As one day of 117 meters was measured: quantiles of presence and of changes a day.</summary>
    Measured,
    /// <summary>A third of them goes in the evening, when the neighbours come home, for hours at a time.</summary>
    Evening,
    /// <summary>Switches vanish, several times a day, and take their branch along; everybody else stays.</summary>
    Branches,
    /// <summary>A tenth comes and goes all the time; everybody else stays.</summary>
    Flapping,
    /// <summary>A fifth is there for one hour in sixty days, in the evening or over midnight, and else for some minutes now and then; the others as measured.</summary>
    Rare,
}
