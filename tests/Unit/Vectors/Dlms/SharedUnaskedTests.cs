using System.Buffers;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Hdlc;
using Protocols.Framing;

namespace Unit.Vectors.Dlms;

/// <summary>What meters in the field say by themselves over HDLC: UI and I frames from all forms of addresses.</summary>
public class SharedUnaskedTests
{
    /// <summary>A capture whose frame check sequence does not hold: somebody made its numbers unknowable and left the check as it was.</summary>
    private const string Damaged = "dlms-0557";

    [Fact]
    public void Each_capture_gives_its_messages()
    {
        var (rows, blocks, forms) = (0, 0, new HashSet<(byte, int, int)>());
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString() == "push-capture:hdlc"))
        {
            if (row.GetProperty("id").GetString() == Damaged)
            {
                continue;
            }

            var (input, framer, unasked) = (new ReadOnlySequence<byte>(Convert.FromHexString(row.GetProperty("hex").GetString()!)), new HdlcFramer(), new HdlcUnasked(4096));
            while (framer.Read(ref input, out var frame, out var fault) is var read && read != FrameRead.NeedMore)
            {
                Assert.True(read == FrameRead.Got, $"{row.GetProperty("id")}: {fault} with {input.Length} octets left");
                Assert.Equal(SegmentTaken.Whole, unasked.Take(frame));
                forms.Add((frame.Control.Octet, frame.Destination.Length, frame.Source.Length));
                switch (Pdu.Read(unasked.Apdu, out var why))
                {
                    case DataNotification push:
                        Assert.Equal(CapturedLeaves.Expected(row), CapturedLeaves.Of(push.Data.Span));
                        break;
                    case GeneralBlockTransfer:
                        blocks++;
                        break;
                    case var apdu:
                        Assert.True(apdu is GeneralCiphered, $"{row.GetProperty("id")}: {why}");
                        break;
                }
            }

            rows++;
        }

        Assert.True(rows >= 6 && blocks >= 6 && forms.Count >= 4, $"{rows} rows, {blocks} blocks, {forms.Count} forms of address and control");
    }

    [Fact]
    public void Segments_are_put_together_and_never_mixed_with_another_senders()
    {
        var unasked = new HdlcUnasked(1000);
        Assert.Equal(SegmentTaken.Segment, unasked.Take(Frame(1, 0x03, true, 0xE6, 0xE7, 0, 0x0F, 1)));
        Assert.Equal(SegmentTaken.Segment, unasked.Take(Frame(1, 0x10, true, 2, 3)));
        Assert.Equal(SegmentTaken.NotTaken, unasked.Take(Frame(1, 0x11, false)));
        Assert.True(unasked.Apdu.IsEmpty);
        Assert.Equal(SegmentTaken.Whole, unasked.Take(Frame(1, 0x13, false, 4)));
        Assert.Equal([0x0F, 1, 2, 3, 4], unasked.Apdu.ToArray());
        Assert.Equal(SegmentTaken.Segment, unasked.Take(Frame(1, 0x03, true, 0xE6, 0xE7, 0, 0x0F, 1)));
        Assert.Equal(SegmentTaken.Whole, unasked.Take(Frame(2, 0x03, false, 0xE6, 0xE7, 0, 0x0F, 9)));
        Assert.Equal([0x0F, 9], unasked.Apdu.ToArray());
        Assert.Equal((1, 2), (unasked.Unfinished, unasked.Source.Upper));
        Assert.Equal(SegmentTaken.Segment, unasked.Take(Frame(1, 0x03, true, new byte[900])));
        Assert.Equal(SegmentTaken.Refused, unasked.Take(Frame(1, 0x03, true, new byte[900])));
        Assert.True(unasked.Apdu.IsEmpty);
    }

    private static HdlcFrame Frame(int source, byte control, bool segmented, params byte[] information) =>
        new(HdlcAddress.Of(0x67), HdlcAddress.Of(source), new HdlcControl(control), segmented, information);
}
