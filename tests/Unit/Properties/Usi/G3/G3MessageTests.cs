using Protocols.Usi.G3;

namespace Unit.Properties.Usi.G3;

/// <summary>Messages that no vector pins, and octets that are none.</summary>
public class G3MessageTests
{
    private static readonly Eui64 Node = new(0x0011_2233_4455_6677);

    public static TheoryData<string, string> Layouts => new()
    {
        { "0C0F", "discovery-request" }, { "0E781D000101", "network-join-request" }, { "0F", "network-leave" }, { "12000000220000", "get-request" }, { "160000005300000200 00", "mac-set-request" },
        { "180001020100000411223344", "no-ip-data-request" }, { "2100", "discovery-confirm" }, { "23A60001781D", "network-join-confirm" }, { "24A4", "network-leave-confirm" },
        { "25", "network-leave-indication" }, { "2BA5", "route-discovery-confirm" }, { "2DFB000000770000", "mac-set-confirm" }, { "30781D5A0000000A00", "discovery-indication" },
        { "30781D5A0000000A", "discovery-indication" }, { "31", "path-request-indication" }, { "33000000010002000300400102000100029988", "route-not-found-indication" },
        { "3D00112233445566770001781D000102030405060708090A0B0C0D0E0F", "force-register" }, { "3F0001001122334455667700", "rekey" }, { "13AABB", "unknown-13" },
        { "20781D0800112233445566770200018000 0001".Replace(" ", "", StringComparison.Ordinal), "network-status-indication" },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_layout_of_the_document_is_read_and_written_again(string hex, string name)
    {
        var octets = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var message = G3Message.Read(octets, out var fault);
        Assert.True(message is not null, fault);
        Assert.Equal(name, message.Name);
        Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(message.ToPayload()));
    }

    [Fact]
    public void Fields_stand_where_the_document_puts_them()
    {
        Assert.Equal(new NetworkJoinRequest(0x781D, 1, 1), Of("0E781D000101"));
        Assert.Equal(new NetworkJoinConfirm(AdpStatus.Timeout, 1, 0x781D), Of("23A60001781D"));
        Assert.Equal(new DiscoveryIndication(0x781D, 0x5A, 0, 10, null), Of("30781D5A0000000A"));
        var lost = (RouteNotFoundIndication)Of("33000000010002000300400102000100029988");
        Assert.Equal((0, 1, 2, 3, 0x40, 1, 2, 0, 1, 2), (lost.Source, lost.Destination, lost.Next, lost.Previous, lost.RouteCost, lost.Hops, lost.WeakLinks, lost.JustBroken, lost.Compressed, lost.Octets.Length));
        Assert.Equal(new Rekey(1, Node, false), Of("3F0001001122334455667700"));
        Assert.Equal("FB", $"{((AttributeSetConfirm)Of("2DFB000000770000")).Status:X2}");
        Assert.Equal("read only", ((AttributeSetConfirm)Of("2DFB000000770000")).StatusText);
        Assert.Equal("invalid length", ((AttributeSetConfirm)Of("4604000000030000")).StatusText);
    }

    [Theory]
    [InlineData("", "announced")]
    [InlineData("0001", "announced at octet 2")]
    [InlineData("1E000100", "1 octets follow the end of the data-confirm")]
    [InlineData("1F5A00FF00", "255 octets are announced")]
    [InlineData("20781D0300112200018000000001", "an address of 3 octets")]
    [InlineData("2C00000100000FFFFF00050020000101", "255 and 255 hops are announced")]
    [InlineData("2800000000070000FF01", "255 octets are announced")]
    public void A_message_that_does_not_fit_is_refused_with_a_sentence(string hex, string reason)
    {
        Assert.Null(G3Message.Read(Convert.FromHexString(hex), out var fault));
        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Anything_at_all_is_taken_or_refused_and_what_is_taken_can_be_written() => Gen.Byte.Array[0, 80].Sample(octets =>
    {
        var message = G3Message.Read(octets, out var fault);
        Assert.NotEqual(message is null, fault is null);
        Assert.True(message is null || message.ToPayload().Length == octets.Length);
    }, iter: 100_000);

    [Fact]
    public void Every_status_of_the_document_has_words_and_others_their_number()
    {
        byte[] adp = [0x00, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xB0, 0xB1, 0xB2, 0xB3, 0xB4, 0xB5, 0xFF];
        byte[] mac = [0x00, 0xDB, 0xDF, 0xE1, 0xE2, 0xE4, 0xE5, 0xE7, 0xE8, 0xE9, 0xEC, 0xF1, 0xF3, 0xF4, 0xF9, 0xFA, 0xFB, 0x80, 0xD0];
        Assert.DoesNotContain(adp, code => ((AdpStatus)code).Text().StartsWith("status", StringComparison.Ordinal));
        Assert.DoesNotContain(mac, code => ((MacStatus)code).Text().StartsWith("status", StringComparison.Ordinal));
        Assert.Equal(adp.Length, adp.Select(code => ((AdpStatus)code).Text()).Distinct().Count());
        Assert.Equal(mac.Length, mac.Select(code => ((MacStatus)code).Text()).Distinct().Count());
        Assert.Equal(("status 77", "status 77", "status 77", "status 77"), (((AdpStatus)0x77).Text(), ((MacStatus)0x77).Text(), ((LbpStatus)0x77).Text(), ((ModemStatus)0x77).Text()));
    }

    [Fact]
    public void Attributes_have_names_and_keys_are_known_as_such()
    {
        Assert.Equal(("context table", "EUI-64", "pre-shared key"), (AdpAttribute.NameOf(7), MacAttribute.NameOf(0x0800_0001), LbpAttribute.NameOf(2)));
        Assert.Null(AdpAttribute.NameOf(0x7777_7777));
        Assert.Equal([2u, 3, 4], Enumerable.Range(0, 10).Select(id => (uint)id).Where(LbpAttribute.IsKey));
    }

    private static G3Message Of(string hex) => G3Message.Read(Convert.FromHexString(hex), out var fault) ?? throw new InvalidOperationException(fault);
}
