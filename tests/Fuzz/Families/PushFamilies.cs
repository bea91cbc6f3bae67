using Fuzz.Mutation;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.MBusTransport;
using Protocols.Framing;

namespace Fuzz.Families;

/// <summary>What meters say without being asked, on lines where nobody asks again: HDLC without a link, and DLMS over wired M-Bus. The first octet says in which pieces the rest comes.</summary>
internal static class PushFamilies
{
    private const int Longest = 4096;
    private static readonly byte[] Push = Convert.FromHexString("0F000000010C07EA0B170101020300FFC400020309060100010800FF0600001388160F");

    /// <summary>UI and I frames from anybody, put together.</summary>
    internal static Family Hdlc => new("hdlc-push", HdlcCorpus, () => octets =>
    {
        if (octets.IsEmpty)
        {
            return "empty";
        }

        var framer = new HdlcFramer();
        var unasked = new HdlcUnasked(Longest);
        var messages = 0;
        Chunks.Feed(octets[1..], octets.Span[0] & 0x3F, (octets.Span[0] & 0x40) != 0, (ref input) =>
        {
            var what = framer.Read(ref input, out var frame, out _);
            if (what == FrameRead.Got && unasked.Take(frame) == SegmentTaken.Whole)
            {
                messages += Pdu.Read(unasked.Apdu, out _) is null ? 0 : 1;
            }

            return what;
        }, framer.LineIdle);
        return messages > 0 ? null : "no APDU";
    })
    { JudgesParts = true, Generate = DataGenerator.Write, Words = [[0x7E, 0xA0], [0xE6, 0xE7, 0x00], [0x13], [0x03], .. DlmsFamilies.Tags], Openers = DlmsFamilies.Nesting, Straighten = HdlcMending.Mend };

    /// <summary>Segments in M-Bus long frames, put together.</summary>
    internal static Family MBus => new("dlms-mbus", MBusCorpus, () => octets =>
    {
        if (octets.IsEmpty)
        {
            return "empty";
        }

        var framer = new MBusFramer();
        var assembly = new MBusAssembly(Longest);
        var messages = 0;
        Chunks.Feed(octets[1..], octets.Span[0] & 0x3F, (octets.Span[0] & 0x40) != 0, (ref input) =>
        {
            var what = framer.Read(ref input, out var frame, out _);
            if (what == FrameRead.Got && assembly.Take(frame) == SegmentTaken.Whole)
            {
                messages += Pdu.Read(assembly.Apdu, out _) is null ? 0 : 1;
            }

            return what;
        }, framer.LineIdle);
        return messages > 0 ? null : "no APDU";
    })
    { JudgesParts = true, Generate = DataGenerator.Write, Words = [[0x68], [0x53, 0xFF, 0x00, 0x01, 0x67], [0x53, 0xFF, 0x11, 0x01, 0x67], .. DlmsFamilies.Tags], Openers = DlmsFamilies.Nesting, Straighten = MendMBus };

    private static List<byte[]> HdlcCorpus()
    {
        byte[] information = [0xE6, 0xE7, 0x00, .. Push];
        return [[9, .. Frame(0x13, false, information)], [0, .. Frame(0x03, true, information[..20]), .. Frame(0x03, false, information[20..])], [70, .. Frame(0x10, true, information[..9]), .. Frame(0x10, false, information[9..]), .. Frame(0x13, false, information)]];
    }

    private static byte[] Frame(byte control, bool segmented, byte[] information)
    {
        var octets = new byte[HdlcWriter.MaxFrame];
        return octets[..HdlcWriter.Write(new HdlcFrame(HdlcAddress.Of(0x7F), HdlcAddress.Of(1, 17), new HdlcControl(control), segmented, information), octets)];
    }

    private static List<byte[]> MBusCorpus() =>
        [[9, .. Segment(0, true, Push)], [0, .. Segment(0, false, Push[..10]), .. Segment(1, false, Push[10..20]), .. Segment(2, true, Push[20..])], [70, .. Segment(0, false, Push[..10]), .. Segment(0, true, Push)]];

    private static byte[] Segment(int number, bool last, byte[] segment)
    {
        var octets = new byte[MBusFrame.Longest];
        return octets[..new MBusFrame(0x53, 0xFF, number, last, 1, 103, segment).WriteTo(octets)];
    }

    private static void MendMBus(Span<byte> octets, ref Random64 random)
    {
        for (var at = 1; at + 11 <= octets.Length; at++)
        {
            if (octets[at] != 0x68 || octets[at + 3] != 0x68 || random.OneIn(16))
            {
                continue;
            }

            var length = octets[at + 1] >= 5 && at + octets[at + 1] + 6 <= octets.Length ? octets[at + 1] : Math.Min(octets.Length - at - 6, 255);
            (octets[at + 1], octets[at + 2], octets[at + 5 + length]) = ((byte)length, (byte)length, 0x16);
            byte sum = 0;
            foreach (var octet in octets.Slice(at + 4, length))
            {
                sum += octet;
            }

            octets[at + 4 + length] = sum;
            at += length + 5;
        }
    }
}
