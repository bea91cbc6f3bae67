using System.Globalization;
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
        var groups = new List<MeterGroup>();
        foreach (var table in document.Tables)
        {
            var name = table.Name!.ToString().Trim();
            if (!Keys.TryGetValue(name, out var known) || name.Length == 0 || (name == "meters") != table is TableArraySyntax)
            {
                faults.Add($"{path}:{table.Span.Start.Line + 1}:1: {table.ToString().Split('\n')[0].Trim()} is no table; there are [[meters]], [air], [stick], [replay], [feeders]");
                continue;
            }

            var opened = new ScenarioTable(path, name, table.Items, known, faults);
            tables[name] = opened;
            if (name == "meters")
            {
                groups.Add(GroupOf(opened));
            }
        }

        ScenarioTable Table(string name) => tables.GetValueOrDefault(name) ?? new ScenarioTable(path, name, [], Keys[name], faults);
        var (air, stick) = (Table("air"), Table("stick"));
        var scenario = new Scenario(
            groups.Count > 0 ? groups : Scenario.Street.Groups,
            top.Time("first", Scenario.Street.First),
            new AirSettings(air.Share("loss"), air.Number("strongest", -50, -120, 0), air.Number("weakest", -97, -120, 0), air.Truth("collisions", true)),
            new StickSettings(
                stick.Share("garbage"), stick.Share("corrupt"), stick.Share("twice"), stick.Share("wrong-checksum"), stick.Truth("octets", false), stick.Number("deaf", 0, 0, 1000),
                stick.Pauses("unplug"), stick.Pauses("stall")),
            Table("replay").Text("file", null),
            tables.ContainsKey("feeders") ? new FeederSettings(Table("feeders").Number("tcp", 0, 0, 100), Table("feeders").Number("serial", 0, 0, 100), Table("feeders").Number("udp", 0, 0, 100)) : null);
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

    private static MeterGroup GroupOf(ScenarioTable table)
    {
        var kind = table.Word("kind", [MeterKinds.Mix, .. MeterKinds.All.Select(known => known.Medium)]);
        var security = table.Word("mode", [MeterKinds.Mix, .. MeterKinds.Securities.Keys]);
        var interval = table.Text("interval", "walk-by") switch { "walk-by" => (TimeSpan?)null, "oms" => TimeSpan.Zero, _ => table.Time("interval", default) };
        return new MeterGroup(kind, table.Number("count", 1, 1, 20_000), security, interval);
    }
}
