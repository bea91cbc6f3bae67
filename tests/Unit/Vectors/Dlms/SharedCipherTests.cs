using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.Security;
using Protocols.Framing;

namespace Unit.Vectors.Dlms;

/// <summary>Ciphered APDUs of other people: opened to their plain text, and made again octet for octet.</summary>
public class SharedCipherTests
{
    [Fact]
    public void Each_is_opened_and_made_again()
    {
        var rows = 0;
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString()!.StartsWith("crypto:", StringComparison.Ordinal)))
        {
            var keys = row.GetProperty("keys");
            var content = Content(Pdu.Read(Hex(row, "hex"), out var fault));
            Assert.True(fault is null, $"{row.GetProperty("id")}: {fault}");
            var expected = Convert.FromHexString(row.GetProperty("expect").GetProperty("plaintext").GetString()!);
            using var cipher = new DlmsCipher(Hex(keys, "guek"), Hex(keys, "gak"));
            var title = Hex(keys, "systemTitle");
            var plain = new byte[content.Length];
            Assert.Null(cipher.Open(content, title, plain, out var length));
            Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(plain.AsSpan(0, length)));
            var again = new byte[expected.Length + 32];
            var counter = uint.Parse(keys.GetProperty("ic").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var written = cipher.Protect(content[0], title, counter, expected, again);
            Assert.Equal(Convert.ToHexString(content), Convert.ToHexString(again.AsSpan(0, written)));
            MustNotOpenWhenChanged(cipher, content, title);
            rows++;
        }

        Assert.True(rows > 50, $"{rows} rows");
    }

    [Fact]
    public void Captured_sessions_of_other_programs_are_opened()
    {
        var rows = 0;
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("expect").TryGetProperty("system_title", out _) && row.TryGetProperty("keys", out _)))
        {
            var octets = Hex(row, "hex");
            if (Pdu.Read(Carried(octets), out _) is not { } apdu || (apdu is AssociationMessage association ? Pdu.Read(association.Initiate ?? default, out _) : apdu) is not { } inner)
            {
                continue;
            }

            var content = Content(inner);
            using var cipher = new DlmsCipher(Hex(row.GetProperty("keys"), "guek"), Hex(row.GetProperty("keys"), "gak"));
            var plain = new byte[content.Length];
            Assert.Null(cipher.Open(content, Hex(row.GetProperty("expect"), "system_title"), plain, out var length));
            Assert.Equal(row.GetProperty("expect").GetProperty("plaintext").GetString(), Convert.ToHexStringLower(plain.AsSpan(0, length)));
            rows++;
        }

        Assert.True(rows > 30, $"{rows} rows");
    }

    /// <summary>Behind the wrapper's header, or in one frame behind the link layer's.</summary>
    private static ReadOnlyMemory<byte> Carried(byte[] octets)
    {
        if (octets[0] == 0)
        {
            return octets.AsMemory(8);
        }

        var input = new ReadOnlySequence<byte>(octets);
        Assert.Equal(FrameRead.Got, new HdlcFramer().Read(ref input, out var frame, out _));
        return frame.Information[3..];
    }

    private static void MustNotOpenWhenChanged(DlmsCipher cipher, byte[] content, byte[] title)
    {
        if ((content[0] & 0x10) == 0)
        {
            return; // nothing guards it
        }

        for (var octet = 0; octet < content.Length; octet++)
        {
            var changed = (byte[])content.Clone();
            changed[octet] ^= 0x01;
            var plain = new byte[changed.Length];
            Assert.NotNull(cipher.Open(changed, title, plain, out _));
            Assert.All(plain, value => Assert.Equal(0, value));
        }
    }

    private static byte[] Content(Pdu? apdu) => apdu switch
    {
        Ciphered ciphered => ciphered.Content.ToArray(),
        GeneralCiphered ciphered => ciphered.Content.ToArray(),
        _ => throw new InvalidOperationException($"{apdu?.Name} is not ciphered"),
    };

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);
}
