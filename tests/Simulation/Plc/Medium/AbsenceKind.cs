namespace Simulation.Plc.Medium;

/// <summary>Why a node is not there.</summary>
public enum AbsenceKind
{
    /// <summary>It is there.</summary>
    None,
    /// <summary>It cannot be heard: noise, or its power is off.</summary>
    Unheard,
    /// <summary>It never was.</summary>
    NeverThere,
    /// <summary>The switch it hangs on is gone.</summary>
    BranchDown,
    /// <summary>The feeder is dead.</summary>
    Outage,
    /// <summary>It joined at the neighbour's.</summary>
    AtNeighbour,
    /// <summary>It looks for another phase or channel.</summary>
    Hopping,
    /// <summary>It is not built in yet: it comes at a time, and was never before.</summary>
    NotYet,
}
