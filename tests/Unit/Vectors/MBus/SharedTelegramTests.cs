using System.Globalization;
using System.Text.Json;
using Concentrator.Cli.Frames;

namespace Unit.Vectors.MBus;

/// <summary>Every number that stands in a record of another program's test telegrams is found, for bare, re-framed and re-encrypted forms.</summary>
public class SharedTelegramTests
{
    /// <summary>Field-name suffix, unit of ours, factor. Fields with other suffixes are counts, durations and the like: they are compared as numbers only.</summary>
    private static readonly (string Suffix, string[] Units, double Factor)[] Units =
    [
        ("_m3h", ["m3/h"], 1), ("_m3", ["m3"], 1), ("_lh", ["m3/h"], 0.001), ("_kwh", ["Wh"], 1000), ("_kvarh", ["varh"], 1000), ("_kvah", ["VAh"], 1000), ("_kw", ["W"], 1000),
        ("_kvar", ["var"], 1000), ("_kva", ["VA"], 1000), ("_mj", ["J"], 1e6), ("_gj", ["J"], 1e9), ("_c", ["Cel", "K"], 1), ("_v", ["V"], 1), ("_a", ["A"], 1), ("_hz", ["Hz", "1"], 1),
        ("_bar", ["bar"], 1), ("_hca", ["HCA"], 1), ("_rh", ["%"], 1), ("_dbm", ["dBm"], 1),
    ];

    /// <summary>docs/exceptions.md: numbers that the other program computes or corrects for one maker.</summary>
    private static readonly Dictionary<string, string[]> Exceptions = new()
    {
        ["c5isf"] = ["prev_", "_kwh"], ["em24"] = ["kvarh", "kvah"], ["iem3000"] = ["kvarh", "reactive", "apparent", "_kwh", "frequency"], ["gwfwater"] = ["battery"],
        ["qwater"] = ["volume_flow"], ["qwaterv2"] = ["volume_flow"], ["sharky774"] = ["operating_time_in_error"],
    };

    [Requirement("I-M")]
    [Theory]
    [InlineData("wmbus.jsonl")]
    [InlineData("wmbus-derived.jsonl")]
    public void Every_number_in_a_record_is_found(string file)
    {
        using var decoderOutput = new StringWriter();
        var (rows, numbers) = (0, 0);
        var misses = new List<string>();
        foreach (var row in SharedVectors.Rows(file).Where(row => row.GetProperty("cls").GetString() == "generic"))
        {
            rows++;
            var answer = Decode(row);
            if (!answer.GetProperty("ok").GetBoolean())
            {
                misses.Add($"{row.GetProperty("id")}: {answer.GetProperty("error")}");
                continue;
            }

            var found = answer.GetProperty("records").EnumerateArray().Where(record => record.GetProperty("value").ValueKind == JsonValueKind.String)
                .Select(record => (Value: double.Parse(record.GetProperty("value").GetString()!, CultureInfo.InvariantCulture), Unit: record.GetProperty("unit").GetString()!)).ToList();
            foreach (var field in row.GetProperty("expected").EnumerateObject().Where(field => field.Value.ValueKind == JsonValueKind.Number))
            {
                var suffix = Units.FirstOrDefault(unit => field.Name.EndsWith(unit.Suffix, StringComparison.Ordinal));
                if (suffix.Suffix is null || IsException(row.GetProperty("driver").GetString()!, field.Name))
                {
                    continue;
                }

                numbers++;
                var wanted = field.Value.GetDouble() * suffix.Factor;
                if (!found.Exists(candidate => Fits(candidate, suffix.Units, wanted)))
                {
                    misses.Add($"{row.GetProperty("id")} {field.Name} = {field.Value}");
                }
            }
        }

        Assert.True(rows > 100 && numbers > 800, $"{rows} rows, {numbers} numbers: the file does not hold what it should");
        Assert.Empty(misses);
    }

    private static bool Fits((double Value, string Unit) candidate, string[] units, double wanted)
    {
        var value = (candidate.Unit, units[0]) switch
        {
            ("J", "Wh") => candidate.Value / 3600,
            ("Wh", "J") => candidate.Value * 3600,
            ("J/h", "W") => candidate.Value / 3600,
            ("m3/min", "m3/h") => candidate.Value * 60,
            _ when units.Contains(candidate.Unit) => candidate.Value,
            _ => double.NaN,
        };
        return Math.Abs(value - wanted) <= Math.Max(5e-4 * (units[0] == "W" ? 1 : 1e-3), 1.1e-6 * Math.Abs(wanted));
    }

    private static bool IsException(string driver, string field) =>
        Exceptions.TryGetValue(driver, out var parts) && parts.Any(part => field.Contains(part, StringComparison.Ordinal));

    private static JsonElement Decode(JsonElement row)
    {
        var key = row.TryGetProperty("key", out var keyText) ? $",\"key\":\"{keyText.GetString()}\"" : ",\"predecrypted\":true";
        var prior = string.Join(',', row.GetProperty("prior_telegrams").EnumerateArray().Select(telegram => $"\"{telegram.GetString()}\""));
        return Ask($"{{\"hex\":\"{row.GetProperty("telegram_hex").GetString()}\"{key},\"prior\":[{prior}]}}");
    }

    private static JsonElement Ask(string line)
    {
        var output = new StringWriter();
        FrameDecodeCommand.Run(new FrameDecodeOptions("auto", null, true, []), new StringReader(line), output, TextWriter.Null);
        return JsonDocument.Parse(output.ToString()).RootElement;
    }
}
