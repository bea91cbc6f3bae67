using System.Buffers;
using System.Text.Json;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;

namespace Unit.Vectors.Dlms;

/// <summary>Other people's APDUs, bare and in the wrapper: each is read to its last octet and written again as it was.</summary>
public class SharedApduTests
{
    /// <summary>Kinds whose hex holds no APDU, or one in a framing that other tests open.</summary>
    private static readonly string[] NoApdu =
        ["hdlc", "capture:hdlc", "push-capture:hdlc", "push-capture:mbus", "gen-snrm-address", "axdr", "date-time", "hls", "kdf", "p1-telegram", "data-or-fragment", "negative"];

    [Fact]
    public void Each_is_read_whole_and_written_again_as_it_was()
    {
        var (rows, refused, misses) = (0, 0, new List<string>());
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => !NoApdu.Contains(row.GetProperty("kind").GetString())))
        {
            var id = row.GetProperty("id").GetString()!;
            var octets = Convert.FromHexString(row.GetProperty("hex").GetString()!);
            if (octets[0] == 0x7E || SharedExceptions.IsUnread(id))
            {
                continue;
            }

            rows++;
            var carried = octets is [0, 1, ..] ? Unwrapped(octets) : row.GetProperty("kind").GetString()!.StartsWith("llc:", StringComparison.Ordinal) ? octets[3..] : octets;
            var apdu = Pdu.Read(carried, out var fault);
            refused += apdu is null && MayBeRefused(row) ? 1 : 0;
            if (apdu is null && !MayBeRefused(row))
            {
                misses.Add($"{id} {row.GetProperty("kind")}: {fault}: {Convert.ToHexString(octets)}");
            }
            else if (apdu is not null && !apdu.ToOctets().AsSpan().SequenceEqual(carried))
            {
                misses.Add($"{id} {row.GetProperty("kind")}: written as {Convert.ToHexString(apdu.ToOctets())}, was {Convert.ToHexString(carried)}");
            }
            else if (apdu is null)
            {
                Assert.NotEmpty(fault!);
            }
        }

        Assert.True(misses.Count == 0, $"{misses.Count} of {rows}\n{string.Join('\n', misses)}");
        Assert.True(rows > 1000 && refused < 60, $"{rows} rows, {refused} refused");
    }

    [Fact]
    public void The_exceptions_are_at_most_three_in_a_hundred_of_what_is_asked_for()
    {
        var asked = SharedVectors.Rows("dlms.jsonl").Count(row => !MayBeRefused(row) && !row.GetProperty("kind").GetString()!.EndsWith("data-or-fragment", StringComparison.Ordinal)
            && row.GetProperty("kind").GetString() != "p1-telegram");
        Assert.InRange(SharedExceptions.Count, 0, asked * 3 / 100);
    }

    [Fact]
    public void A_release_response_whose_lengths_are_too_short_gives_its_ciphered_initiate_all_the_same()
    {
        var release = Assert.IsType<AssociationMessage>(Pdu.Read(Convert.FromHexString("6324800100BE220421281F300000001E9794D6EE9D4052647AED7112D520A1D300A6AB963CA5381F1DE9"), out _));
        Assert.Equal(0x21, release.Initiate!.Value.Length);
        Assert.Equal("glo-initiate-response", Pdu.Read(release.Initiate.Value, out _)!.Name);
    }

    [Fact]
    public void What_an_association_request_asks_for_is_read()
    {
        var request = Assert.IsType<AssociationMessage>(Pdu.Read(Convert.FromHexString(
            "605DA109060760857405080103A60A04084A4156000000004D8A0207808B0760857405080205AC128010198725B1B68115CDF771740E1F45F49FBE230421211F300000000155557E8A0A4C9BB2789A00B119931A596F57E0ABD4EA0A389876"), out _));
        Assert.Equal((3, 5), (request.ContextId, request.MechanismId));
        Assert.Equal("4A4156000000004D", Convert.ToHexString(request.SystemTitle!.Value.Span));
        Assert.Equal(16, request.AuthenticationValue!.Value.Length);
        var answer = Assert.IsType<AssociationMessage>(Pdu.Read(Convert.FromHexString("6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F040000501F01F40007"), out _));
        Assert.Equal(((byte)0, (byte)0), (answer.AssociationResult!.Value, answer.DiagnosticValue!.Value));
        var initiate = Assert.IsType<InitiateResponse>(Pdu.Read(answer.Initiate!.Value, out _));
        Assert.Equal((500, 7), (initiate.LongestPdu, initiate.ObjectName));
        Assert.True(initiate.Conformance.Has(19) && initiate.Conformance.Has(23) && !initiate.Conformance.Has(1));
    }

    [Fact]
    public void A_name_is_given_to_each()
    {
        Assert.Equal("get-request-normal", Name("C001C100080000010000FF0200"));
        Assert.Equal("glo-get-request", Name("C81220012345674113D3FF935A47566827C467BC"));
        Assert.Equal("ded-action-response", Name("D7052000000001"));
        Assert.Equal("glo-initiate-response", Name("28052000000001"));
        Assert.Equal("aarq", Name("601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0"));
        Assert.Equal("exception-response", Name("D8010600000008"));
    }

    /// <summary>The other program could not read it either, or found octets behind its end: a fragment, or broken on purpose. A refusal with its reason is an answer.</summary>
    private static bool MayBeRefused(JsonElement row)
    {
        var expect = row.GetProperty("expect");
        return expect.TryGetProperty("gurux_error", out _) || row.GetProperty("kind").GetString()!.EndsWith("data-or-fragment", StringComparison.Ordinal) || expect.TryGetProperty("refuse", out _)
            || (expect.TryGetProperty("gurux_xml", out var xml) && (xml.GetString()!.Contains("Extra data", StringComparison.Ordinal) || Oracle.OracleXml.Parse(xml.GetString()!) is not { Lines.Count: > 0 }));
    }

    private static string Name(string hex) => Pdu.Read(Convert.FromHexString(hex), out _)!.Name;

    private static byte[] Unwrapped(byte[] octets)
    {
        var input = new ReadOnlySequence<byte>(octets);
        Assert.Equal(FrameRead.Got, new WrapperFramer(65_535).Read(ref input, out var frame, out _));
        Assert.True(input.IsEmpty);
        var again = new byte[octets.Length];
        Assert.Equal(octets.Length, frame.WriteTo(again));
        Assert.Equal(octets, again);
        return frame.Apdu.ToArray();
    }
}
