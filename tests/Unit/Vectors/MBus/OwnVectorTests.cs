using System.Globalization;
using System.Text.Json;
using Concentrator.Cli.Frames;
using Unit.Plan;

namespace Unit.Vectors.MBus;

/// <summary>Vectors of our own (tests/Vectors/mbus): printed in a standard, or computed with an independent tool whose command stands beside them.</summary>
public class OwnVectorTests
{
    [Fact]
    public void Each_vector_gives_its_records()
    {
        var rows = 0;
        foreach (var line in File.ReadLines(Path.Combine(Sources.Root, "tests", "Vectors", "mbus", "records.jsonl")).Where(line => line.Length > 0 && line[0] == '{'))
        {
            var row = JsonDocument.Parse(line).RootElement;
            var output = new StringWriter();
            FrameDecodeCommand.Run(new FrameDecodeOptions("auto", null, true, []), new StringReader(line), output, TextWriter.Null);
            var answer = JsonDocument.Parse(output.ToString()).RootElement;
            var said = string.Join("; ", answer.GetProperty("records").EnumerateArray().Select(Text));
            Assert.True(row.GetProperty("expect").GetString() == said + State(answer), $"{row.GetProperty("what")}: {said}{State(answer)}");
            rows++;
        }

        Assert.True(rows >= 20, $"{rows} rows");
    }

    private static string State(JsonElement answer) => answer.GetProperty("security").GetProperty("state").GetString() is "clear" ? "" : " [" + answer.GetProperty("security").GetProperty("state").GetString() + "]";

    private static string Text(JsonElement record)
    {
        var value = record.GetProperty("value").GetString() ?? record.GetProperty("time").GetString() ?? record.GetProperty("text").GetString() ?? "none";
        return string.Create(CultureInfo.InvariantCulture, $"{record.GetProperty("quantity")} {value} {record.GetProperty("unit")}").TrimEnd();
    }
}
