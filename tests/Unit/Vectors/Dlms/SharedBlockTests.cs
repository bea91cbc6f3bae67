using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Blocks;
using Protocols.Dlms.Security;

namespace Unit.Vectors.Dlms;

/// <summary>General blocks of other people: pushes of a meter in the field, and long questions another program cut after ciphering them whole.</summary>
public partial class SharedBlockTests
{
    [Fact]
    public void Pushes_of_a_meter_in_the_field_are_put_together_and_opened()
    {
        var pushes = 0;
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("hex").GetString()!.Contains("e6e700e040", StringComparison.Ordinal)))
        {
            var blocks = new PushedBlocks();
            var whole = ReadOnlyMemory<byte>.Empty;
            foreach (var information in Frames(Hex(row, "hex")))
            {
                whole = blocks.Take((GeneralBlockTransfer)Pdu.Read(information, out _)!, out var fault);
                Assert.Null(fault);
            }

            var ciphered = Assert.IsType<GeneralCiphered>(Pdu.Read(whole, out var unreadable));
            Assert.Null(unreadable);
            var keys = row.GetProperty("keys");
            using var cipher = new DlmsCipher(Hex(keys, "guek"), Hex(keys, "gak"));
            var plain = new byte[ciphered.Content.Length];
            Assert.Null(cipher.Open(ciphered.Content.Span, ciphered.SystemTitle.Span, plain, out var length));
            var notification = Assert.IsType<DataNotification>(Pdu.Read(plain.AsMemory(0, length), out _));
            var said = InvokeId().Match(row.GetProperty("expect").GetProperty("xml").GetString()!).Groups[1].Value;
            Assert.Equal(uint.Parse(said, NumberStyles.HexNumber, CultureInfo.InvariantCulture), notification.Id.Octets);
            pushes++;
        }

        Assert.True(pushes >= 2, $"{pushes} pushes");
    }

    [Fact]
    public void A_question_another_program_ciphered_and_cut_is_whole_again()
    {
        var rows = SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString() is "gen-gbt" or "gen-set-blocks").ToDictionary(row => row.GetProperty("name").GetString()!);
        var opened = 0;
        foreach (var name in rows.Keys.Where(name => name.Contains("PDU AuthenticationEncryption", StringComparison.Ordinal) && name.EndsWith("#0", StringComparison.Ordinal)))
        {
            var parts = Enumerable.Range(0, 3).Select(part => rows.GetValueOrDefault(name[..^1] + part.ToString(CultureInfo.InvariantCulture))).ToArray();
            if (parts.Any(part => part.ValueKind == JsonValueKind.Undefined) || Pdu.Read(Hex(parts[0], "hex"), out _) is not GeneralBlockTransfer)
            {
                continue;
            }

            var blocks = parts.Select(part => (GeneralBlockTransfer)Pdu.Read(Hex(part, "hex"), out _)!).ToArray();
            Assert.All(blocks.SkipLast(1), block => Assert.Equal(64, block.ToOctets().Length));
            var whole = blocks.SelectMany(block => block.Raw.ToArray()).ToArray();
            var ciphered = Assert.IsType<Ciphered>(Pdu.Read(whole, out var fault));
            Assert.Null(fault);
            var keys = parts[0].GetProperty("keys");
            using var cipher = new DlmsCipher(Hex(keys, "guek"), Hex(keys, "gak"));
            var plain = new byte[whole.Length];
            Assert.Null(cipher.Open(ciphered.Content.Span, Hex(keys, "clientSystemTitle"), plain, out var length));
            Assert.IsType<SetRequest.Normal>(Pdu.Read(plain.AsMemory(0, length), out _));
            opened++;
        }

        Assert.True(opened >= 1, "no question is there in all its blocks");
    }

    /// <summary>Format, a destination of two octets, a source of one, control, checksum: what these frames have in front of their information.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Frames(byte[] octets)
    {
        for (var at = 1; at < octets.Length;)
        {
            var length = ((octets[at] & 7) << 8) | octets[at + 1];
            var information = octets.AsMemory(at + 8, length - 10);
            yield return information.Span[0] == 0xE6 ? information[3..] : information;
            at += length + 2;
        }
    }

    private static byte[] Hex(JsonElement from, string name) => Convert.FromHexString(from.GetProperty(name).GetString()!);

    [GeneratedRegex("LongInvokeId=\"([0-9A-F]+)\"")]
    private static partial Regex InvokeId();
}
