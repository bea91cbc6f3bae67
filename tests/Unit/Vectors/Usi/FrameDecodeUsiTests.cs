using System.Text.Json;
using Concentrator.Cli.Frames;

namespace Unit.Vectors.Usi;

/// <summary><c>frame decode --protocol usi</c>, and frames of modems found without being told.</summary>
public class FrameDecodeUsiTests
{
    [Theory]
    [InlineData("usi")]
    [InlineData("auto")]
    public void Every_frame_of_other_peoples_computation_is_decoded_with_its_message_by_name(string protocol)
    {
        var decoded = 0;
        foreach (var (name, hex) in Rows().Where(row => row.Hex.StartsWith("7E", StringComparison.Ordinal)))
        {
            var answer = Ask(hex, protocol);
            Assert.True(answer.GetProperty("ok").GetBoolean(), $"{name}: {Text(answer, "error")}");
            Assert.Equal((name, "usi"), (name, Text(answer, "protocol")));
            Assert.True(Text(answer, "message") is { Length: > 3 } message && !message.StartsWith("unknown", StringComparison.Ordinal), $"{name}: {Text(answer, "message")}");
            decoded++;
        }

        Assert.Equal(66, decoded);
    }

    [Fact]
    public void A_question_over_G3_is_followed_down_to_its_attribute()
    {
        var answer = Ask(Hex("g3.adp.data.req.dlms.get"));
        Assert.Equal(("g3-adp", "data-request", "25"), (Text(answer, "frame"), Text(answer, "message"), Text(answer.GetProperty("header"), "protocol")));
        Assert.Equal(("fe80::781d:ff:fe00:1", "781d", "0001", 4059), (Text(answer.GetProperty("packet"), "destination"), Text(answer.GetProperty("packet"), "destinationPan"),
            Text(answer.GetProperty("packet"), "destinationNode"), answer.GetProperty("packet").GetProperty("destinationPort").GetInt32()));
        Assert.Null(Text(answer.GetProperty("packet"), "error"));
        Assert.Equal(("wrapper", "get-request-normal"), (Text(answer.GetProperty("dlms"), "frame"), Text(answer.GetProperty("dlms"), "apdu")));
        Assert.Equal("0-0:1.0.0*255", Text(answer.GetProperty("dlms").GetProperty("targets")[0], "obis"));
        var reply = Ask(Hex("g3.adp.data.ind.dlms.rsp"));
        Assert.Equal((0x5A, "get-response-normal"), (reply.GetProperty("fields").GetProperty("lqi").GetInt32(), Text(reply.GetProperty("dlms"), "apdu")));
    }

    [Fact]
    public void A_question_over_PRIME_is_followed_down_to_its_attribute()
    {
        var answer = Ask(Hex("prime.432.data.req.get"));
        Assert.Equal(("prime", "data-request", "0123"), (Text(answer, "frame"), Text(answer, "message"), Text(answer.GetProperty("fields"), "address")));
        Assert.Equal(("apdu", "get-request-normal"), (Text(answer.GetProperty("dlms"), "frame"), Text(answer.GetProperty("dlms"), "apdu")));
        Assert.Equal("get-response-normal", Text(Ask(Hex("prime.432.data.ind.rsp")).GetProperty("dlms"), "apdu"));
        var joined = Ask(Hex("prime.432.join.ind")).GetProperty("fields");
        Assert.Equal(("ZIV0012345678", "0123", "404022010203"), (Text(joined, "serial"), Text(joined, "address"), Text(joined, "eui48")?.ToUpperInvariant()));
    }

    [Fact]
    public void Fields_have_names_and_codes_have_words()
    {
        Assert.Equal("""{"status":"route error","handle":1}""", Ask(Hex("g3.adp.data.cfm.routeerr")).GetProperty("fields").GetRawText());
        Assert.Equal("""{"status":"not allowed now","about":"network-start-request"}""", Ask(Hex("g3.adp.status.notallowed")).GetProperty("fields").GetRawText());
        Assert.Equal("""{"attribute":"0000000f","attributeName":"most hops","index":0,"value":"0a"}""", Ask(Hex("g3.adp.set.maxhops.req")).GetProperty("fields").GetRawText());
        Assert.Equal("""{"free":"medium small"}""", Ask(Hex("g3.adp.buffer.ind")).GetProperty("fields").GetRawText());
        Assert.Equal("0005", Text(Ask(Hex("g3.adp.pathdisc.cfm")).GetProperty("fields").GetProperty("forward")[0], "address"));
    }

    [Fact]
    public void Keys_are_not_shown()
    {
        foreach (var name in (string[])["g3.lbp.set.psk.req", "g3.lbp.set.gmk.idx0.req"])
        {
            var hex = Hex(name);
            var answer = Ask(hex);
            Assert.Equal("a key, not shown", Text(answer.GetProperty("fields"), "value"));
            Assert.DoesNotContain(hex[24..56], answer.GetRawText(), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void One_that_is_too_long_for_a_modem_is_said_to_be_so()
    {
        Assert.Contains("overwrite its memory", Text(Ask(Hex("g3.adp.data.req.xlen")), "note"), StringComparison.Ordinal);
        Assert.Null(Text(Ask(Hex("g3.adp.data.cfm.ok")), "note"));
    }

    [Theory]
    [InlineData("7E00E51E00011CB87E", "check sum does not hold")]
    [InlineData("7E04E51E00011CB97E", "length is not that of its octets")]
    [InlineData("7E00E51E00017D007E", "an escape (7D) is none")]
    [InlineData("7E00E51E00011CB9", "the flag (7E) at its end is missing")]
    [InlineData("00E51E00011CB97E", "begins with another octet than 7E")]
    [InlineData("7E7E", "no USI frame")]
    public void What_is_none_is_refused_with_a_sentence(string hex, string reason)
    {
        var answer = Ask(hex);
        Assert.False(answer.GetProperty("ok").GetBoolean());
        Assert.Contains(reason, Text(answer, "error"), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_frames_are_named_and_the_last_is_decoded()
    {
        var answer = Ask(Hex("g3.adp.data.cfm.ok") + Hex("g3.adp.buffer.ind"));
        Assert.Equal(("buffer-indication", 2), (Text(answer, "message"), answer.GetProperty("frames").GetArrayLength()));
        Assert.Equal("g3-adp data-confirm, 3 octets", answer.GetProperty("frames")[0].GetString());
    }

    [Fact]
    public void A_packet_that_is_damaged_inside_a_good_frame_says_so_beside_the_fields_around_it()
    {
        var packet = Convert.FromHexString(Hex("g3.ipv6.udp.dlms.get"));
        packet[^1] ^= 1;
        var frame = new Protocols.Usi.G3.DataIndication(7, packet).ToFrame().ToOctets();
        var answer = Ask(Convert.ToHexString(frame));
        Assert.Contains("check sum of the UDP datagram is wrong", Text(answer.GetProperty("packet"), "error"), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("dlms").ValueKind);
        Assert.Equal(7, answer.GetProperty("fields").GetProperty("lqi").GetInt32());
    }

    [Fact]
    public void HDLC_begins_with_the_same_flag_and_stays_HDLC() => Assert.Equal("dlms", Text(Ask("7ea0190321107fdae6e600c001c100080000010000ff0200601a7e", "auto"), "protocol"));

    private static JsonElement Ask(string hex, string protocol = "usi")
    {
        using var decoder = new FrameDecoder(protocol, null);
        return JsonDocument.Parse(FrameJson.Write(FrameDecodeCommand.Answer(decoder, hex))).RootElement;
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static string Hex(string name) => Rows().First(row => row.Name.StartsWith(name, StringComparison.Ordinal)).Hex;

    private static IEnumerable<(string Name, string Hex)> Rows() =>
        SharedVectors.Array("plc-frames.json").Select(row => (row.GetProperty("name").GetString()!, row.GetProperty("hex").GetString()!));
}
