using Metering.Keys;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Simulation.Plc.Medium;
using Simulation.VirtualTime;
using Substation.Street;

namespace Substation;

/// <summary>Which nodes of a street have which fault: each fault stands behind a node that carries nobody, and a whole branch is down with its switch. The others are good.</summary>
internal sealed class FaultyStreet
{
    internal const int Good = 30;

    private static readonly string[] Common =
    [
        "key-missing", "wrong-key", "garbage", "endless-blocks", "endless-general-blocks", "clock-years-away", "empty-profile", "held", "too-slow", "exchanged", "never-registered", "stranger", "withdrawn",
    ];

    private static readonly Dictionary<string, MeterFault> Kinds = new()
    {
        ["garbage"] = MeterFault.Garbage, ["endless-blocks"] = MeterFault.EndlessBlocks, ["endless-general-blocks"] = MeterFault.EndlessGeneralBlocks, ["clock-years-away"] = MeterFault.ClockYearsAway,
        ["too-slow"] = MeterFault.Silence,
    };

    private FaultyStreet(StreetPlan plan, IReadOnlyDictionary<int, string> faults) => (Plan, Faults) = (plan, faults);

    internal StreetPlan Plan { get; }

    /// <summary>The fault of each faulty node, by its number.</summary>
    internal IReadOnlyDictionary<int, string> Faults { get; }

    /// <summary>Lays it out.</summary>
    /// <param name="hasFaulty">False: the same street, in which the faulty nodes are not there at all.</param>
    internal static FaultyStreet Of(string network, int seed, bool hasFaulty)
    {
        string[] kinds = [.. Common, .. network == "g3" ? (string[])["psk-missing", "psk-wrong"] : ["duk-missing", "duk-wrong", "no-connection"]];
        const int branch = 1 + 5;
        var line = PowerLinePlan.Quiet with
        {
            Nodes = Good + kinds.Length + branch, Levels = [0.8, 0.2], NodesOfSwitch = branch - 1, Phy = network == "g3" ? PlcPhy.G3Dbpsk : PlcPhy.PrimeDbpsk, AliveEvery = TimeSpan.FromSeconds(512),
        };
        using var tree = new PowerLine(line, seed, new VirtualClock(DateTimeOffset.UnixEpoch));
        var down = tree.Nodes.Where(node => node.IsSwitch).OrderBy(node => Math.Abs(tree.Nodes.Count(other => other.Home == node) - (branch - 1))).First();
        var faults = tree.Nodes.Where(node => node == down || node.Home == down).ToDictionary(node => node.Number, node => node == down ? "switch" : "branch");
        foreach (var (node, kind) in tree.Nodes.Where(node => node is { IsSwitch: false, Home: null }).Zip(kinds))
        {
            faults[node.Number] = kind;
        }

        DateTime always = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), later = new(2026, 12, 31, 0, 0, 0, DateTimeKind.Utc);
        var away = faults.Where(fault => !hasFaulty || fault.Value == "never-registered").Select(fault => (fault.Key, always, later));
        var goes = faults.Where(fault => hasFaulty && fault.Value is "switch" or "branch").Select(fault => (fault.Key, FaultyRun.Run.AddHours(-1), later));
        IEnumerable<int> With(string kind) => faults.Where(fault => hasFaulty && fault.Value == kind).Select(fault => fault.Key);
        var plan = new StreetPlan(network, line with { Away = [.. away, .. goes] }, seed)
        {
            Faults = faults.Where(fault => hasFaulty && Kinds.ContainsKey(fault.Value)).ToDictionary(fault => fault.Key - line.FirstNumber, fault => Kinds[fault.Value]),
            Exchanged = With("exchanged").ToDictionary(number => number - line.FirstNumber, number => 900 + number),
            Unlisted = With("stranger").Select(number => number - line.FirstNumber).ToHashSet(),
            Prime = new() { NodeProfile = 1, WithoutConnection = [.. With("no-connection")] },
        };
        return new FaultyStreet(plan, faults);
    }

    private static void Empty(DlmsMeter meter)
    {
        meter.Advance();
        meter.Part<LoadProfiles>()!.Load.Clear();
    }

    /// <summary>Makes the faults that are none of the meters' own.</summary>
    internal void Spoil(PlcStreet street)
    {
        foreach (var (node, meter) in street.Meters)
        {
            switch (Faults.GetValueOrDefault(node.Number))
            {
                case "key-missing":
                    street.Keys.Set(new KeyName(meter.Name, KeyPurpose.Guek, 1), null);
                    break;
                case "wrong-key":
                    street.Keys.Set(new KeyName(meter.Name, KeyPurpose.Guek, 1), new byte[16]);
                    break;
                case "psk-missing":
                    street.Keys.Set(new KeyName(node.Eui, KeyPurpose.Psk), null);
                    break;
                case "psk-wrong":
                    street.Keys.Set(new KeyName(node.Eui, KeyPurpose.Psk), new byte[16]);
                    break;
                case "duk-missing":
                    street.Keys.Set(new KeyName(node.Eui, KeyPurpose.Duk), null);
                    break;
                case "duk-wrong":
                    street.Keys.Set(new KeyName(node.Eui, KeyPurpose.Duk), new byte[16]);
                    break;
                case "held":
                    meter.IsHeldElsewhere = true;
                    break;
                case "empty-profile":
                    Empty(meter);
                    street.Line.Time.At(FaultyRun.Run.AddSeconds(-1), () => Empty(meter));
                    break;
                case "withdrawn":
                    street.Line.Time.At(FaultyRun.Run.AddHours(-1), () => street.Admission.Withdraw(node.Eui));
                    break;
            }
        }
    }
}
