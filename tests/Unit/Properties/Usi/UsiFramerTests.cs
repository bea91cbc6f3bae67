using System.Buffers;
using Protocols.Framing;
using Protocols.Usi;
using Unit.Vectors.Usi;

namespace Unit.Properties.Usi;

public class UsiFramerTests
{
    private static readonly UsiProtocol[] Protocols = [UsiProtocol.ManagementGetQuery, UsiProtocol.G3Adp, UsiProtocol.Prime, UsiProtocol.PrimeSniffer, (UsiProtocol)0x3A];

    private static readonly byte[][] Frames =
    [
        .. Enumerable.Range(0, 10).Select(i => new UsiFrame(Protocols[i % 5], Enumerable.Range(0, 3 + (i * 7)).Select(at => (byte)((at * 31) + 0x70 + i)).ToArray()).ToOctets()),
    ];

    [Fact]
    public void Any_chunking_gives_the_same_frames()
    {
        byte[] stream = [.. Frames.SelectMany(frame => frame)];
        var whole = SharedUsi.Cut(stream).Select(Text).ToList();
        Assert.Equal(Frames.Length, whole.Count);
        Gen.Int[1, 40].List[1, 60].Sample(sizes => Assert.Equal(whole, SharedUsi.Cut(Chunks(stream, sizes)).Select(Text)));
    }

    [Fact]
    public void A_flipped_bit_costs_the_frame_it_is_in_and_makes_no_other()
    {
        byte[] stream = [.. Frames.SelectMany(frame => frame)];
        var whole = SharedUsi.Cut(stream).Select(Text).ToHashSet();
        for (var bit = 0; bit < stream.Length * 8; bit++)
        {
            var damaged = (byte[])stream.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var cut = SharedUsi.Cut(damaged, [0x7E]).Select(Text).ToList();
            Assert.True(cut.Count >= Frames.Length - 1, $"bit {bit}: {cut.Count} of {Frames.Length} frames came through");
            Assert.True(cut.All(whole.Contains), $"bit {bit} makes a frame that nobody sent");
        }
    }

    [Fact]
    public void Garbage_never_throws_and_the_frame_behind_it_is_found() => Gen.Byte.Array[0, 6000].Sample(garbage =>
    {
        var frames = SharedUsi.Cut(garbage, Frames[4], Frames[2]).Select(Text).ToList();
        Assert.Equal([Text(SharedUsi.Cut(Frames[4])[0]), Text(SharedUsi.Cut(Frames[2])[0])], frames[^2..]);
    });

    [Fact]
    public void Flags_may_be_shared_doubled_and_many()
    {
        byte[] shared = [0x7E, .. Frames[1][1..], .. Frames[2][1..], 0x7E, 0x7E, .. Enumerable.Repeat((byte)0x7E, 5000), .. Frames[3]];
        Assert.Equal(Frames[1..4].Select(frame => Text(SharedUsi.Cut(frame)[0])), SharedUsi.Cut(shared).Select(Text));
    }

    [Fact]
    public void A_frame_that_never_ends_is_given_up_and_its_followers_are_found()
    {
        var framer = new UsiFramer();
        var (waiting, most) = (new ReadOnlySequence<byte>([0x7E]), 0L);
        for (var i = 0; i < 1000; i++)
        {
            waiting = new ReadOnlySequence<byte>([.. waiting.ToArray(), .. Enumerable.Repeat((byte)0x7D, 50), .. Enumerable.Repeat((byte)0x5E, 50)]);
            while (framer.Read(ref waiting, out _, out _) != FrameRead.NeedMore)
            {
            }

            most = Math.Max(most, waiting.Length);
        }

        Assert.InRange(most, 1, 8 * 1024);
        waiting = new ReadOnlySequence<byte>([.. waiting.ToArray(), .. Frames[0]]);
        FrameRead read;
        while ((read = framer.Read(ref waiting, out _, out _)) == FrameRead.Skipped)
        {
        }

        Assert.Equal(FrameRead.Got, read);
    }

    [Theory]
    [InlineData("7E00F07D31C17E", FrameFault.BadHeader)] // an escape that is none
    [InlineData("7E00F02B5A7E", FrameFault.BadHeader)] // says three octets, has one
    [InlineData("7E00702B5A7E", FrameFault.BadChecksum)]
    [InlineData("557E", FrameFault.Garbage)]
    [InlineData("7E00307E", FrameFault.BadHeader)] // nothing in it
    public void Damage_has_a_name(string hex, FrameFault expected)
    {
        var input = new ReadOnlySequence<byte>(Convert.FromHexString(hex));
        Assert.Equal(FrameRead.Skipped, new UsiFramer().Read(ref input, out _, out var fault));
        Assert.Equal(expected, fault);
    }

    [Theory]
    [InlineData(UsiProtocol.Prime, 0)]
    [InlineData(UsiProtocol.Prime, 2048)]
    [InlineData(UsiProtocol.PrimeSniffer, 1024)]
    public void No_frame_is_made_that_cannot_be_told(UsiProtocol protocol, int octets) =>
        Assert.Throws<ArgumentException>(() => new UsiFrame(protocol, new byte[octets]).ToOctets());

    private static string Text(UsiFrame frame) => $"{frame.Protocol} {Convert.ToHexString(frame.Payload.Span)}";

    private static List<byte[]> Chunks(byte[] stream, List<int> sizes)
    {
        var chunks = new List<byte[]>();
        for (var (at, i) = (0, 0); at < stream.Length; i++)
        {
            var length = Math.Min(sizes[i % sizes.Count], stream.Length - at);
            chunks.Add(stream[at..(at + length)]);
            at += length;
        }

        return chunks;
    }
}
