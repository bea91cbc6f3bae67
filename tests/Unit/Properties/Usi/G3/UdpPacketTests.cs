using Protocols.Usi.G3;

namespace Unit.Properties.Usi.G3;

/// <summary>Packets that the box builds, and those it refuses.</summary>
public class UdpPacketTests
{
    private static readonly Ipv6Address Box = Ipv6Address.LinkLocal(0x781D, 0), Meter = Ipv6Address.LinkLocal(0x781D, 0x1234);

    [Fact]
    public void What_is_built_is_read_again_whatever_its_length() => Gen.Select(Gen.Byte.Array[0, 960], Gen.UShort, Gen.UShort, Gen.Byte).Sample((payload, from, to, hops) =>
    {
        Assert.True(UdpPacket.TryParse(new UdpPacket(Box, Meter, from, to, hops, payload).ToOctets(), out var packet, out var fault), fault);
        Assert.Equal((Box, Meter, from, to, hops), (packet.Source, packet.Destination, packet.SourcePort, packet.DestinationPort, packet.HopLimit));
        Assert.Equal(Convert.ToHexString(payload), Convert.ToHexString(packet.Payload.Span));
    });

    [Fact]
    public void A_bit_that_flips_anywhere_behind_the_hop_limit_is_seen() => Gen.Select(Gen.Byte.Array[1, 100], Gen.Int[8 * 8, (8 * 49) - 1]).Sample((payload, bit) =>
    {
        var octets = new UdpPacket(Box, Meter, 4059, 4059, 8, payload).ToOctets();
        octets[bit / 8] ^= (byte)(0x80 >> (bit % 8));
        Assert.False(UdpPacket.TryParse(octets, out _, out var fault));
        Assert.NotNull(fault);
    });

    [Fact]
    public void A_check_sum_of_zero_is_written_as_FFFF_and_taken()
    {
        // The payload is chosen so that everything else sums to FFFF: its complement would be 0, which UDP keeps for "none".
        var bare = new UdpPacket(Box, Meter, 4059, 4059, 8, new byte[2]).ToOctets();
        var octets = new UdpPacket(Box, Meter, 4059, 4059, 8, bare.AsMemory(46, 2)).ToOctets();
        Assert.Equal("FFFF", Convert.ToHexString(octets.AsSpan(46, 2)));
        Assert.True(UdpPacket.TryParse(octets, out _, out var fault), fault);
        octets[46] = octets[47] = 0;
        Assert.False(UdpPacket.TryParse(octets, out _, out fault));
        Assert.Contains("no check sum", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, 0, "extension header (0)")]
    [InlineData(6, 43, "extension header (43)")]
    [InlineData(6, 60, "extension header (60)")]
    [InlineData(6, 44, "a fragment")]
    [InlineData(6, 58, "ICMPv6")]
    [InlineData(6, 6, "TCP")]
    [InlineData(6, 99, "protocol 99")]
    [InlineData(0, 0x45, "its version is 4")]
    [InlineData(5, 0x20, "the IPv6 header announces 32")]
    [InlineData(45, 0x0B, "the UDP header announces 11")]
    [InlineData(46, 0x55, "check sum of the UDP datagram is wrong")]
    public void What_is_refused_has_a_reason(int at, byte octet, string reason)
    {
        var octets = new UdpPacket(Box, Meter, 4059, 4059, 8, new byte[] { 1, 2, 3, 4 }).ToOctets();
        octets[at] = octet;
        Assert.False(UdpPacket.TryParse(octets, out _, out var fault));
        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Anything_at_all_is_taken_or_refused_with_a_reason() => Gen.Byte.Array[0, 120].Sample(octets =>
    {
        Assert.NotEqual(UdpPacket.TryParse(octets, out _, out var fault), fault is not null);
    });

    [Theory]
    [InlineData("FE80000000000000781D00FFFE001234", true)]
    [InlineData("FE80000000000001781D00FFFE001234", false)]
    [InlineData("FE80000000000000781D00FFFF001234", false)]
    [InlineData("FD00000000000000781D00FFFE001234", false)]
    public void Only_a_link_local_address_of_the_right_shape_has_a_short_address(string hex, bool fits)
    {
        Assert.Equal(fits, new Ipv6Address(UInt128.Parse(hex, System.Globalization.NumberStyles.HexNumber, null)).TryLinkLocal(out var panId, out var address));
        Assert.True(!fits || (panId, address) == (0x781D, 0x1234));
        Assert.Equal("fe80::781d:ff:fe00:1234", Meter.ToString());
    }
}
