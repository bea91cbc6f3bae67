using System.Globalization;
using Simulation.Dlms;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Simulation.Scenarios;

/// <summary>Reads a scenario from TOML. Strict: what is not known, or does not fit, is told with its place.</summary>
public static class ScenarioFile
{
    private static readonly Dictionary<string, string[]> Keys = new()
    {
        [""] = ["first"],
        ["meters"] = ["kind", "count", "mode", "interval"],
        ["air"] = ["loss", "strongest", "weakest", "collisions"],
        ["stick"] = ["garbage", "corrupt", "twice", "wrong-checksum", "octets", "deaf", "unplug", "stall"],
        ["replay"] = ["file"],
        ["dlms"] = ["count", "transport", "port", "profile", "suite", "mechanism", "ciphered", "associations", "pdu", "drift", "history", "breaker", "misbehaviours"],
        ["prime"] = PlcTable.PrimeKeys,
        ["g3"] = PlcTable.Keys,
        ["feeders"] = ["tcp", "serial", "udp"],
    };

    /// <summary>The scenario, or every fault.</summary>
    public static (Scenario? Scenario, IReadOnlyList<string> Faults) Read(string text, string path)
    {
        var faults = new List<string>();
        var document = SyntaxParser.Parse(text, path, true);
        if (document.HasErrors)
        {
            return (null, [.. document.Diagnostics.Select(fault => $"{path}:{fault.Span.Start.Line + 1}:{fault.Span.Start.Column + 1}: {fault.Message}")]);
        }

        var top = new ScenarioTable(path, "", document.KeyValues, Keys[""], faults);
        var tables = new Dictionary<string, ScenarioTable>();
        var (groups, dlms, plc) = (new List<MeterGroup>(), new List<DlmsGroup>(), new List<PlcGroup>());
        foreach (var table in document.Tables)
        {
            var name = table.Name!.ToString().Trim();
            if (!Keys.TryGetValue(name, out var known) || name.Length == 0 || name is "meters" or "dlms" or "prime" or "g3" != table is TableArraySyntax)
            {
                faults.Add($"{path}:{table.Span.Start.Line + 1}:1: {table.ToString().Split('\n')[0].Trim()} is no table; there are [[meters]], [[dlms]], [[prime]], [[g3]], [air], [stick], [replay], [feeders]");
                continue;
            }

            var opened = new ScenarioTable(path, name, table.Items, known, faults);
            tables[name] = opened;
            if (name == "meters")
            {
                groups.Add(GroupOf(opened));
            }
            else if (name == "dlms")
            {
                dlms.Add(DlmsOf(opened));
            }
            else if (name is "prime" or "g3")
            {
                if (plc.Exists(group => group.IsPrime == (name == "prime")))
                {
                    faults.Add($"{path}:{table.Span.Start.Line + 1}:1: a second [[{name}]]: there is one modem of each sort");
                }

                plc.Add(PlcTable.Read(opened, name == "prime"));
            }
        }

        ScenarioTable Table(string name) => tables.GetValueOrDefault(name) ?? new ScenarioTable(path, name, [], Keys[name], faults);
        var (air, stick) = (Table("air"), Table("stick"));
        var scenario = new Scenario(
            groups.Count > 0 ? groups : plc.Count > 0 ? [] : Scenario.Street.Groups,
            top.Time("first", Scenario.Street.First),
            new AirSettings(air.Share("loss"), air.Number("strongest", -50, -120, 0), air.Number("weakest", -97, -120, 0), air.Truth("collisions", true)),
            new StickSettings(
                stick.Share("garbage"), stick.Share("corrupt"), stick.Share("twice"), stick.Share("wrong-checksum"), stick.Truth("octets", false), stick.Number("deaf", 0, 0, 1000),
                stick.Pauses("unplug"), stick.Pauses("stall")),
            Table("replay").Text("file", null),
            tables.ContainsKey("feeders") ? new FeederSettings(Table("feeders").Number("tcp", 0, 0, 100), Table("feeders").Number("serial", 0, 0, 100), Table("feeders").Number("udp", 0, 0, 100)) : null, dlms, plc);
        return (faults.Count == 0 ? scenario : null, faults);
    }

    /// <summary>A duration: 500ms, 8s, 15m, 4h.</summary>
    internal static bool TryTime(string text, out TimeSpan time)
    {
        time = default;
        var unit = text.TrimStart("0123456789.".ToCharArray());
        if (!double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        time = unit switch { "ms" => TimeSpan.FromMilliseconds(number), "s" => TimeSpan.FromSeconds(number), "m" => TimeSpan.FromMinutes(number), "h" => TimeSpan.FromHours(number), _ => TimeSpan.MinValue };
        return time >= TimeSpan.Zero;
    }

    private static DlmsGroup DlmsOf(ScenarioTable table)
    {
        var (transport, kind) = (table.Word("transport", [.. DlmsGroup.Transports]), table.Word("profile", ["idis", "dsmr", "prime", "plain"]));
        var mechanism = table.Number("mechanism", 5, 0, 6);
        var plan = DlmsGroup.Plain with
        {
            Kind = kind, Mechanism = mechanism, IsCiphered = table.Truth("ciphered", mechanism == 5), Suite = (byte)table.Number("suite", 0, 0, 2), LongestPdu = table.Number("pdu", 1024, 64, 65_535),
            Drift = table.Number("drift", 0, -86_400, 86_400), HistoryDays = table.Number("history", 2, 0, 400), Associations = table.Number("associations", kind == "dsmr" ? 2 : 1, 1, 16),
            BreakerMode = (byte)table.Number("breaker", 4, 0, 7), Faults = table.Words("misbehaviours", MeterFaults.ByName).Aggregate(MeterFault.None, (all, one) => all | one),
        };
        return new DlmsGroup(transport, table.Number("count", 1, 1, 1000), plan, table.Number("port", 0, 0, 65_535));
    }

    private static MeterGroup GroupOf(ScenarioTable table)
    {
        var kind = table.Word("kind", [MeterKinds.Mix, .. MeterKinds.All.Select(known => known.Medium)]);
        var security = table.Word("mode", [MeterKinds.Mix, .. MeterKinds.Securities.Keys]);
        var interval = table.Text("interval", "walk-by") switch { "walk-by" => (TimeSpan?)null, "oms" => TimeSpan.Zero, _ => table.Time("interval", default) };
        return new MeterGroup(kind, table.Number("count", 1, 1, 20_000), security, interval);
    }
}
