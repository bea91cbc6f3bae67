using System.Text.Json;
using Concentrator.Cli.Frames;

namespace Unit.Vectors.Dlms;

/// <summary><c>frame decode --protocol dlms</c>, as CONTRACTS section 2 has it.</summary>
public class FrameDecodeTests
{
    [Fact]
    public void A_register_read_is_a_tree()
    {
        var answer = Ask("""{"hex":"c401c1000600001391"}""");
        Assert.Equal(("dlms", "apdu", "get-response-normal", 1), (Text(answer, "protocol"), Text(answer, "frame"), Text(answer, "apdu"), answer.GetProperty("invokeId").GetInt32()));
        Assert.Equal("""{"type":"double-long-unsigned","value":5009}""", answer.GetProperty("value").GetRawText());
        Assert.True(answer.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public void A_ciphered_request_is_opened_with_the_lines_keys_and_named_without()
    {
        const string Hex = "c81e3001234567411312ff935a47566827c467bc7d825c3be4a77c3fcc056b6b";
        var open = Ask($$"""{"hex":"{{Hex}}","guek":"000102030405060708090A0B0C0D0E0F","gak":"D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF","systemTitle":"4D4D4D0000BC614E"}""");
        Assert.Equal("c0010000080000010000ff0200", Text(open, "plaintext"));
        Assert.Equal(("glo-get-request", "get-request-normal"), (Text(open, "apdu"), Text(open, "inner")));
        Assert.Equal("""{"suite":0,"control":"30","invocationCounter":19088743,"state":"decrypted"}""", open.GetProperty("security").GetRawText());
        Assert.Equal("no-key", Text(Ask($$"""{"hex":"{{Hex}}"}""").GetProperty("security"), "state"));
        var wrong = Ask($$"""{"hex":"{{Hex}}","guek":"000102030405060708090A0B0C0D0E00","gak":"D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF","systemTitle":"4D4D4D0000BC614E"}""");
        Assert.False(wrong.GetProperty("ok").GetBoolean());
        Assert.Contains("tag does not fit", Text(wrong, "error"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_HDLC_frame_is_opened_and_a_damaged_one_refused()
    {
        var answer = Ask("""{"hex":"7ea0190321107fdae6e600c001c100080000010000ff0200601a7e"}""");
        Assert.Equal(("hdlc", "get-request-normal"), (Text(answer, "frame"), Text(answer, "apdu")));
        Assert.Contains("check sequences", Text(Ask("""{"hex":"7ea0190321107fdae6e600c001c100080000010000ff0201601a7e"}"""), "error"), StringComparison.Ordinal);
        var call = Ask("""{"hex":"7ea008feff03938dbe7e"}""");
        Assert.Equal("SetNormalResponseMode (control 93) to 127/127 from 1: sends 128 octets in windows of 1, takes 128 in windows of 1", call.GetProperty("frames")[0].GetString());
        Assert.True(call.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public void Every_layer_of_other_peoples_captures_is_opened()
    {
        var seen = new Dictionary<string, int>();
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString()!.Split(':')[0] is "llc" or "push-capture" or "capture" or "gen-gateway"))
        {
            var keys = row.TryGetProperty("keys", out var given) && given.ValueKind == JsonValueKind.Object ? given : default;
            string Key(string name) => keys.ValueKind == JsonValueKind.Object && keys.TryGetProperty(name, out var key) ? $",\"{name}\":\"{key.GetString()}\"" : "";
            var answer = Ask($"{{\"hex\":\"{row.GetProperty("hex").GetString()}\"{Key("guek")}{Key("gak")}{Key("clientSystemTitle").Replace("clientSystemTitle", "systemTitle", StringComparison.Ordinal)}}}");
            var frame = Text(answer, "frame");
            var well = answer.GetProperty("ok").GetBoolean();
            Assert.True(well || IsExcused(row), $"{row.GetProperty("id")} {frame}: {answer.GetProperty("error")}");
            seen[frame] = seen.GetValueOrDefault(frame) + 1;
            var expect = row.GetProperty("expect");
            if (well && row.GetProperty("kind").GetString()!.StartsWith("push-capture", StringComparison.Ordinal) && expect.TryGetProperty("xml", out _))
            {
                Assert.Equal(CapturedLeaves.Expected(row), Leaves(answer.GetProperty("value")));
            }
        }

        Assert.Equal(["apdu", "hdlc", "llc", "mbus", "wrapper"], seen.Keys.Order(StringComparer.Ordinal));
        Assert.True(seen.Values.Sum() > 140, string.Join(", ", seen));
    }

    [Fact]
    public void Segments_and_blocks_are_put_together_with_the_earlier_lines()
    {
        var captured = SharedVectors.Rows("dlms.jsonl").First(row => row.GetProperty("id").GetString() == "dlms-0556");
        var hex = captured.GetProperty("hex").GetString()!;
        string[] frames = [hex[..282], hex[282..564], hex[564..]];
        var keys = captured.GetProperty("keys");
        var whole = Ask($"{{\"hex\":\"{frames[2]}\",\"prior\":[\"{frames[0]}\",\"{frames[1]}\"],\"guek\":\"{keys.GetProperty("guek").GetString()}\",\"gak\":\"{keys.GetProperty("gak").GetString()}\"}}");
        Assert.Equal(["general-block-transfer", "general-glo-ciphering", "data-notification"], whole.GetProperty("layers").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(CapturedLeaves.Expected(captured), Leaves(whole.GetProperty("value")));
        var alone = Ask($"{{\"hex\":\"{frames[2]}\"}}");
        Assert.Contains("block 1 is missing", Text(alone, "note"), StringComparison.Ordinal);
        Assert.Equal("9a13717b67", Text(alone.GetProperty("value"), "value")[..10]);
    }

    [Fact]
    public void Frames_of_the_power_line_are_named_with_what_they_say()
    {
        foreach (var row in SharedVectors.Array("plc-frames.json").Where(row => row.GetProperty("name").GetString()!.StartsWith("sfsk.", StringComparison.Ordinal)))
        {
            var (name, answer) = (row.GetProperty("name").GetString()!, Ask($"{{\"hex\":\"{row.GetProperty("hex").GetString()}\"}}"));
            Assert.True(answer.GetProperty("ok").GetBoolean(), name);
            Assert.Equal(name.Contains("hdlc", StringComparison.Ordinal) ? "s-fsk-hdlc" : "s-fsk", Text(answer, "frame"));
            Assert.True(name.EndsWith("aarq", StringComparison.Ordinal) == (answer.GetProperty("apdu").ValueKind == JsonValueKind.String), name);
        }

        Assert.Equal(("llc-432", "get-request-normal"), (Text(Ask("""{"hex":"900110c001c100080000010000ff0200"}"""), "frame"), Text(Ask("""{"hex":"900110c001c100080000010000ff0200"}"""), "apdu")));
    }

    [Fact]
    public void What_is_authenticated_and_not_enciphered_shows_what_is_inside()
    {
        var row = SharedVectors.Rows("dlms.jsonl").First(row => row.GetProperty("kind").GetString() == "gbcs:command");
        var answer = Ask($"{{\"hex\":\"{row.GetProperty("hex").GetString()}\"}}");
        Assert.Equal("general-ciphering", Text(answer, "apdu"));
        Assert.Contains("general-signing", answer.GetProperty("layers").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal("access-request", Text(answer, "inner"));
    }

    [Fact]
    public void A_time_is_octets_and_text_and_an_error_has_its_number()
    {
        Assert.Equal("""{"type":"octet-string","value":"07e60215011125 1effffc400","text":"2022-02-21T17:37:30+01:00"}""".Replace(" ", "", StringComparison.Ordinal), Value("c401c100090c07e60215011125 1effffc400"));
        Assert.Equal("""{"type":"data-access-result","value":3}""", Value("c401c10103"));
        Assert.Equal("""{"type":"block","value":"0102","number":7,"last":true}""", Value("c402c1010000000700020102"));
    }

    private static string Value(string hex) => Ask($"{{\"hex\":\"{hex}\"}}").GetProperty("value").GetRawText();

    /// <summary>Rows that cannot be well: the check sequence of dlms-0557 does not hold; four answers of a server that writes its time twice; what the other program could not read either.</summary>
    private static bool IsExcused(JsonElement row) =>
        row.GetProperty("id").GetString() is "dlms-0557" or "dlms-1906" or "dlms-1930" or "dlms-1964" or "dlms-2039" || row.GetProperty("expect").TryGetProperty("gurux_error", out _);

    private static string Leaves(JsonElement value)
    {
        var found = new List<string>();
        void Walk(JsonElement one)
        {
            var (type, inside) = (one.GetProperty("type").GetString(), one.GetProperty("value"));
            if (inside.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in inside.EnumerateArray())
                {
                    Walk(item);
                }
            }
            else if (type is "unsigned" or "long-unsigned" or "double-long-unsigned" or "integer" or "long" or "double-long" or "long64" or "long64-unsigned" or "enum")
            {
                found.Add(inside.ToString());
            }
        }

        Walk(value);
        return string.Join(' ', found);
    }

    [Fact]
    public void Every_type_has_its_form()
    {
        var answer = Ask("""{"hex":"c401c1000208 0301 15ffffffffffffffff 09020aff 0a026869 0404a0 173fc00000 1312080001000200030004 00"}""");
        Assert.Equal(
            """{"type":"structure","value":[{"type":"boolean","value":true},{"type":"long64-unsigned","value":"18446744073709551615"},{"type":"octet-string","value":"0aff"},{"type":"visible-string","value":"hi"},{"type":"bit-string","value":"1010"},{"type":"float32","value":1.5},{"type":"compact-array","value":[{"type":"long-unsigned","value":1},{"type":"long-unsigned","value":2},{"type":"long-unsigned","value":3},{"type":"long-unsigned","value":4}]},{"type":"null-data","value":null}]}""",
            answer.GetProperty("value").GetRawText());
    }

    [Fact]
    public void Auto_takes_an_APDU_for_what_it_is_and_a_bad_one_gets_its_reason()
    {
        Assert.Equal("dlms", Text(Ask("""{"hex":"0001000100100009c401c1000600001391"}""", "auto"), "protocol"));
        Assert.Equal("dlms", Text(Ask("""{"hex":"c401c1000600001391"}""", "auto"), "protocol"));
        Assert.Contains("do not fit", Text(Ask("""{"hex":"c401c1000684"}"""), "error"), StringComparison.Ordinal);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static JsonElement Ask(string line, string protocol = "dlms")
    {
        var output = new StringWriter();
        FrameDecodeCommand.Run(new FrameDecodeOptions(protocol, null, true, []), new StringReader(line), output, TextWriter.Null);
        return JsonDocument.Parse(output.ToString()).RootElement;
    }
}
