using Simulation.Dlms;
using Simulation.Plc.Medium;
using Simulation.Plc.Ports;

namespace Simulation.Scenarios;

/// <summary>A power line network: a modem on a port, and meters behind its nodes.</summary>
/// <param name="IsPrime">PRIME with a base node; else G3 with a coordinator.</param>
/// <param name="Count">Meters.</param>
/// <param name="Line">The line; nodes and first number are the run's.</param>
/// <param name="Meter">How the meters are built; number and seed are the run's.</param>
public sealed record PlcGroup(bool IsPrime, int Count, PowerLinePlan Line, DlmsMeterPlan Meter)
{
    /// <summary>Keys that are not as they should be: the DLMS keys or the node's own are not in the keys file, or the node's own are others there.</summary>
    public const string KeyMissing = "key-missing", NodeKeyMissing = "node-key-missing", NodeKeyWrong = "node-key-wrong";

    /// <summary>A day of load profile: what a collection of the night finds.</summary>
    public static DlmsMeterPlan Plain { get; } = new(0, 0) { HistoryDays = 1 };

    /// <summary>PRIME of the field without anything wrong but some noise.</summary>
    public static PlcGroup Prime { get; } = new(true, 75, PowerLinePlan.Quiet with { Phy = PlcPhy.PrimeDbpsk, Loss = 0.02 }, Plain);

    /// <summary>G3 of the field without anything wrong but some noise.</summary>
    public static PlcGroup G3 { get; } = new(false, 74, PowerLinePlan.Quiet with { Phy = PlcPhy.G3Dbpsk, Loss = 0.02 }, Plain);

    /// <summary>Security profile of PRIME 1.4 that the nodes register with: with 1 and 2 each has a device unique key.</summary>
    public byte Security { get; init; }

    /// <summary>Misbehaviours of single meters, by their number from 1 on: those of DLMS meters, and the three above.</summary>
    public IReadOnlyList<(int Number, string Fault)> Faults { get; init; } = [];

    /// <summary>What the modem's serial line does to frames.</summary>
    public LineDamage Damage { get; init; } = LineDamage.None;

    /// <summary>When the modem is pulled out, and for how long.</summary>
    public IReadOnlyList<Pause> Unplug { get; init; } = [];

    /// <summary>All misbehaviours by name.</summary>
    public static IReadOnlyCollection<string> FaultNames { get; } = [KeyMissing, NodeKeyMissing, NodeKeyWrong, .. MeterFaults.ByName.Keys];

    /// <summary>What is wrong with a meter.</summary>
    public IEnumerable<string> FaultsOf(int number) => Faults.Where(fault => fault.Number == number).Select(fault => fault.Fault);

    /// <summary>The plan of one meter.</summary>
    public DlmsMeterPlan PlanOf(int number) => FaultsOf(number).Aggregate(Meter, (plan, fault) => MeterFaults.ByName.TryGetValue(fault, out var one) ? plan with { Faults = plan.Faults | one } : plan);
}
