using System.Text;
using Concentrator.Cli.Frames;
using Fuzz.Mutation;

namespace Fuzz.Families;

/// <summary>Text that people and tools give: lines of <c>frame decode</c>, keys files.</summary>
internal static class TextFamilies
{
    /// <summary>A line as it is, or, where the first octet is odd, the hex of what follows: most inputs shall be frames.</summary>
    internal static Family Lines => new("decode", LineCorpus, () =>
    {
        var output = new StringWriter();
        FrameDecoder[] decoders = [new("auto", null), new("dlms", null)];
        return octets =>
        {
            if (octets.IsEmpty)
            {
                return "empty";
            }

            output.GetStringBuilder().Clear();
            var line = (octets.Span[0] & 1) == 0 ? Encoding.Latin1.GetString(octets.Span[1..]).Replace('\n', ' ')
                : $$"""{"hex":"{{Convert.ToHexString(octets.Span[1..])}}","guek":"000102030405060708090A0B0C0D0E0F","gak":"D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF","systemTitle":"4D4D4D0000BC614E"}""";
            var answer = FrameDecodeCommand.Answer(decoders[(octets.Span[0] >> 1) & 1], line);
            if ((octets.Span[0] & 4) == 0)
            {
                FrameText.Write(answer, output);
            }

            FrameJson.Write(answer);
            return answer.Error;
        };
    })
    {
        Divisor = 20, Given = static octets => (64 * octets) + 1024, // an answer names everything it finds: hundreds of characters a record
        Generate = DataGenerator.Write, Openers = [[(byte)'['], [(byte)'{'], .. DlmsFamilies.Nesting],
        Words = [.. DlmsFamilies.Tags, .. new[] { "\"hex\":\"", "\"key\":", "\"prior\":[", "true", "null", "\\u0000", "\"guek\":\"", "\"systemTitle\":\"" }.Select(Encoding.ASCII.GetBytes)],
        Straighten = static (Span<byte> octets, ref Random64 random) =>
        {
            if (octets.Length is > 11 and <= 257 && (octets[0] & 3) == 1 && random.OneIn(2))
            {
                (octets[1], octets[2]) = ((byte)(octets.Length - 2), 0x44); // a bare telegram
            }
        },
    };

    /// <summary>Any octets as a keys file.</summary>
    internal static Family KeysFile => new("keys", () => [.. KeysCorpus.Select(Encoding.UTF8.GetBytes)], () => octets =>
    {
        var outcome = Concentrator.Security.KeysFile.Parse(Encoding.UTF8.GetString(octets.Span).Split('\n'), "keys");
        return outcome.Faults.Count == 0 ? null : outcome.Faults[0];
    })
    {
        Divisor = 10, Given = static octets => 16 * octets, // the owner's file: strings and sentences cost more than octets; it counts that they grow no faster
        Words = [.. new[] { "=", " ", "\n", "#", "key=", "guek=", "gak=", "gbek=", "hls=", "lls=", "psk=", "duk=", "client=", "suite=", "keyId=", "4294967296", "-1", "000102030405060708090A0B0C0D0E0F", "wmbus", "\u00e9" }.Select(Encoding.UTF8.GetBytes)],
    };

    private static readonly string[] KeysCorpus =
    [
        "# keys\nGWI-12345678-3C-03 wmbus key=000102030405060708090A0B0C0D0E0F keyId=0 ver=1\n",
        "LGZ1030655933512 dlms client=1 suite=0 guek=000102030405060708090A0B0C0D0E0F gak=D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF hls=00112233 lls=12345678\n00124B0001020304 psk=000102030405060708090A0B0C0D0E0F\n",
        "0080E1010203 duk=000102030405060708090A0B0C0D0E0F\n",
    ];

    private static List<byte[]> LineCorpus() =>
    [
        .. DlmsSeeds.Apdus.Select(hex => (byte[])[3, .. Convert.FromHexString(hex)]), .. MBusFamilies.Telegrams().Take(10).Select(telegram => (byte[])[1, .. telegram]),
        .. new[] { "{\"hex\":\"c401c1000600001391\",\"key\":null,\"prior\":[\"00\"],\"predecrypted\":true}", "c4 01 c1 00 06 00 00 13 91", "7ea0190321107fdae6e600c001c100080000010000ff0200601a7e" }.Select(text => (byte[])[2, .. Encoding.ASCII.GetBytes(text)]),
    ];
}
