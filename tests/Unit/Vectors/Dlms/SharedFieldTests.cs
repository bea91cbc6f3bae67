using System.Buffers;
using System.Text.Json;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;

namespace Unit.Vectors.Dlms;

/// <summary>Rows that name single fields of a message: we read each of them. Rows that break a framing: it gives nothing.</summary>
public class SharedFieldTests
{
    [Fact]
    public void Each_field_that_a_row_names_is_the_one_we_read()
    {
        var fields = 0;
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString() is "exception-response" or "access-response" or "gateway-request" or "general-block-transfer"))
        {
            var apdu = Pdu.Read(Convert.FromHexString(row.GetProperty("hex").GetString()!), out _);
            foreach (var expected in row.GetProperty("expect").EnumerateObject().Where(one => one.Name is not "gurux_error" and not "reassembled"))
            {
                Assert.True(Field(apdu!, expected.Name) == Text(expected.Value), $"{row.GetProperty("id")}: {expected.Name} is {Field(apdu!, expected.Name)}, not {Text(expected.Value)}");
                fields++;
            }
        }

        Assert.True(fields >= 20, $"{fields} fields");
    }

    [Fact]
    public void Blocks_that_follow_each_other_hold_the_APDU_the_last_row_names()
    {
        var (whole, next) = (new List<byte>(), 2);
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("name").GetString()!.StartsWith("GBT block", StringComparison.Ordinal)))
        {
            var block = Assert.IsType<GeneralBlockTransfer>(Pdu.Read(Convert.FromHexString(row.GetProperty("hex").GetString()!), out _));
            Assert.Equal(next++, block.Block);
            whole.AddRange(block.Raw.Span);
            if (row.GetProperty("expect").TryGetProperty("reassembled", out var reassembled))
            {
                Assert.True(block.IsLast);
                Assert.EndsWith(Convert.ToHexStringLower([.. whole]), reassembled.GetString()!, StringComparison.Ordinal); // the first block is not among the rows here
                return;
            }
        }

        Assert.Fail("no row names the whole");
    }

    [Fact]
    public void Frames_that_a_row_broke_are_never_given()
    {
        var rows = 0;
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString() == "negative"))
        {
            var octets = Convert.FromHexString(row.GetProperty("hex").GetString()!);
            var input = new ReadOnlySequence<byte>(octets);
            if (octets[0] == 0x7E)
            {
                var framer = new HdlcFramer();
                Assert.NotEqual(FrameRead.Got, framer.Read(ref input, out _, out _));
                framer.LineIdle();
                Assert.NotEqual(FrameRead.Got, framer.Read(ref input, out _, out _));
                rows++;
            }
            else if (octets[0] == 0)
            {
                Assert.NotEqual(FrameRead.Got, new WrapperFramer(65_535).Read(ref input, out _, out _));
                rows++;
            }
        }

        Assert.True(rows >= 4, $"{rows} rows");
    }

    private static string? Field(Pdu apdu, string name) => (apdu, name) switch
    {
        (ExceptionResponse one, "state") => $"{one.State}",
        (ExceptionResponse one, "service") => $"{one.Service}",
        (ExceptionResponse one, "ic") => $"{one.InvocationCounter}",
        (AccessResponse one, "results") => string.Join(',', one.Results.Select(result => (result.Choice switch { 1 => "get", 2 => "set", _ => "action" }) + (result.Result switch { 0 => " success", 4 => " undefined-object", var other => $" {other}" }))),
        (Gateway one, "network") => $"{one.Network}",
        (Gateway one, "address") => Convert.ToHexStringLower(one.Address.Span),
        (Gateway one, "apdu") => Convert.ToHexStringLower(one.Inner.Span),
        (GeneralBlockTransfer one, "block") => $"{one.Block}",
        (GeneralBlockTransfer one, "ack") => $"{one.Acknowledged}",
        (GeneralBlockTransfer one, "last") => one.IsLast ? "True" : "False",
        (GeneralBlockTransfer one, "streaming") => one.IsStreaming ? "True" : "False",
        (GeneralBlockTransfer one, "window") => $"{one.Window}",
        (GeneralBlockTransfer one, "data") => Convert.ToHexStringLower(one.Raw.Span),
        _ => null,
    };

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Array ? string.Join(',', value.EnumerateArray().Select(one => one.GetString())) : value.ToString();
}
