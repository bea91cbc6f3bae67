using System.Buffers;
using System.Text;
using Protocols.Framing;
using Protocols.P1;

namespace Unit.Properties.P1;

/// <summary>A port that chops, flips, rustles and is plugged in at any moment.</summary>
public class P1FramerTests
{
    private static readonly byte[][] Telegrams = [.. Enumerable.Range(0, 6).Select(number => Written(number, 1 + (number * 3)))];

    [Fact]
    public void Any_chunking_gives_the_same_telegrams() => Gen.Int[1, 40].Array[1, 60].Sample(chunks =>
    {
        var (framer, line, at) = (new P1Framer(), new List<byte>(), 0);
        var all = Telegrams.SelectMany(octets => octets).ToArray();
        var got = new List<int>();
        for (var turn = 0; at < all.Length; turn++)
        {
            var take = Math.Min(chunks[turn % chunks.Length], all.Length - at);
            line.AddRange(all[at..(at + take)]);
            at += take;
            got.AddRange(Drain(framer, line));
        }

        Assert.Equal(Enumerable.Range(0, Telegrams.Length), got);
    });

    [Fact]
    public void A_flipped_bit_costs_at_most_its_telegram_and_the_one_before_it() => Gen.Select(Gen.Int[0, 5], Gen.Int[0, 10_000], Gen.Int[0, 7]).Sample((telegram, octet, bit) =>
    {
        var line = Telegrams.Select(octets => (byte[])octets.Clone()).ToArray();
        line[telegram][octet % line[telegram].Length] ^= (byte)(1 << bit);
        var framer = new P1Framer();
        var octets = line.SelectMany(all => all).ToList();
        var got = Drain(framer, octets);
        framer.LineIdle();
        got.AddRange(Drain(framer, octets));
        Assert.Empty(Enumerable.Range(0, Telegrams.Length).Where(number => number != telegram && number != telegram - 1).Except(got));
    });

    [Fact]
    public void Plugged_in_in_the_middle_of_a_telegram_the_next_one_is_whole() => Gen.Int[1, 200].Sample(cut =>
    {
        var line = Telegrams[2][Math.Min(cut, Telegrams[2].Length - 1)..].Concat(Telegrams[3]).ToList();
        Assert.Equal([3], Drain(new P1Framer(), line));
    });

    [Fact]
    public void Garbage_never_throws_nor_grows_and_the_telegram_behind_it_is_found() => Gen.Byte.Array[0, 600].Sample(garbage =>
    {
        var framer = new P1Framer();
        var line = garbage.ToList();
        Drain(framer, line);
        framer.LineIdle();
        Drain(framer, line);
        Assert.Empty(line);
        line.AddRange(Telegrams[3]);
        Assert.Contains(3, Drain(framer, line));
    });

    [Theory]
    [InlineData("/\n!\r\n")]
    [InlineData("/\u0001BC5 x\r\n\r\n1-0:1.8.0(1*kWh)\r\n!\r\n")]
    [InlineData("/ABC5 x\r\n\r\n1-0:1.8.0(1*k\u0011h)\r\n!\r\n")]
    public void Noise_that_ends_like_a_readout_without_CRC_is_none(string noise)
    {
        var line = Encoding.ASCII.GetBytes(noise).ToList();
        Assert.Empty(Drain(new P1Framer(), line));
        line.AddRange(Telegrams[3]);
        Assert.Equal([3], Drain(new P1Framer(), line));
    }

    [Fact]
    public void A_telegram_without_end_is_given_up_at_the_longest_length()
    {
        var (framer, line) = (new P1Framer(), new List<byte>());
        line.AddRange("/XXX5 endless\r\n"u8.ToArray());
        line.AddRange(Enumerable.Repeat((byte)'x', P1Telegram.Longest));
        Assert.Empty(Drain(framer, line));
        Assert.Empty(line);
        line.AddRange(Telegrams[1]);
        Assert.Equal([1], Drain(framer, line));
    }

    [Theory]
    [InlineData("!G6B1\r\n")]
    [InlineData("!12G4\r\n")]
    [InlineData("!0000\r\n")]
    [InlineData("!12345\r\n")]
    public void A_telegram_whose_check_was_hit_is_not_taken_as_one_without(string end)
    {
        var octets = Telegrams[0];
        var line = octets[..Array.LastIndexOf(octets, (byte)'!')].Concat(Encoding.ASCII.GetBytes(end)).Concat(Telegrams[1]).ToList();
        Assert.Equal([1], Drain(new P1Framer(), line));
    }

    [Fact]
    public void Parity_bits_of_a_line_of_seven_bits_are_taken_off()
    {
        var octets = "/ESY5Q3\r\n\r\n1-0:1.8.0*255(00052185.78*kWh)\r\n!\r\n"u8.ToArray().Select(octet => (byte)(octet | ((System.Numerics.BitOperations.PopCount(octet) & 1) << 7))).ToArray();
        var input = new ReadOnlySequence<byte>(octets);
        Assert.Equal(FrameRead.Got, new P1Framer().Read(ref input, out var telegram, out _));
        Assert.False(telegram.IsChecked);
        Assert.Equal("/ESY5Q3\r\n\r\n1-0:1.8.0*255(00052185.78*kWh)\r\n!", Encoding.ASCII.GetString(telegram.Octets.Span));
    }

    private static byte[] Written(int number, int lines)
    {
        var text = $"/XXX5\\2M{number}\r\n\r\n0-0:96.1.1({number:D8})\r\n" + string.Concat(Enumerable.Range(0, lines).Select(line => $"1-0:{line}.8.0({line * 1001:D9}*Wh)\r\n")) + "!";
        ushort crc = 0; // written from the document a second time, bit by bit
        foreach (var octet in Encoding.ASCII.GetBytes(text))
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (ushort)((crc & 1) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1);
            }
        }

        return Encoding.ASCII.GetBytes($"{text}{crc:X4}\r\n");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\n!FFFF\r\n")]
    public void A_line_of_nothing_but_slashes_is_given_up_in_few_steps(string end)
    {
        var framer = new P1Framer();
        var input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('/', 16_000) + end, 4))));
        framer.LineIdle();
        var steps = 0;
        while (framer.Read(ref input, out _, out _) != FrameRead.NeedMore)
        {
            steps++;
        }

        Assert.True(input.IsEmpty);
        Assert.InRange(steps, 4, 64 * 8); // each step searches what is there: a step an octet would search it thousands of times
    }

    private static List<int> Drain(P1Framer framer, List<byte> line)
    {
        var input = new ReadOnlySequence<byte>(line.ToArray());
        var got = new List<int>();
        while (framer.Read(ref input, out var telegram, out _) is var read and not FrameRead.NeedMore)
        {
            if (read == FrameRead.Got)
            {
                Assert.True(telegram.IsChecked);
                got.Add(Encoding.ASCII.GetString(telegram.Octets.Span)[8] - '0');
            }
        }

        line.RemoveRange(0, line.Count - (int)input.Length);
        return got;
    }
}
