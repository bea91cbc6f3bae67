using System.Globalization;
using System.Text.Json;
using Concentrator.Cli.Frames;
using Protocols.MBus;
using Unit.Plan;

namespace Unit.Vectors.MBus;

/// <summary>Vectors of our own (tests/Vectors/mbus): printed in a standard, or computed with an independent tool whose command stands beside them.</summary>
public class OwnVectorTests
{
    [Theory]
    [InlineData("records.jsonl", 36)]
    [InlineData("layers.jsonl", 280)]
    public void Each_vector_gives_what_its_row_says(string file, int fewest)
    {
        var rows = Rows(file);
        Assert.True(rows.Count >= fewest, $"{rows.Count} rows");
        var misses = rows.SelectMany(row => Misses(row).Select(miss => $"{row.GetProperty("what")}: {miss} ({row.GetProperty("hex")})")).ToList();
        Assert.True(misses.Count == 0, string.Join('\n', misses));
    }

    /// <summary>
    /// A MAC and the payload CRC of the extended link layer stand over every bit. Mode 5 has neither: its 2F2F guards the first block alone; a flip in a later block garbles that block,
    /// so that the answer is another one, yet it still counts as decrypted.
    /// </summary>
    [Fact]
    public void No_flipped_bit_of_a_cipher_or_a_MAC_gives_the_same_records_decrypted()
    {
        var (bits, unnoticed) = (0, 0);
        foreach (var row in Rows("layers.jsonl").Where(row => row.TryGetProperty("guarded", out _)))
        {
            var key = row.GetProperty("key").GetString()!;
            var octets = Convert.FromHexString(row.GetProperty("hex").GetString()!);
            var whole = Ask(Line(octets, key));
            var unchecked5 = whole.GetProperty("security").GetProperty("mode").GetInt32() == 5 && !row.GetProperty("guarded").TryGetProperty("mac", out _);
            foreach (var area in row.GetProperty("guarded").EnumerateObject())
            {
                var (from, to) = (area.Value[0].GetInt32(), area.Value[1].GetInt32());
                for (var bit = from * 8; bit < to * 8; bit++, bits++)
                {
                    octets[bit / 8] ^= (byte)(1 << (bit % 8));
                    var answer = Ask(Line(octets, key));
                    octets[bit / 8] ^= (byte)(1 << (bit % 8));
                    var decrypted = State(answer) == " [decrypted]";
                    var behindFirstBlock = unchecked5 && bit / 8 >= from + 16;
                    Assert.True(!decrypted || behindFirstBlock, $"{row.GetProperty("what")}: bit {bit % 8} of octet {bit / 8} is not noticed");
                    Assert.True(!decrypted || Said(answer) != Said(whole), $"{row.GetProperty("what")}: bit {bit % 8} of octet {bit / 8} changes nothing");
                    Assert.True(decrypted || answer.GetProperty("records").GetArrayLength() == 0, $"{row.GetProperty("what")}: records of a telegram that was refused");
                    unnoticed += decrypted ? 1 : 0;
                }
            }
        }

        Assert.True(bits > 6_000, $"{bits} bits");
        Assert.True(unnoticed > 0, "mode 5 behind its first block has no check: the rows for it are gone");
    }

    private static List<JsonElement> Rows(string file) =>
        [.. File.ReadLines(Path.Combine(Sources.Root, "tests", "Vectors", "mbus", file)).Where(line => line.Length > 0 && line[0] == '{').Select(line => JsonDocument.Parse(line).RootElement)];

    private static IEnumerable<string> Misses(JsonElement row)
    {
        if (row.TryGetProperty("strip", out var format) && Strips(format.GetString()!, Convert.FromHexString(row.GetProperty("hex").GetString()!)))
        {
            yield return $"the check of format {format} holds";
        }

        if (!row.TryGetProperty("expect", out var expect))
        {
            yield break;
        }

        var answer = Ask(row.GetRawText());
        if (!Says(answer, expect.GetString()!))
        {
            yield return $"\"{Said(answer)}{State(answer)}\" instead of \"{expect}\"; {answer.GetProperty("error")}";
        }

        var refused = row.TryGetProperty("error", out var error);
        if (answer.GetProperty("ok").GetBoolean() == (refused || expect.GetString()!.EndsWith("-failed]", StringComparison.Ordinal))
            || (refused && !answer.GetProperty("error").ToString().Contains(error.GetString()!, StringComparison.Ordinal)))
        {
            yield return $"error \"{answer.GetProperty("error")}\"";
        }

        if (row.TryGetProperty("facets", out var facets))
        {
            foreach (var (facet, record) in facets.EnumerateArray().Zip(answer.GetProperty("records").EnumerateArray()))
            {
                foreach (var property in facet.EnumerateObject().Where(property => !Fits(property.Value, record.GetProperty(property.Name))))
                {
                    yield return $"{record.GetProperty("dib")}: {property.Name} {record.GetProperty(property.Name)} instead of {property.Value}";
                }
            }
        }

        foreach (var name in new[] { "frame", "layers", "undecoded" })
        {
            if (row.TryGetProperty(name, out var wanted) && !JsonElement.DeepEquals(wanted, answer.GetProperty(name)))
            {
                yield return $"{name} {answer.GetProperty(name)} instead of {wanted}";
            }
        }
    }

    private static bool Strips(string format, byte[] octets) => format switch
    {
        "A" => LinkFrame.StripA(octets, new byte[octets.Length]) != 0,
        "B" => LinkFrame.StripB(octets, new byte[octets.Length]) != 0,
        _ => LinkFrame.IsWiredLong(octets),
    };

    /// <summary>An error is given by a part of its sentence.</summary>
    private static bool Fits(JsonElement wanted, JsonElement found) => wanted.ValueKind == JsonValueKind.String
        ? found.ToString().Contains(wanted.GetString()!, StringComparison.Ordinal)
        : JsonElement.DeepEquals(wanted, found);

    private static string Line(byte[] octets, string key) => $$"""{"hex":"{{Convert.ToHexString(octets)}}","key":"{{key}}"}""";

    private static JsonElement Ask(string line)
    {
        var output = new StringWriter();
        FrameDecodeCommand.Run(new FrameDecodeOptions("auto", null, true, []), new StringReader(line), output, TextWriter.Null);
        return JsonDocument.Parse(output.ToString()).RootElement;
    }

    /// <summary>Records as the row has them; the row leaves out the unit 1.</summary>
    private static bool Says(JsonElement answer, string expect)
    {
        var first = true;
        foreach (var record in answer.GetProperty("records").EnumerateArray())
        {
            expect = first ? expect : expect.StartsWith("; ", StringComparison.Ordinal) ? expect[2..] : "";
            var said = Text(record);
            said = expect.StartsWith(said, StringComparison.Ordinal) || !said.EndsWith(" 1", StringComparison.Ordinal) ? said : said[..^2].TrimEnd();
            if (!expect.StartsWith(said, StringComparison.Ordinal))
            {
                return false;
            }

            (expect, first) = (expect[said.Length..], false);
        }

        return expect == State(answer);
    }

    private static string Said(JsonElement answer) => string.Join("; ", answer.GetProperty("records").EnumerateArray().Select(Text));

    private static string State(JsonElement answer) => answer.GetProperty("security").GetProperty("state").GetString() is "clear" ? "" : " [" + answer.GetProperty("security").GetProperty("state").GetString() + "]";

    private static string Text(JsonElement record)
    {
        var value = record.GetProperty("value").GetString() ?? record.GetProperty("time").GetString() ?? record.GetProperty("text").GetString() ?? "none";
        return string.Create(CultureInfo.InvariantCulture, $"{record.GetProperty("quantity")} {value} {record.GetProperty("unit")}").TrimEnd();
    }
}
