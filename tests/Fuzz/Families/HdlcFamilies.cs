using Protocols.Dlms.Apdu;
using Protocols.Dlms.Hdlc;
using Protocols.Framing;

namespace Fuzz.Families;

/// <summary>Octets out of a port that speaks HDLC. The first octet says in which pieces the rest comes.</summary>
internal static class HdlcFamilies
{
    private static readonly HdlcAddress Client = HdlcAddress.Of(16), Server = HdlcAddress.Of(1);

    /// <summary>Frames must be the same, however the octets come.</summary>
    internal static Family Framer => new("hdlc", () => [.. Conversations().Select(octets => (byte[])[5, .. octets])], () => octets =>
    {
        if (octets.IsEmpty)
        {
            return "empty";
        }

        var (whole, frames) = Frames(octets[1..], 0, false);
        var (pieces, _) = Frames(octets[1..], octets.Span[0] & 0x3F, (octets.Span[0] & 0x40) != 0);
        return whole != pieces ? throw new InvalidOperationException("other frames come out of pieces than out of the whole") : frames > 0 ? null : "no frame";
    })
    { JudgesParts = true, Words = Words, Straighten = HdlcMending.Mend };

    /// <summary>A client's link whose other side says anything.</summary>
    internal static Family Link => new("hdlc-link", () => [.. Conversations().Select(octets => (byte[])[0, .. octets])], () =>
    {
        var question = Convert.FromHexString("C001C100080000010000FF0200");
        return octets =>
        {
            if (octets.IsEmpty)
            {
                return "empty";
            }

            var framer = new HdlcFramer();
            var link = new HdlcClientLink(Client, Server, new HdlcParameters(128, 128, 1 + (octets.Span[0] & 3), 1), HdlcTiming.Default, 4096);
            var now = TimeSpan.Zero;
            var messages = 0;
            link.Connect(now);
            Chunks.Feed(octets[1..], 0, false, (ref input) =>
            {
                var what = framer.Read(ref input, out var frame, out _);
                now += TimeSpan.FromMilliseconds(50);
                if (what != FrameRead.Got)
                {
                    link.Tick(now);
                    return what;
                }

                link.Take(frame, now);
                link.TakeOutput();
                if (link.TryTakeMessage(out var apdu))
                {
                    messages++;
                    Pdu.Read(apdu, out _);
                }

                if (link.State == HdlcLinkState.Ready)
                {
                    link.Send(question, now);
                }

                return what;
            }, framer.LineIdle);
            return messages > 0 ? null : link.State.ToString();
        };
    })
    { JudgesParts = true, Words = Words, Straighten = HdlcMending.Mend };

    private static byte[][] Words => [[0x7E], [0x7E, 0xA0], [0x03, 0x21], [0x21, 0x03], [0x73], [0x30], [0x52], [0x11], [0x31], [0x1F], [0x97], [0xE6, 0xE7, 0x00], [0x81, 0x80, 0x12, 0x05, 0x01, 0x80], [0x06, 0x02, 0x07, 0xEE], [0x08, 0x04, 0x00, 0x00, 0x00, 0x07], [0x00, 0x02, 0x04, 0x07], [0xFE, 0xFF]];

    private static (ulong Hash, int Frames) Frames(ReadOnlyMemory<byte> octets, int size, bool inSegments)
    {
        var framer = new HdlcFramer();
        var (hash, frames) = (14695981039346656037UL, 0);
        Chunks.Feed(octets, size, inSegments, (ref input) =>
        {
            var what = framer.Read(ref input, out var frame, out _);
            if (what == FrameRead.Got)
            {
                frames++;
                hash = (hash ^ frame.Control.Octet ^ ((ulong)frame.Source.Upper << 8) ^ ((ulong)frame.Destination.Lower << 24) ^ (frame.Segmented ? 1UL << 40 : 0)) * 1099511628211;
                foreach (var octet in frame.Information.Span)
                {
                    hash = (hash ^ octet) * 1099511628211;
                }
            }

            return what;
        }, framer.LineIdle);
        return (hash, frames);
    }

    /// <summary>What a meter says to a client at 16: UA, and an answer in one frame, in segments, with RR between, or after a refusal.</summary>
    private static IEnumerable<byte[]> Conversations()
    {
        byte[] answer = [0xE6, 0xE7, 0x00, 0xC4, 0x01, 0xC1, 0x00, 0x09, 0x0C, 0x07, 0xEA, 0x0B, 0x17, 0x01, 0x01, 0x02, 0x03, 0x00, 0xFF, 0xC4, 0x00];
        byte[] negotiated = [0x81, 0x80, 0x14, 0x05, 0x02, 0x00, 0x80, 0x06, 0x02, 0x00, 0x80, 0x07, 0x04, 0x00, 0x00, 0x00, 0x01, 0x08, 0x04, 0x00, 0x00, 0x00, 0x03];
        var connected = Frame(0x73, false, negotiated);
        yield return [.. connected, .. Frame(0x30, false, answer), .. Frame(0x52, false, answer)];
        yield return [.. Frame(0x73, false, []), .. Frame(0x20, true, answer[..12]), .. Frame(0x32, false, answer[12..])];
        yield return [.. connected, .. Frame(0x31, false, []), .. Frame(0x35, false, []), .. Frame(0x30, true, answer[..9]), .. Frame(0x30, true, answer[..9]), .. Frame(0x32, false, answer[9..])];
        yield return [.. connected, .. Frame(0x13, false, answer), .. Frame(0x97, false, [0, 0, 0])];
        yield return [.. connected, .. Frame(0x1F, false, []), 0x00, 0x7E, 0x7E];
    }

    private static byte[] Frame(byte control, bool segmented, byte[] information)
    {
        var octets = new byte[HdlcWriter.MaxFrame];
        return octets[..HdlcWriter.Write(new HdlcFrame(Client, Server, new HdlcControl(control), segmented, information), octets)];
    }
}
