using Simulation.Plc.Medium;

namespace Simulation.Plc.Prime;

/// <summary>A service node: the modem of a meter, as it sees itself.</summary>
public sealed class PrimeNode
{
    internal PrimeNode(PlcNode place, NodeMeter? meter, PrimePlan plan)
    {
        (Place, Meter, Profile) = (place, meter, plan.LowProfile.Contains(place.Number) ? (byte)0 : plan.NodeProfile);
        HasConnection = !plan.WithoutConnection.Contains(place.Number);
        UniqueKey = new byte[16];
        new Random(unchecked((plan.Seed * 31) + place.Number)).NextBytes(UniqueKey);
    }

    /// <summary>Where it is on the line.</summary>
    public PlcNode Place { get; }

    /// <summary>The meter behind it; null for none.</summary>
    public NodeMeter? Meter { get; }

    /// <summary>Its device unique key (1.4).</summary>
    public byte[] UniqueKey { get; }

    /// <summary>Security profile it registers with.</summary>
    public byte Profile { get; }

    /// <summary>It opens a 4-32 connection once it is registered.</summary>
    public bool HasConnection { get; }

    /// <summary>Times it registered.</summary>
    public int Registered { get; internal set; }

    /// <summary>Its place in the base node's table; null where it has none, or knows of none.</summary>
    public PrimeEntry? Entry { get; internal set; }

    /// <summary>When it went; null while it is there.</summary>
    internal DateTime? WentAt { get; set; }

    /// <summary>It knows nothing of its network any more when it comes back.</summary>
    internal bool BeginsAnew { get; set; }

    /// <summary>How long it waits before it tries again; zero: it has not failed yet.</summary>
    internal TimeSpan Wait { get; set; }

    /// <summary>How long it waits for its switch; zero: it does not.</summary>
    internal TimeSpan SwitchWait { get; set; }

    /// <summary>Counts how often it began anew.</summary>
    internal int Turn { get; set; }

    /// <summary>A try to register is scheduled or under way.</summary>
    internal bool Tries { get; set; }
}
