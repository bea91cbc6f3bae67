using System.Buffers.Binary;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>Short name referencing: association, the list of base names, reads plain and parameterised, writes.</summary>
public class ShortNameTests
{
    [Theory]
    [InlineData(0, false, 1024)]
    [InlineData(5, true, 1024)]
    [InlineData(5, true, 240)]
    public void What_is_found_in_the_list_is_read_and_written_by_its_short_name(int mechanism, bool ciphered, int longest)
    {
        var talk = Open(mechanism, ciphered, longest);
        var store = new ValueStore(1);
        talk.Meter.Device.Add(store);
        var list = new ShortReadProcedure([(0xFA08, null)]);
        Assert.Null(talk.Run(list));
        var name = BaseOf(list.Results[0].Data.Span, [0, 0, 96, 13, 1, 255]);
        var value = new DataWriter().Octets(new byte[50]).ToArray();
        var write = new ShortWriteProcedure([((ushort)(name + 8), null, value), (0x0001, null, value)]);
        Assert.Null(talk.Run(write));
        Assert.Equal([0, 4], write.Results.Select(result => (int)result));
        var profile = BaseOf(list.Results[0].Data.Span, [1, 0, 99, 1, 0, 255]);
        var entries = new DataWriter().Structure(4).UInt32(1).UInt32(3).UInt16(1).UInt16(0).ToArray();
        var read = new ShortReadProcedure([((ushort)(name + 8), null), ((ushort)(profile + 8), new Selection(2, entries)), ((ushort)(profile + 24), null), (0x0003, null)]);
        Assert.Null(talk.Run(read));
        Assert.Equal(value, read.Results[0].Data.ToArray());
        Assert.Equal([0x01, 3], read.Results[1].Data.Span[..2].ToArray().Select(octet => (int)octet));
        Assert.Equal(0x06, read.Results[2].Data.Span[0]);
        Assert.Equal((byte)4, read.Results[3].Error);
        Assert.InRange(talk.LongestAnswer, 20, longest);
    }

    [Fact]
    public void A_client_of_logical_names_finds_no_short_names_and_the_other_way_round()
    {
        var talk = Open(0, false, 1024);
        Assert.Contains("exception", talk.Run(new GetProcedure(new AttributeDescriptor(8, Metering.Obis.Parse("0-0:1.0.0*255"), 2))), StringComparison.Ordinal);
        var named = new Conversation(new DlmsMeterPlan(1, 7, 0, false), Conversation.Management(0, 0, false) with { UsesShortNames = true });
        Assert.Contains("application context not supported", named.Associate(), StringComparison.Ordinal);
    }

    private static Conversation Open(int mechanism, bool ciphered, int longest)
    {
        var talk = new Conversation(
            new DlmsMeterPlan(1, 7, mechanism, ciphered, LongestPdu: longest), Conversation.Management(mechanism, 0, ciphered) with { UsesShortNames = true, Conformance = new Conformance(0x1C0320) },
            host: meter =>
            {
                var security = new HostSecurity(meter.Keys.Title, 0, meter.Keys.Guek, meter.Keys.Gak, meter.Keys.Secret, new MemoryCounters(), new KeyName("host", KeyPurpose.Guek, 1));
                security.Grant(1, 1000);
                return security;
            });
        Assert.Null(talk.Associate());
        return talk;
    }

    private static ushort BaseOf(ReadOnlySpan<byte> list, ReadOnlySpan<byte> name)
    {
        var at = list.IndexOf(name);
        return BinaryPrimitives.ReadUInt16BigEndian(list[(at - 9)..]); // long base name | 12 class | 11 version | 09 06 name
    }
}
