namespace Metering.Driver;

/// <summary>How a node stands in a power line network.</summary>
public enum NodeState
{
    /// <summary>Heard, but not expected here: it waits for a person, or for the shipment list that names it.</summary>
    Quarantined,
    /// <summary>Turned away, for the reason its sentence gives.</summary>
    Refused,
    /// <summary>In the network, but no data reaches its meter yet.</summary>
    Registered,
    /// <summary>Its meter can be asked.</summary>
    Connected,
    /// <summary>It left, or was given up.</summary>
    Gone,
}

/// <summary>A node of a power line network as it stands now: what a driver tells each time that it changes.</summary>
/// <param name="Eui">EUI-48 or EUI-64 in upper-case hex: which node it is, whatever its address.</param>
/// <param name="Address">Its address in the network now (4-32 address, short address), or empty.</param>
/// <param name="Sentence">What is to be said of it: why it waits, why it was turned away, since when it is there.</param>
public sealed record NetworkNode(string Eui, string Address, NodeState State, string Sentence)
{
    /// <summary>The meter behind it; none while that is not known.</summary>
    public MeterId Meter { get; init; }

    /// <summary>Why its meter cannot be asked, where that is known better than by the state.</summary>
    public MissReason Why { get; init; }

    /// <summary>The serial number the node itself tells, or null.</summary>
    public string? Serial { get; init; }

    /// <summary>EUI of the node it hangs on (PRIME: its switch, G3: its first hop); null: the modem of the box itself, or not known.</summary>
    public string? Parent { get; init; }

    /// <summary>How many hops away; null where it is not known.</summary>
    public int? Level { get; init; }

    /// <summary>It carries others' data (a PRIME switch, a G3 node that others route through).</summary>
    public bool IsSwitch { get; init; }

    /// <summary>How well it is heard, percent of the best the modem can tell (G3: LQI of 255; PRIME: signal to noise of 7); null where it does not tell.</summary>
    public int? QualityPercent { get; init; }
}
