using System.Buffers;
using Protocols.Dlms.Hdlc;
using Protocols.Framing;

namespace Unit.Properties.Dlms;

/// <summary>A line that chops, flips and rustles.</summary>
public class HdlcFramerTests
{
    private static readonly byte[][] Frames = [.. Enumerable.Range(0, 8).Select(number => Written(number, new byte[number * 17]))];

    [Fact]
    public void Any_chunking_gives_the_same_frames() => Gen.Int[1, 40].Array[1, 60].Sample(chunks =>
    {
        var (framer, line, at) = (new HdlcFramer(), new List<byte>(), 0);
        var all = Frames.SelectMany(octets => octets).ToArray();
        var got = new List<HdlcControl>();
        for (var turn = 0; at < all.Length; turn++)
        {
            var take = Math.Min(chunks[turn % chunks.Length], all.Length - at);
            line.AddRange(all[at..(at + take)]);
            at += take;
            got.AddRange(Drain(framer, line));
        }

        Assert.Equal(Frames.Length, got.Count);
        Assert.Equal(Enumerable.Range(0, 8), got.Select(control => control.SendSequence));
    });

    [Fact]
    public void A_flipped_bit_costs_at_most_the_frame_it_is_in_and_the_one_that_shares_its_flag() => Gen.Select(Gen.Int[0, 7], Gen.Int[0, 10_000], Gen.Int[0, 7]).Sample((frame, octet, bit) =>
    {
        var line = Frames.Select(octets => (byte[])octets.Clone()).ToArray();
        line[frame][octet % line[frame].Length] ^= (byte)(1 << bit);
        var framer = new HdlcFramer();
        var octets = line.SelectMany(all => all).ToList();
        var got = Drain(framer, octets).Select(control => control.SendSequence).ToList();
        framer.LineIdle();
        got.AddRange(Drain(framer, octets).Select(control => control.SendSequence));
        Assert.Empty(Enumerable.Range(0, 8).Where(number => Math.Abs(number - frame) > 1).Except(got));
    });

    [Fact]
    public void Garbage_never_throws_and_the_frame_behind_it_is_found_when_the_line_went_idle() => Gen.Byte.Array[0, 300].Sample(garbage =>
    {
        var framer = new HdlcFramer();
        var line = garbage.ToList();
        Drain(framer, line);
        framer.LineIdle();
        Drain(framer, line);
        line.Clear();
        line.AddRange(Frames[3]);
        Assert.Contains(3, Drain(framer, line).Select(control => control.SendSequence));
    });

    private static byte[] Written(int number, byte[] information)
    {
        var buffer = new byte[HdlcWriter.MaxFrame];
        for (var i = 0; i < information.Length; i++)
        {
            information[i] = (byte)(i * 7);
        }

        var frame = new HdlcFrame(HdlcAddress.Of(0x10), HdlcAddress.Of(1, 17), HdlcControl.Information(number, 0, poll: true), false, information);
        return buffer[..HdlcWriter.Write(frame, buffer)];
    }

    private static List<HdlcControl> Drain(HdlcFramer framer, List<byte> line)
    {
        var input = new ReadOnlySequence<byte>(line.ToArray());
        var got = new List<HdlcControl>();
        while (framer.Read(ref input, out var frame, out _) is var read and not FrameRead.NeedMore)
        {
            if (read == FrameRead.Got)
            {
                got.Add(frame.Control);
            }
        }

        line.RemoveRange(0, line.Count - (int)input.Length);
        return got;
    }
}
