using System.Buffers;

namespace Unit.Flows.Usi;

/// <summary>
/// A modem's end of its line, written a second time from the document (plc-modems.md, 1): flags, escapes and the check sums bit by bit. It shares nothing with the framer it tests.
/// </summary>
internal static class ModemLine
{
    internal static byte[] Frame(int protocol, params byte[] payload)
    {
        List<byte> plain = [(byte)(payload.Length / 4), (byte)((payload.Length % 4 * 64) + protocol), .. payload];
        var (width, sum) = Check(protocol, plain);
        for (var octet = width - 1; octet >= 0; octet--)
        {
            plain.Add((byte)(sum >> (8 * octet)));
        }

        List<byte> stuffed = [0x7E];
        foreach (var octet in plain)
        {
            stuffed.AddRange(octet switch { 0x7E => [0x7D, 0x5E], 0x7D => [0x7D, 0x5D], _ => new byte[] { octet } });
        }

        return [.. stuffed, 0x7E];
    }

    /// <summary>The payloads of whole frames at the front of the input, with their protocols; what is not whole stays.</summary>
    internal static List<(int Protocol, byte[] Payload)> Cut(ref ReadOnlySequence<byte> input)
    {
        var frames = new List<(int, byte[])>();
        var octets = input.ToArray();
        var used = 0;
        for (var at = 0; at < octets.Length; at = used)
        {
            Assert.Equal(0x7E, octets[at]);
            var end = Array.IndexOf(octets, (byte)0x7E, at + 1);
            if (end < 0)
            {
                break;
            }

            frames.Add(Open(octets[(at + 1)..end]));
            used = end + 1;
        }

        input = input.Slice(used);
        return frames;
    }

    /// <summary>Width in octets and value of the check sum, bit by bit.</summary>
    internal static (int Width, uint Sum) Check(int protocol, IEnumerable<byte> octets) => protocol switch
    {
        < 8 => (4, octets.Aggregate(0u, (crc, octet) => Enumerable.Range(0, 8).Aggregate(crc ^ ((uint)octet << 24), (c, _) => (c << 1) ^ ((c >> 31) * 0x04C1_1DB7)))),
        0x13 or 0x1F or (>= 0x22 and <= 0x26) or 0x28 => (2, Bits(octets).Aggregate(0u, (crc, bit) => (((crc << 1) | bit) & 0xFFFF) ^ ((crc >> 15) * 0x1021))),
        _ => (1, octets.Aggregate(0u, (sum, octet) => sum ^ octet)),
    };

    private static IEnumerable<uint> Bits(IEnumerable<byte> octets) => octets.SelectMany(octet => Enumerable.Range(0, 8).Select(bit => (uint)(octet >> (7 - bit)) & 1));

    private static (int Protocol, byte[] Payload) Open(byte[] stuffed)
    {
        var plain = new List<byte>();
        for (var at = 0; at < stuffed.Length; at++)
        {
            plain.Add(stuffed[at] != 0x7D ? stuffed[at] : stuffed[++at] == 0x5E ? (byte)0x7E : (byte)0x7D);
        }

        var protocol = plain[1] % 64;
        var (width, _) = Check(protocol, []);
        Assert.Equal((plain[0] * 4) + (plain[1] / 64), plain.Count - 2 - width);
        Assert.Equal(Check(protocol, plain[..^width]).Sum, plain[^width..].Aggregate(0u, (sum, octet) => (sum << 8) | octet));
        return (protocol, [.. plain[2..^width]]);
    }
}
