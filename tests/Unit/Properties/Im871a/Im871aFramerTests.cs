using System.Buffers;
using Protocols.Framing;
using Protocols.Im871a;

namespace Unit.Properties.Im871a;

public class Im871aFramerTests
{
    // The telegram of OMS Annex N with RSSI raw 0x85 and FCS, as the manual's rules give it (specification of the host protocol, worked example).
    private const string Example =
        "A5C2032E4493157856341233037A2A0020255923C95AAA26D1B2E7493B013EC4A6F6D3529B520EDFF0EA6DEFC99D6D69EBF3853D10";

    private static readonly byte[] Frame = Convert.FromHexString(Example);

    [Fact]
    public void The_worked_example_gives_the_telegram_and_its_strength()
    {
        var frame = Assert.Single(Cut([Frame]));
        Assert.Equal(Im871aEndpoint.RadioLink, frame.Endpoint);
        Assert.Equal(Im871aMessages.TelegramIndication, frame.MessageId);
        Assert.Equal(0x2E, frame.Payload.Length);
        Assert.Equal(-56, frame.RssiDbm);
    }

    [Fact]
    public void Any_chunking_gives_the_same_frames()
    {
        var stream = Stream(7);
        var whole = Cut([stream]).Select(Text);
        Gen.Int[1, 40].List[1, 60].Sample(sizes =>
        {
            var chunks = new List<byte[]>();
            var at = 0;
            for (var i = 0; at < stream.Length; i++)
            {
                var length = Math.Min(sizes[i % sizes.Count], stream.Length - at);
                chunks.Add(stream[at..(at + length)]);
                at += length;
            }

            Assert.Equal(whole, Cut(chunks).Select(Text));
        });
    }

    [Fact]
    public void A_flipped_bit_costs_at_most_the_frame_it_is_in()
    {
        var stream = Stream(5);
        Gen.Int[0, (stream.Length * 8) - 1].Sample(bit =>
        {
            var damaged = (byte[])stream.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var good = Cut([damaged, new byte[Im871aFramer.MaxFrame]]).Count(frame => Text(frame) == Text(Cut([Frame])[0]));
            Assert.True(good >= 4, $"bit {bit}: {good} of 5 frames came through");
        });
    }

    [Fact]
    public void Garbage_never_throws_and_the_frame_behind_it_is_found() => Gen.Byte.Array[0, 600].Sample(garbage =>
    {
        var frames = Cut([garbage, new byte[Im871aFramer.MaxFrame], Frame, new byte[Im871aFramer.MaxFrame]]);
        Assert.Contains(frames, frame => Text(frame) == Text(Cut([Frame])[0]));
    });

    [Fact]
    public void A_frame_that_never_ends_is_given_up_when_the_line_goes_idle()
    {
        var framer = new Im871aFramer();
        var input = new ReadOnlySequence<byte>([0xA5, 0xC2, 0x03, 0xFF, 0x01, 0x02]);
        Assert.Equal(FrameRead.NeedMore, framer.Read(ref input, out _, out _));
        framer.LineIdle();
        Assert.Equal(FrameRead.Skipped, framer.Read(ref input, out _, out var fault));
        Assert.Equal(FrameFault.Unfinished, fault);
    }

    private static byte[] Stream(int frames) => [.. Enumerable.Repeat(Frame, frames).SelectMany(frame => frame)];

    private static string Text(Im871aFrame frame) => $"{frame.Endpoint} {frame.MessageId} {Convert.ToHexString(frame.Payload.Span)} {frame.RssiRaw}";

    private static List<Im871aFrame> Cut(IEnumerable<byte[]> chunks) => FrameCutting.Cut<Im871aFrame>(new Im871aFramer().Read!, chunks);
}
