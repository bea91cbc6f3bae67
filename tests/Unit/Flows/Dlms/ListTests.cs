using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>Many things in one question: SET and ACTION with list, in blocks too, and ACCESS.</summary>
public class ListTests
{
    private static readonly Obis Energy = Obis.Parse("1-0:1.8.0*255");

    [Theory]
    [InlineData(20, 1024, false)]
    [InlineData(300, 400, false)]
    [InlineData(3000, 400, false)]
    [InlineData(3000, 400, true)]
    public void Lists_are_written_and_executed_whole_in_blocks_and_in_general_blocks(int length, int longest, bool general)
    {
        var (talk, stores) = Open(longest, general);
        var longestQuestion = 0;
        talk.OnTheWayThere = question =>
        {
            longestQuestion = Math.Max(longestQuestion, question.Length);
            return [question];
        };
        var values = stores.Select((_, i) => (ReadOnlyMemory<byte>)new DataWriter().Octets([.. Enumerable.Range(i, length).Select(value => (byte)value)]).ToArray()).ToArray();
        var set = new SetListProcedure([.. stores.Select((store, i) => (new AttributeDescriptor(1, store.Name, 2), (Selection?)null, values[i])), (new AttributeDescriptor(3, Energy, 2), null, new byte[1])]);
        Assert.Null(talk.Run(set));
        Assert.Equal([0, 0, 0, 3], set.Results.Select(result => (int)result));
        Assert.All(stores.Zip(values), pair => Assert.Equal(pair.Second.ToArray(), pair.First.Value));
        var action = new ActionListProcedure([.. stores.Select((store, i) => (new AttributeDescriptor(1, store.Name, 1), values[i])), (new AttributeDescriptor(1, Obis.Parse("9-9:9.9.9*9"), 1), new byte[1])]);
        Assert.Null(talk.Run(action));
        Assert.All(values.Zip(action.Results), pair => Assert.Equal(pair.First.ToArray(), pair.Second.Return!.Value.Data.ToArray()));
        Assert.Equal(4, action.Results[3].Result);
        Assert.All(stores, store => Assert.Equal(1, store.Invoked));
        Assert.InRange(longestQuestion, 20, longest);
        Assert.InRange(talk.LongestAnswer, 20, longest);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(240)]
    public void Access_reads_writes_and_executes_in_one_question(int longest)
    {
        var (talk, stores) = Open(longest, false);
        var value = new DataWriter().Octets(new byte[100]).ToArray();
        byte[] none = [0];
        var access = new AccessProcedure(
        [
            (new AccessSpecification(1, new AttributeDescriptor(3, Energy, 2), null), none),
            (new AccessSpecification(2, new AttributeDescriptor(1, stores[0].Name, 2), null), value),
            (new AccessSpecification(3, new AttributeDescriptor(1, stores[0].Name, 1), null), value),
            (new AccessSpecification(1, new AttributeDescriptor(1, stores[0].Name, 2), null), none),
            (new AccessSpecification(1, new AttributeDescriptor(9, Energy, 2), null), none),
            (new AccessSpecification(2, new AttributeDescriptor(1, stores[1].Name, 2), null), value),
        ]);
        Assert.Null(talk.Run(access));
        Assert.Equal([0, 0, 0, 0, 9, 0], access.Results.Select(result => (int)result.Result));
        Assert.Equal(0x06, access.Results[0].Data.Span[0]);
        Assert.Equal(value, access.Results[2].Data.ToArray());
        Assert.Equal(value, access.Results[3].Data.ToArray());
        Assert.Equal(value, stores[1].Value);
        Assert.InRange(talk.LongestAnswer, 100, longest);
        Assert.True(access.Changes);
    }

    [Fact]
    public void Access_that_breaks_on_an_error_leaves_the_rest_undone()
    {
        var (talk, stores) = Open(1024, false);
        var access = new AccessProcedure(
            [(new AccessSpecification(1, new AttributeDescriptor(9, Energy, 2), null), (byte[])[0]), (new AccessSpecification(2, new AttributeDescriptor(1, stores[0].Name, 2), null), (byte[])[0x11, 7])], breaksOnError: true);
        Assert.Null(talk.Run(access));
        Assert.Equal([9, 250], access.Results.Select(result => (int)result.Result));
        Assert.Empty(stores[0].Value);
    }

    private static (Conversation Talk, ValueStore[] Stores) Open(int longest, bool general)
    {
        var talk = GeneralBlockTests.Open(new DlmsMeterPlan(1, 7, LongestPdu: longest) { PrefersGeneralBlocks = general }, Conversation.Management() with { PrefersGeneralBlocks = general });
        ValueStore[] stores = [new(1), new(2), new(3)];
        foreach (var store in stores)
        {
            talk.Meter.Device.Add(store);
        }

        return (talk, stores);
    }
}
