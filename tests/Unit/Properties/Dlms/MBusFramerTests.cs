using System.Buffers;
using Protocols.Dlms.MBusTransport;
using Protocols.Framing;

namespace Unit.Properties.Dlms;

/// <summary>DLMS segments on a wired M-Bus that chops, flips and rustles, and senders that lose their place.</summary>
public class MBusFramerTests
{
    private static readonly byte[] Apdu = [0x0F, .. Enumerable.Range(0, 3900).Select(i => (byte)(i * 11))];
    private static readonly byte[][] Frames = [.. Cut(Apdu)];

    [Fact]
    public void Any_chunking_gives_the_same_message() => Gen.Int[1, 300].Array[1, 40].Sample(chunks =>
    {
        var (framer, assembly, line, at) = (new MBusFramer(), new MBusAssembly(Apdu.Length), new List<byte>(), 0);
        var all = Frames.SelectMany(octets => octets).ToArray();
        var whole = 0;
        for (var turn = 0; at < all.Length; turn++)
        {
            var take = Math.Min(chunks[turn % chunks.Length], all.Length - at);
            line.AddRange(all[at..(at + take)]);
            at += take;
            whole += Drain(framer, line).Count(frame => assembly.Take(frame) == SegmentTaken.Whole);
        }

        Assert.Equal(1, whole);
        Assert.Equal(Apdu, assembly.Apdu.ToArray());
    });

    [Fact]
    public void A_flipped_bit_costs_at_most_the_frame_it_is_in() => Gen.Select(Gen.Int[0, Frames.Length - 1], Gen.Int[0, 10_000], Gen.Int[0, 7]).Sample((frame, octet, bit) =>
    {
        var line = Frames.Select(octets => (byte[])octets.Clone()).ToArray();
        line[frame][octet % line[frame].Length] ^= (byte)(1 << bit);
        var framer = new MBusFramer();
        var octets = line.SelectMany(all => all).ToList();
        var got = Drain(framer, octets).Count;
        framer.LineIdle();
        got += Drain(framer, octets).Count;
        Assert.InRange(got, Frames.Length - 1, Frames.Length);
    });

    [Fact]
    public void Garbage_never_throws_and_the_frame_behind_it_is_found_when_the_line_went_idle() => Gen.Byte.Array[0, 600].Sample(garbage =>
    {
        var framer = new MBusFramer();
        var line = garbage.ToList();
        Drain(framer, line);
        framer.LineIdle();
        Drain(framer, line);
        line.AddRange(Frames[0]);
        Assert.NotEmpty(Drain(framer, line));
    });

    [Fact]
    public void Whatever_becomes_of_the_frames_only_the_message_that_was_sent_comes_out() => Gen.Int[0, 5].Array[Frames.Length].Sample(fates =>
    {
        var (framer, assembly, line) = (new MBusFramer(), new MBusAssembly(Apdu.Length), new List<byte>());
        for (var i = 0; i < Frames.Length; i++)
        {
            for (var times = fates[i] switch { 0 => 0, 1 => 2, _ => 1 }; times > 0; times--)
            {
                line.AddRange(Frames[i]);
            }
        }

        var whole = 0;
        foreach (var frame in Drain(framer, line).Where(frame => assembly.Take(frame) == SegmentTaken.Whole))
        {
            Assert.Equal(Apdu, assembly.Apdu.ToArray());
            whole++;
        }

        Assert.Equal(fates[1..^1].All(fate => fate > 1) && fates[0] > 0 && fates[^1] > 0 ? 1 : 0, whole);
    });

    [Fact]
    public void A_message_without_end_costs_no_more_than_the_bound()
    {
        var assembly = new MBusAssembly(1000);
        var taken = Enumerable.Range(0, 16).Select(i => assembly.Take(new MBusFrame(0x53, 0xFF, i, false, 1, 0x67, new byte[200]))).ToList();
        Assert.Equal(SegmentTaken.Refused, taken[5]);
        Assert.All(taken.Skip(6), one => Assert.Equal(SegmentTaken.NotTaken, one));
        Assert.True(assembly.Apdu.Length <= 1000);
    }

    [Fact]
    public void A_frame_of_another_layer_is_passed_over_whole()
    {
        byte[] ordinary = [0x68, 0x0B, 0x0B, 0x68, 0x08, 0x01, 0x72, 0x68, 0x03, 0x03, 0x68, 0x00, 0x00, 0x00, 0x00, 0xFF, 0x16];
        ordinary[15] = (byte)ordinary[4..15].Sum(octet => octet);
        var line = ordinary.Concat(Frames[0]).ToList();
        Assert.Equal(0, Assert.Single(Drain(new MBusFramer(), line)).Number);
        Assert.Empty(line);
    }

    private static IEnumerable<byte[]> Cut(byte[] apdu)
    {
        var pieces = apdu.Chunk(MBusFrame.LongestSegment).ToArray();
        for (var i = 0; i < pieces.Length; i++)
        {
            var buffer = new byte[MBusFrame.Longest];
            yield return buffer[..new MBusFrame(0x53, 0xFF, i, i == pieces.Length - 1, 1, 0x67, pieces[i]).WriteTo(buffer)];
        }
    }

    private static List<MBusFrame> Drain(MBusFramer framer, List<byte> line)
    {
        var input = new ReadOnlySequence<byte>(line.ToArray());
        var got = new List<MBusFrame>();
        while (framer.Read(ref input, out var frame, out _) is var read and not FrameRead.NeedMore)
        {
            if (read == FrameRead.Got)
            {
                got.Add(frame with { Segment = frame.Segment.ToArray() });
            }
        }

        line.RemoveRange(0, line.Count - (int)input.Length);
        return got;
    }
}
