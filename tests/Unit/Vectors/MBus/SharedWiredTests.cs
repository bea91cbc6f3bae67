using System.Globalization;
using System.Text.Json;
using Concentrator.Cli.Frames;

namespace Unit.Vectors.MBus;

/// <summary>Wired frames with another program's reading of them, record by record; and frames that must be refused.</summary>
public class SharedWiredTests
{
    /// <summary>What one of our units is in the other program's.</summary>
    private static readonly Dictionary<(string Ours, string Theirs), double> Factors = new()
    {
        [("min", "s")] = 60, [("h", "s")] = 3600, [("d", "s")] = 86400, [("m3", "l")] = 1000, [("m3", "reserved but historic")] = 1000,
    };

    [Requirement("I-M")]
    [Fact]
    public void Each_record_has_the_others_value_storage_tariff_and_subunit()
    {
        var (frames, values) = (0, 0);
        var misses = new List<string>();
        foreach (var row in SharedVectors.Rows("mbus-wired.jsonl").Where(row => !row.TryGetProperty("expect_error", out _)))
        {
            frames++;
            var answer = Ask(row);
            var id = row.GetProperty("id").GetString()!;
            var wanted = row.GetProperty("expected").GetProperty("records").EnumerateArray().Where(record => Text(record, "Function") is not ("Manufacturer specific" or "More records follow")).ToArray();
            var found = answer.GetProperty("records").EnumerateArray().ToArray();
            if (!answer.GetProperty("ok").GetBoolean() || wanted.Length != found.Length)
            {
                misses.Add($"{id}: {wanted.Length} records wanted, {found.Length} found, error {answer.GetProperty("error")}");
                continue;
            }

            for (var i = 0; i < wanted.Length; i++)
            {
                var reason = Differs(wanted[i], found[i]);
                values++;
                if (reason is not null)
                {
                    misses.Add($"{id} record {i}: {reason}: {wanted[i]} {found[i]}");
                }
            }
        }

        Assert.True(frames > 40 && values > 600, $"{frames} frames, {values} records: the file does not hold what it should");
        Assert.Empty(misses);
    }

    [Fact]
    public void Frames_that_are_wrong_are_refused_with_a_reason()
    {
        var rows = SharedVectors.Rows("mbus-wired.jsonl").Where(row => row.TryGetProperty("expect_error", out _)).ToList();
        Assert.True(rows.Count > 10);
        Assert.All(rows, row =>
        {
            var answer = Ask(row);
            Assert.False(answer.GetProperty("ok").GetBoolean(), $"{row.GetProperty("id")} was taken");
            Assert.NotEmpty(answer.GetProperty("error").GetString()!);
        });
    }

    private static string? Differs(JsonElement wanted, JsonElement found)
    {
        if (Text(wanted, "StorageNumber") is { } storage
            && (storage, Text(wanted, "Tariff"), Text(wanted, "Device")) != (Number(found, "storage"), Text(wanted, "Tariff") is null ? null : Number(found, "tariff"), Text(wanted, "Device") is null ? null : Number(found, "subunit")))
        {
            return "storage, tariff or subunit";
        }

        var theirs = Text(wanted, "Value");
        if (Text(found, "error") is not null || theirs is null)
        {
            return null; // "no number: digits beyond 9", "marked invalid": the other program prints digits all the same
        }

        var ours = Text(found, "value") ?? Text(found, "time") ?? Text(found, "text") ?? "";
        if (double.TryParse(theirs, CultureInfo.InvariantCulture, out var number) && double.TryParse(ours, CultureInfo.InvariantCulture, out var value))
        {
            var factor = Factors.GetValueOrDefault((Text(found, "unit")!, Text(wanted, "Unit") ?? ""), 1);
            return Math.Abs((value * factor) - number) <= 6e-7 + (1e-6 * Math.Abs(number)) ? null : "value"; // six decimals are printed
        }

        // Times are printed with seconds and a Z; octets with blanks, in the order of the wire or the other.
        var plain = theirs.Replace(" ", "", StringComparison.Ordinal).TrimEnd('Z');
        return theirs == ours || plain.StartsWith(ours, StringComparison.OrdinalIgnoreCase) || plain.Equals(Reversed(ours), StringComparison.OrdinalIgnoreCase) ? null : "text";
    }

    private static string Reversed(string hex) =>
        hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit) ? Convert.ToHexString([.. Convert.FromHexString(hex).Reverse()]) : hex;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var property) && property.ValueKind == JsonValueKind.String ? property.GetString() : null;

    private static string Number(JsonElement element, string name) => element.GetProperty(name).GetRawText();

    private static JsonElement Ask(JsonElement row)
    {
        var output = new StringWriter();
        FrameDecodeCommand.Run(new FrameDecodeOptions("auto", null, true, []), new StringReader($"{{\"hex\":\"{row.GetProperty("telegram_hex").GetString()}\"}}"), output, TextWriter.Null);
        return JsonDocument.Parse(output.ToString()).RootElement;
    }
}
