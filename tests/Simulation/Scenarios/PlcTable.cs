using Simulation.Plc.Medium;
using Simulation.Plc.Ports;

namespace Simulation.Scenarios;

/// <summary>Reads a table <c>[[prime]]</c> or <c>[[g3]]</c>.</summary>
internal static class PlcTable
{
    /// <summary>Its keys; <c>faults</c> is a list such as <c>["3 garbage", "7 key-missing"]</c>: meter and misbehaviour.</summary>
    internal static readonly string[] Keys =
        ["count", "phy", "medium", "loss", "profile", "mechanism", "ciphered", "associations", "pdu", "drift", "history", "faults", "unplug", "flip", "cut", "doubled-flag", "noise"];

    /// <summary>A PRIME network has a security profile besides.</summary>
    internal static readonly string[] PrimeKeys = [.. Keys, "security"];

    internal static PlcGroup Read(ScenarioTable table, bool isPrime)
    {
        var start = isPrime ? PlcGroup.Prime : PlcGroup.G3;
        var phy = table.Word("phy", [start.Line.Phy.Name, .. PlcPhy.All.Where(one => one.IsPrime == isPrime && one != start.Line.Phy).Select(one => one.Name)]);
        var line = PowerLinePlan.ByName[table.Word("medium", [.. PowerLinePlan.ByName.Keys])] with { Phy = PlcPhy.All.First(one => one.Name == phy) };
        var mechanism = table.Number("mechanism", 5, 0, 6);
        var kind = table.Word("profile", ["idis", "dsmr", "prime", "plain"]);
        var count = table.Number("count", start.Count, 1, 9999);
        return start with
        {
            Count = count,
            Line = table.Has("loss") ? line with { Loss = table.Share("loss") } : line,
            Meter = start.Meter with
            {
                Kind = kind, Mechanism = mechanism, IsCiphered = table.Truth("ciphered", mechanism == 5), Associations = table.Number("associations", kind == "dsmr" ? 2 : 1, 1, 16),
                LongestPdu = table.Number("pdu", 1024, 64, 65_535), Drift = table.Number("drift", 0, -86_400, 86_400), HistoryDays = table.Number("history", start.Meter.HistoryDays, 0, 400),
            },
            Faults = table.Numbered("faults", PlcGroup.FaultNames, count),
            Security = (byte)table.Number("security", 0, 0, 2),
            Unplug = table.Pauses("unplug"),
            Damage = new LineDamage(table.Share("flip"), table.Share("cut"), table.Share("doubled-flag"), table.Share("noise")),
        };
    }
}
