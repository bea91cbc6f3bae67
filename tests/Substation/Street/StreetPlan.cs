using Drivers.Dlms;
using Protocols.Dlms.Model;
using Simulation.Dlms;
using Simulation.Plc.Medium;
using Simulation.Plc.Ports;
using Simulation.Plc.Prime;

namespace Substation.Street;

/// <summary>A street behind one modem.</summary>
/// <param name="Network">prime or g3.</param>
/// <param name="Line">Its power line.</param>
/// <param name="Seed">Everything that is random.</param>
internal sealed record StreetPlan(string Network, PowerLinePlan Line, int Seed)
{
    /// <summary>Days of load profile the meters hold at the start.</summary>
    internal int HistoryDays { get; init; } = 1;

    /// <summary>Seconds a day that the worst clock gains or loses; the others lie between.</summary>
    internal double Drift { get; init; }

    /// <summary>What else its meters have.</summary>
    internal Func<DlmsMeterPlan, DlmsMeterPlan> Fitted { get; init; } = plan => plan;

    /// <summary>What the box knows of them.</summary>
    internal MeterProfile Kind { get; init; } = MeterProfiles.Find("idis");

    /// <summary>Misbehaviours of single meters, by their number from 0.</summary>
    internal IReadOnlyDictionary<int, MeterFault> Faults { get; init; } = new Dictionary<int, MeterFault>();

    /// <summary>Entries of a G3 modem's routing table; 0: one for each node. A stock modem has 150: with more nodes it searches a route for most visits, which no schedule can help.</summary>
    internal int Routes { get; init; }

    /// <summary>Meters that are worked at the same time; 0 for the driver's own number.</summary>
    internal int MetersAtOnce { get; init; }

    /// <summary>How a PRIME network behaves; under a security profile the box demands it.</summary>
    internal PrimePlan Prime { get; init; } = new();

    /// <summary>What the serial line to the modem does to frames.</summary>
    internal LineDamage Damage { get; init; } = LineDamage.None;

    /// <summary>Numbers of nodes, from 0, that the shipment list does not name.</summary>
    internal IReadOnlySet<int> Unlisted { get; init; } = new HashSet<int>();

    /// <summary>Behind these nodes, by their number from 0, stands the meter of this number instead of the one the shipment list names.</summary>
    internal IReadOnlyDictionary<int, int> Exchanged { get; init; } = new Dictionary<int, int>();

    /// <summary>The most urgent order and message goes first; false: whoever came first.</summary>
    internal bool Arbitrates { get; init; } = true;

    /// <summary>All meters hold one broadcast key, and the authentication key with it; false: each its own, and nothing can be told to many.</summary>
    internal bool HasStreetKey { get; init; } = true;

    /// <summary>Classes that the client for broadcasts may write and execute at single meters, by their number from 0, which then show them.</summary>
    internal IReadOnlyDictionary<int, IReadOnlyList<ushort>> BroadcastMay { get; init; } = new Dictionary<int, IReadOnlyList<ushort>>();
}
