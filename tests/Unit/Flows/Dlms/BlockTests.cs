using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>Long questions and answers in blocks, both ways.</summary>
public class BlockTests
{
    private static readonly Obis Load = Obis.Parse("1-0:99.1.0*255");

    [Theory]
    [InlineData(240)]
    [InlineData(128)]
    [InlineData(1024)]
    [InlineData(65535)]
    public void A_profile_is_the_same_whatever_the_longest_APDU(int longest)
    {
        var whole = new Conversation(new DlmsMeterPlan(1, 7, LongestPdu: 65535), Conversation.Management());
        Assert.Null(whole.Associate());
        var talk = new Conversation(new DlmsMeterPlan(1, 7, LongestPdu: longest), Conversation.Management());
        Assert.Null(talk.Associate());
        Assert.True(talk.Get(7, Load, 2).Data.Span.SequenceEqual(whole.Get(7, Load, 2).Data.Span));
        Assert.InRange(talk.LongestAnswer, 1, longest);
    }

    [Fact]
    public void A_list_of_attributes_comes_in_blocks_too()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7, LongestPdu: 128), Conversation.Management());
        Assert.Null(talk.Associate());
        var list = new GetListProcedure([(new AttributeDescriptor(7, Load, 3), null), (new AttributeDescriptor(3, Obis.Parse("1-0:1.8.0*255"), 2), null), (new AttributeDescriptor(9, Load, 2), null)]);
        Assert.Null(talk.Run(list));
        Assert.Equal(6, CaptureObject.ReadList(list.Results[0].Data.Span)!.Length);
        Assert.Equal(0x06, list.Results[1].Data.Span[0]);
        Assert.Equal((byte)9, list.Results[2].Error);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(3000)]
    public void A_long_value_is_written_in_blocks(int length)
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7, LongestPdu: 200), Conversation.Management());
        var store = new ValueStore();
        talk.Meter.Device.Add(store);
        Assert.Null(talk.Associate());
        var value = new DataWriter().Octets(Enumerable.Range(0, length).Select(i => (byte)i).ToArray()).ToArray();
        var set = new SetProcedure(new AttributeDescriptor(1, store.Name, 2), value);
        Assert.Null(talk.Run(set));
        Assert.Equal(0, set.Result);
        Assert.Equal(value, store.Value);
        var action = new ActionProcedure(new AttributeDescriptor(1, store.Name, 1), value);
        Assert.Null(talk.Run(action));
        Assert.Equal(value, action.Result.Return!.Value.Data.ToArray());
    }

    [Fact]
    public void Doubled_answers_are_passed_over()
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7, 0, false, LongestPdu: 128), Conversation.Management(0, 0, false)) { OnTheWay = answer => [answer, answer] };
        Assert.Null(talk.Associate());
        var before = talk.Get(7, Load, 2).Data.Length;
        Assert.True(before > 5000);
        Assert.True(talk.Session.Ignored > 10);
    }

    [Theory]
    [InlineData("jump", "came after block")]
    [InlineData("empty", "are empty")]
    [InlineData("endless", "longer than")]
    public void Blocks_that_do_not_fit_end_in_a_sentence(string how, string sentence)
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7, 0, false), Conversation.Management(0, 0, false));
        Assert.Null(talk.Associate());
        uint number = 0;
        talk.OnTheWay = _ =>
        {
            number += how == "jump" && number == 2 ? 2u : 1u;
            return [new GetResponse.WithDatablock(new InvokeId((byte)(0xC0 | 1)), false, number, how == "empty" ? default : new byte[how == "endless" ? 60_000 : 5], null).ToOctets()];
        };
        Assert.Contains(sentence, talk.Run(new GetProcedure(new AttributeDescriptor(7, Load, 2))), StringComparison.Ordinal);
        Assert.InRange(number, 1u, 80u);
    }
}
