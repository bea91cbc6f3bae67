using System.Buffers;
using System.Text.Json;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.Security;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;

namespace Unit.Vectors.Dlms.Oracle;

/// <summary>
/// Every row for which another program printed what it read: we read the same, value for value, through any framing; what is ciphered is opened, and what is inside is what it deciphered.
/// </summary>
public class SharedAgreementTests
{
    [Fact]
    public void We_read_what_another_program_reads()
    {
        var (rows, opened, misses) = (0, 0, new List<string>());
        foreach (var row in SharedVectors.Rows("dlms.jsonl"))
        {
            var id = row.GetProperty("id").GetString()!;
            if (!row.GetProperty("expect").TryGetProperty("gurux_xml", out var xml) || xml.GetString()!.Contains("Extra data", StringComparison.Ordinal) || SharedExceptions.IsUnread(id) || SharedExceptions.IsDisagreed(id))
            {
                continue;
            }

            rows++;
            var theirs = OracleXml.Parse(xml.GetString()!);
            var octets = Convert.FromHexString(row.GetProperty("hex").GetString()!);
            try
            {
                var (ours, apdu) = Read(octets, theirs);
                if (theirs is { Lines.Count: > 0 })
                {
                    Compare(id, theirs.Lines, ours, misses);
                }

                opened += apdu is not null && row.TryGetProperty("keys", out var keys) && keys.TryGetProperty("dedicated", out _) && Opened(id, apdu, keys, theirs, misses) ? 1 : 0;
            }
            catch (Xunit.Sdk.XunitException) when (theirs is not { Lines.Count: > 0 })
            {
                // It gave up as well: a refusal is an answer.
            }
            catch (Exception fault) when (fault is Xunit.Sdk.XunitException or NullReferenceException or IndexOutOfRangeException or ArgumentException or InvalidOperationException)
            {
                misses.Add($"{id} {row.GetProperty("kind")}: {fault.Message.Split('\n')[0]} {row.GetProperty("hex")}");
            }
        }

        Assert.True(misses.Count == 0, $"{misses.Count} of {rows}\n{string.Join('\n', misses)}");
        Assert.True(rows > 300 && opened > 100, $"{rows} rows, {opened} opened");
    }

    /// <summary>Our reading in the other program's words, and the APDU where there is one: it prints frames, but not what they carry.</summary>
    private static (List<string> Lines, Pdu? Apdu) Read(byte[] octets, OracleXml? theirs)
    {
        if (octets[0] == 0x7E)
        {
            var input = new ReadOnlySequence<byte>(octets);
            Assert.Equal(FrameRead.Got, new HdlcFramer().Read(ref input, out var frame, out _));
            List<string> lines = [$"TargetAddress={Address(frame.Destination):X}", $"SourceAddress={Address(frame.Source):X}", $"FrameType={frame.Control.Octet:X2}"];
            var whole = !frame.Segmented && frame.Information.Span is [0xE6, 0xE6 or 0xE7, _, ..];
            return (["HDLC", .. lines], whole ? Pdu.Read(frame.Information[3..], out _) : null);
        }

        if (octets is [0, 1, ..])
        {
            var input = new ReadOnlySequence<byte>(octets);
            Assert.Equal(FrameRead.Got, new WrapperFramer(65_535).Read(ref input, out var frame, out _));
            var carried = Message(frame.Apdu);
            return (["WRAPPER", $"SourceAddress={frame.Source:X}", $"TargetAddress={frame.Destination:X}", "PDU", .. OracleMessage.Lines(carried)], carried);
        }

        if (octets is [0xE6, 0xE6 or 0xE7, 0, ..])
        {
            // It takes the header of the logical link layer for a gateway's prefix.
            return (["GatewayRequest", $"NetworkId={octets[1]}", "PhysicalDeviceAddress=", .. OracleMessage.Lines(Message(octets.AsMemory(3)))], null);
        }

        if (theirs is { Lines: [var first, ..] } && Enum.TryParse<AXdrTag>(first.Split('#', '=')[0] switch { "String" => "VisibleString", "None" => "Null", var name => name }, out _))
        {
            var reader = new AXdrReader(octets);
            Assert.True(reader.TrySkip());
            return ([.. OracleData.Lines(octets)], null);
        }

        var apdu = Message(octets);
        return ([.. OracleMessage.Lines(apdu)], apdu);
    }

    private static Pdu Message(ReadOnlyMemory<byte> octets)
    {
        var apdu = Pdu.Read(octets, out var fault);
        Assert.True(apdu is not null, fault);
        return apdu;
    }

    /// <summary>It prints an address as one number: the upper part before the lower, each of seven or fourteen bits.</summary>
    private static int Address(HdlcAddress address) => address.Length switch { 1 => address.Upper, 2 => (address.Upper << 7) | address.Lower, _ => (address.Upper << 14) | address.Lower };

    /// <summary>True where something was ciphered: it opens, and holds what the other program found in it.</summary>
    private static bool Opened(string id, Pdu apdu, JsonElement keys, OracleXml? theirs, List<string> misses)
    {
        var inner = apdu switch
        {
            AssociationMessage { Initiate: { } initiate } => Pdu.Read(initiate, out _),
            Gateway gateway => Pdu.Read(gateway.Inner, out _),
            _ => apdu,
        };
        var (content, dedicated) = inner switch { Ciphered one => (one.Content, one.IsDedicated), GeneralCiphered one => (one.Content, one.IsDedicated), _ => default };
        if (content.IsEmpty)
        {
            return false;
        }

        using var cipher = new DlmsCipher(Hex(keys, dedicated ? "dedicated" : "guek"), Hex(keys, "gak"));
        var plain = new byte[content.Length];
        if (cipher.Open(content.Span, Hex(keys, "clientSystemTitle"), plain, out var length) is { } fault)
        {
            misses.Add($"{id}: {fault}");
            return false;
        }

        if (Pdu.Read(plain.AsMemory(0, length), out var unread) is not { } message)
        {
            misses.Add($"{id}: {unread}: {Convert.ToHexString(plain)}");
            return false;
        }

        if (theirs?.Plain is { } hex && hex != Convert.ToHexString(plain.AsSpan(0, length)))
        {
            misses.Add($"{id}: deciphered {Convert.ToHexString(plain.AsSpan(0, length))}, not {hex}");
        }

        if (theirs is { Deciphered.Count: > 0 })
        {
            Compare(id, theirs.Deciphered, [.. OracleMessage.Lines(message)], misses);
        }

        return true;
    }

    private static void Compare(string id, IReadOnlyList<string> theirs, List<string> ours, List<string> misses)
    {
        // Behind a first block of a SET it prints what it takes the block's octets for.
        var compared = theirs.Contains("SetRequestFirstDataBlock") ? theirs.Take(ours.Count) : theirs;
        if (!compared.SequenceEqual(ours))
        {
            misses.Add($"{id}\n   theirs {string.Join(" | ", theirs)}\n   ours   {string.Join(" | ", ours)}");
        }
    }

    private static byte[] Hex(JsonElement from, string name) => Convert.FromHexString(from.GetProperty(name).GetString()!);
}
