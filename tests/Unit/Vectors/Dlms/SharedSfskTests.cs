using System.Buffers;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.Sfsk;
using Protocols.Framing;

namespace Unit.Vectors.Dlms;

/// <summary>S-FSK frames of another program, and what becomes of damaged ones.</summary>
public class SharedSfskTests
{
    [Fact]
    public void Frames_of_the_LLC_profile_are_read_and_written_again()
    {
        var messages = new List<string>();
        foreach (var (name, octets) in Rows("sfsk.plc."))
        {
            var input = new ReadOnlySequence<byte>(octets);
            Assert.Equal(FrameRead.Got, new SfskFramer().Read(ref input, out var frame, out _));
            Assert.True(input.IsEmpty);
            var again = new byte[frame.Length];
            Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(again.AsSpan(0, frame.WriteTo(again))));
            messages.Add($"{name} {frame.Source:X3} {frame.Destination:X3} {frame.Llc.Destination:X2} {frame.Llc.Source:X2} {Told(frame.Llc.Apdu, 6)}");
        }

        Assert.Equal(
            ["sfsk.plc.discover C00 FFF 00 01 discover", "sfsk.plc.register C00 FFF 00 01 register", "sfsk.plc.report 001 FFF FD 00 discover-report", "sfsk.plc.aarq C00 001 01 10 aarq"], messages);
    }

    [Fact]
    public void Frames_of_the_HDLC_profile_are_read_and_written_again()
    {
        var messages = new List<string>();
        foreach (var (name, octets) in Rows("sfsk.hdlc."))
        {
            var input = new ReadOnlySequence<byte>(octets);
            Assert.Equal(FrameRead.Got, new SfskHdlcFramer().Read(ref input, out var frame, out _));
            Assert.True(input.IsEmpty);
            var again = new byte[frame.Length];
            Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(again.AsSpan(0, frame.WriteTo(again))));
            var inside = new ReadOnlySequence<byte>(frame.Hdlc);
            Assert.Equal(FrameRead.Got, new HdlcFramer().Read(ref inside, out var hdlc, out _));
            messages.Add($"{name} {frame.Source:X3} {frame.Destination:X3} {Told(HdlcLlc.Strip(hdlc.Information), 8)}");
        }

        Assert.Equal(["sfsk.hdlc.discover C01 FFF discover", "sfsk.hdlc.register C01 FFF register", "sfsk.hdlc.report 001 C01 discover-report", "sfsk.hdlc.aarq C00 001 aarq"], messages);
    }

    [Fact]
    public void Messages_of_the_medium_say_what_the_other_program_put_in()
    {
        var register = (CiMessage.Register)CiMessage.Read(Llc("sfsk.plc.register"), 6)!;
        var (title, address) = Assert.Single(register.Meters);
        Assert.Equal(("475258000001", "4D5452000005", 1), (Convert.ToHexString(register.Initiator.Span), Convert.ToHexString(title.Span), address));
        Assert.Equal(new CiMessage.Discover(100, 10, 0, 0), CiMessage.Read(Llc("sfsk.plc.discover"), 6));
        var report = (CiMessage.DiscoverReport)CiMessage.Read(Llc("sfsk.plc.report"), 6)!;
        Assert.Equal(("4D5452000005", (byte?)1), (Convert.ToHexString(report.Meters[0].Title.Span), report.Meters[0].Alarm));
    }

    [Theory]
    [InlineData("194D5452000005", "ping-request")]
    [InlineData("1A4D5452000005", "ping-response")]
    [InlineData("1F050FFF0A68", "repeat-call")]
    [InlineData("1F050FFF0A", "repeat-call")]
    [InlineData("1C47525800000100", "register")]
    [InlineData("1E024D5452000005004D545200000601FF", "discover-report")]
    [InlineData("1D640014", null)]
    [InlineData("1E054D545200000500", null)]
    [InlineData("1CFFFFFFFFFFFFFF", null)]
    [InlineData("194D54", null)]
    [InlineData("", null)]
    public void Each_message_is_read_and_written_or_none(string hex, string? name)
    {
        var message = CiMessage.Read(Convert.FromHexString(hex), 6);
        Assert.Equal(name, message?.Name);
        Assert.True(message is null || Convert.ToHexString(message.ToOctets()) == hex);
    }

    [Fact]
    public void Frames_are_found_in_any_pieces_and_a_flipped_bit_costs_one() => Gen.Select(Gen.Int[1, 60], Gen.Int[0, 3], Gen.Int[0, 2000], Gen.Bool).Sample((piece, frame, bit, isHdlc) =>
    {
        var rows = Rows(isHdlc ? "sfsk.hdlc." : "sfsk.plc.").Select(row => (byte[])row.Octets.Clone()).ToArray();
        rows[frame][bit / 8 % rows[frame].Length] ^= (byte)(1 << (bit % 8));
        var (one, other, line, got) = (new SfskFramer(), new SfskHdlcFramer(), new List<byte>(), 0);
        foreach (var chunk in rows.SelectMany(octets => octets).Chunk(piece).Append([]))
        {
            line.AddRange(chunk);
            if (chunk.Length == 0)
            {
                one.LineIdle();
                other.LineIdle();
            }

            var input = new ReadOnlySequence<byte>(line.ToArray());
            while ((isHdlc ? other.Read(ref input, out _, out _) : one.Read(ref input, out _, out _)) is var read && read != FrameRead.NeedMore)
            {
                got += read == FrameRead.Got ? 1 : 0;
            }

            line.RemoveRange(0, line.Count - (int)input.Length);
        }

        Assert.Equal(3, got);
    });

    [Fact]
    public void The_LLC_header_of_PRIME_is_the_same()
    {
        Assert.True(LlcFrame.TryParse((byte[])[0x90, 0x01, 0x10, 0xC0, 0x01], out var frame));
        Assert.Equal((1, 0x10, "C001"), (frame.Destination, frame.Source, Convert.ToHexString(frame.Apdu.Span)));
        Assert.False(LlcFrame.TryParse((byte[])[0x90, 0x01], out _));
        Assert.False(LlcFrame.TryParse((byte[])[0x91, 0x01, 0x10, 0xC0], out _));
    }

    private static ReadOnlyMemory<byte> Llc(string name)
    {
        var input = new ReadOnlySequence<byte>(Rows(name).Single().Octets);
        new SfskFramer().Read(ref input, out var frame, out _);
        return frame.Llc.Apdu;
    }

    private static string Told(ReadOnlyMemory<byte> octets, int titleSize)
    {
        if (CiMessage.Read(octets, titleSize) is { } message)
        {
            Assert.Equal(Convert.ToHexString(octets.Span), Convert.ToHexString(message.ToOctets()));
            return message.Name;
        }

        return Pdu.Read(octets, out _)?.Name ?? "nothing";
    }

    private static IEnumerable<(string Name, byte[] Octets)> Rows(string begin) => SharedVectors.Array("plc-frames.json").Select(row => (row.GetProperty("name").GetString()!, Convert.FromHexString(row.GetProperty("hex").GetString()!)))
        .Where(row => row.Item1.StartsWith(begin, StringComparison.Ordinal));
}
