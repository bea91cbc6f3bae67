using System.Buffers;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.Model;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;

namespace Unit.Properties.Dlms.Attacks;

/// <summary>Lengths and counts that promise what is not there, in every place of every message: nothing is taken for them, and nothing throws.</summary>
public class LengthAttackTests
{
    private static readonly byte[][] Lies =
    [
        [0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x84, 0x7F, 0xFF, 0xFF, 0xFF], [0x84, 0x80, 0x00, 0x00, 0x00], [0x83, 0xFF, 0xFF, 0xFF], [0x82, 0xFF, 0xFF], [0x81, 0xFF], [0x80], [0x85, 1, 1, 1, 1, 1], [0xFF], [0x7F],
    ];

    /// <summary>One of every message that has a length or a count in it.</summary>
    private static readonly string[] Messages =
    [
        "C001C100030100010800FF020102020406000000010600000060120001120000", "C003C1020008000001 0000FF0200000301000108 00FF0200", "C401C10001020203110112000209 0261620204 0A0161 0408AA", "C402C1000000000100 03010203",
        "C403C102 00110501 04", "C101C1000100006001 00FF02000903010203", "C102C1000100006001 00FF02000100000001 03010203", "C103C10100000001 03010203", "C104C1010001000060 0100FF0200011105", "C105C10100010000600100FF02000100000001 03010203",
        "C501C100", "C504C1020000 00000001", "C505C1020000", "C301C100010000600100FF010109020102", "C303C1010001000060 0100FF010111 05", "C304C100010000600100FF010100000001 03010203", "C305C1010001000060 0100FF010100000001 03010203",
        "C701C10001000902AABB", "C702C101000000010 3010203", "C703C1010001001105", "0F00000001 0C07EA0B17010A0F0000FFC400 01021105 1106", "1000000001 0C07EA0B17010A0F0000FFC400", "C2010C07EA0B17010A0F0000FFC40000030100010800FF021105",
        "D9000000010001010003010001 0800FF020100", "DA00000001000101010003010001 0800FF02011105010100", "E0C10001000103010203", "E6010430313233C001C100080000010000FF0200", "C81120012345674113D3FF935A47566827C467BC", "DB08414243444546474811 20012345674113D3FF935A47566827C467BC",
        "DD 0101 0102 0103 00 00 0102 0000 11 20012345674113D3FF935A47566827C467BC", "DF 0101 0102 0103 00 00 03010203 0401020304", "601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0",
        "6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F040000501F01F40007", "6203800100", "0100000006 5F1F0400007E1F04B0", "0501020001", "0C01001105", "060102000101 1105", "0D0100", "18000102000101 1105",
        "C401C10013020211060F0102030405060708090A0B0C0D0E0F",
    ];

    [Fact]
    public void Every_octet_of_every_message_may_be_a_lie()
    {
        var (seen, host) = (0, Host());
        foreach (var message in Messages)
        {
            var octets = Convert.FromHexString(message.Replace(" ", "", StringComparison.Ordinal));
            for (var at = 1; at < octets.Length; at++)
            {
                foreach (var lie in Lies)
                {
                    byte[] said = [.. octets[..at], .. lie, .. octets[(at + 1)..]];
                    Weight.MustBeBounded(said.Length, () => Assert.Equal(Pdu.Read(said, out var fault) is null, fault is not null), $"{Convert.ToHexString(said)}");
                    Weight.MustBeBounded(said.Length, () => host.Answer(said), $"the host's answer to {Convert.ToHexString(said)}");
                    seen++;
                }
            }
        }

        Assert.True(seen > 6_000, $"{seen} lies");
    }

    [Theory]
    [InlineData("C003C1", "00030100010800FF0200")]
    [InlineData("C403C1", "0000")]
    [InlineData("C403C1", "0105")]
    [InlineData("C104C1", "00030100010800FF0200")]
    [InlineData("C505C1", "00")]
    [InlineData("C303C1", "00010000600100FF01")]
    [InlineData("C703C1", "0000")]
    [InlineData("C703C1", "00010100")]
    [InlineData("D90000000100", "0100030100010800FF02")]
    [InlineData("DA000000010000", "00")]
    [InlineData("05", "020001")]
    [InlineData("0C", "0000")]
    [InlineData("0C", "0101")]
    [InlineData("06", "020001")]
    [InlineData("0D", "00")]
    [InlineData("0D", "0101")]
    public void Lists_of_the_smallest_items_take_no_more_than_was_said(string head, string item)
    {
        foreach (var count in (int[])[10, 700, 3_000, 20_000, 65_000])
        {
            byte[] said = [.. Convert.FromHexString(head), 0x82, (byte)(count >> 8), (byte)count, .. Enumerable.Repeat(Convert.FromHexString(item), count).SelectMany(one => one), .. new byte[count + 3]];
            Weight.MustBeBounded(said.Length, () => Pdu.Read(said, out _), $"{count} items of {head}");
        }
    }

    [Theory]
    [InlineData("60")]
    [InlineData("61")]
    [InlineData("62")]
    [InlineData("63")]
    public void An_association_message_of_nothing_but_fields_is_refused(string tag)
    {
        byte[] said = [.. Convert.FromHexString(tag), 0x82, 0xFF, 0xFE, .. Enumerable.Repeat(new byte[] { 0xA5, 0 }, 32_000).SelectMany(one => one)];
        Weight.MustBeBounded(said.Length, () => Assert.Null(Pdu.Read(said, out _)), tag);
    }

    [Fact]
    public void Buffers_of_profiles_promise_in_vain()
    {
        var rows = new ProfileRows();
        foreach (var said in (byte[][])
            [
                [1, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, 2, 1, 0], [1, 0x82, 0xFF, 0xFF, .. new byte[60_000]], [1, 1, 2, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0], [1, 1, 2, 1, 9, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], [1, 1, 2, 1, 9, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, 1],
                [1, 1, 2, 1, 4, 0x84, 0xFF, 0xFF, 0xFF, 0xF8], [0x13, 2, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, 0x11, 0], [0x13, 0x11, 0x84, 0x7F, 0xFF, 0xFF, 0xFF], [0x13, 9, 3, 0x82, 0xFF, 0xFF], [0x13, 0, 1, 0], [0x13, 2, 0, 1, 0],
                [0x13, 2, 0x81, 200, .. new byte[199], 0x11, 0x82, 0x40, 0, .. new byte[0x4000]], [0x13, 1, 0xFF, 0xFF, 1, 0xFF, 0xFF, 0, 1, 0],
            ])
        {
            foreach (var columns in (int[])[1, 2, 4, 200, 1_000_000])
            {
                Weight.MustBeBounded(said.Length, () => Assert.NotNull(new ProfileRows().Read(said, columns)), Convert.ToHexString(said.AsSpan(0, Math.Min(16, said.Length))));
            }
        }

        byte[] nulls = [1, 0x82, 0x27, 0x10, .. Enumerable.Repeat(new byte[] { 2, 4, 0, 0, 0, 0 }, 10_000).SelectMany(one => one)];
        Weight.MustBeBounded(nulls.Length, () => Assert.Null(new ProfileRows().Read(nulls, 4)), "rows of nothing");
        byte[] packed = [0x13, 2, 4, 0x11, 0x11, 0x11, 0x11, 0x82, 0x9C, 0x40, .. new byte[40_000]];
        Weight.MustBeBounded(packed.Length, () => Assert.Null(new ProfileRows().Read(packed, 4)), "packed rows");
    }

    [Fact]
    public void Framings_wait_for_no_more_than_they_take()
    {
        byte[] wrapper = [0, 1, 0, 1, 0, 1, 0xFF, 0xFF, .. new byte[100]];
        Weight.MustBeBounded(wrapper.Length, () =>
        {
            var input = new ReadOnlySequence<byte>(wrapper);
            Assert.Equal(FrameRead.Skipped, new WrapperFramer(1024).Read(ref input, out _, out _));
        }, "wrapper");
        byte[] hdlc = [0x7E, 0xA7, 0xFF, 3, 3, 0x10, .. new byte[300]];
        Weight.MustBeBounded(hdlc.Length, () =>
        {
            var input = new ReadOnlySequence<byte>(hdlc);
            Assert.Equal(FrameRead.Skipped, new HdlcFramer().Read(ref input, out _, out _)); // its header has no check sequence that holds: nothing is waited for
        }, "HDLC");
        Assert.False(HdlcParameters.TryParse([0x81, 0x80, 0xFF, 5, 1, 128], out _));
        Assert.False(HdlcParameters.TryParse([0x81, 0x80, 4, 5, 0xFF, 1, 1], out _));
    }

    private static HostAssociation Host() =>
        new(new LogicalDevice(), new HostClient(16, 0, false, default, _ => AccessRight.All, IsPreEstablished: true), new HostOptions(), null);
}
