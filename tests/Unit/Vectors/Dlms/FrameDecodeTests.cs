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
        Assert.Contains("SetNormalResponseMode", Text(Ask("""{"hex":"7ea008feff03938dbe7e"}"""), "error"), StringComparison.Ordinal);
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
