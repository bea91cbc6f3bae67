using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>General block transfer both ways: the whole is ciphered, then cut.</summary>
public class GeneralBlockTests
{
    private static readonly Obis Load = Obis.Parse("1-0:99.1.0*255");

    [Theory]
    [InlineData(128, 1)]
    [InlineData(240, 8)]
    [InlineData(240, 63)]
    [InlineData(1024, 3)]
    public void A_profile_in_general_blocks_is_the_one_in_blocks_of_its_service(int longest, int window)
    {
        var byService = Open(new DlmsMeterPlan(1, 7, LongestPdu: longest), Conversation.Management());
        var talk = Open(new DlmsMeterPlan(1, 7, LongestPdu: longest) { PrefersGeneralBlocks = true }, Conversation.Management() with { PrefersGeneralBlocks = true, BlockWindow = window });
        var ciphered = 0;
        talk.OnTheWay = answer =>
        {
            Assert.Equal(0xE0, answer[0]);
            ciphered++;
            return [answer];
        };
        Assert.True(talk.Get(7, Load, 2).Data.Span.SequenceEqual(byService.Get(7, Load, 2).Data.Span));
        Assert.InRange(talk.LongestAnswer, 1, longest);
        Assert.True(ciphered >= 5000 / longest);
        talk.OnTheWay = answer => [answer];
        Assert.Null(talk.Get(3, Obis.Parse("1-0:1.8.0*255"), 2).Error); // short ones need no blocks
        Assert.Equal(0, talk.Meter.Keys.Repeated);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3000)]
    [InlineData(40_000)]
    public void Long_values_go_in_general_blocks_and_come_back_in_them(int length)
    {
        var talk = Open(new DlmsMeterPlan(1, 7, LongestPdu: 200) { PrefersGeneralBlocks = true }, Conversation.Management() with { PrefersGeneralBlocks = true });
        var store = new ValueStore();
        talk.Meter.Device.Add(store);
        var longest = 0;
        talk.OnTheWayThere = question =>
        {
            longest = Math.Max(longest, question.Length);
            return [question];
        };
        var value = new DataWriter().Octets([.. Enumerable.Range(0, length).Select(i => (byte)i)]).ToArray();
        var set = new SetProcedure(new AttributeDescriptor(1, store.Name, 2), value);
        Assert.Null(talk.Run(set));
        Assert.Equal(0, set.Result);
        Assert.Equal(value, store.Value);
        var action = new ActionProcedure(new AttributeDescriptor(1, store.Name, 1), value);
        Assert.Null(talk.Run(action));
        Assert.Equal(value, action.Result.Return!.Value.Data.ToArray());
        Assert.InRange(longest, 100, 200);
        Assert.InRange(talk.LongestAnswer, 1, 200);
    }

    [Theory]
    [InlineData(1, 0.1)]
    [InlineData(2, 0.2)]
    [InlineData(3, 0.3)]
    [InlineData(4, 0.3)]
    public void Lost_and_doubled_blocks_in_both_directions_are_recovered(int seed, double loss)
    {
        var random = new Random(seed);
        var talk = Open(
            new DlmsMeterPlan(1, 7, LongestPdu: 200) { PrefersGeneralBlocks = true }, Conversation.Management() with { PrefersGeneralBlocks = true });
        var store = new ValueStore();
        talk.Meter.Device.Add(store);
        talk.Retries = 200;
        var lost = 0;
        int Copies(bool isBlock) => random.NextDouble() < loss && isBlock ? Lost() : random.NextDouble() < 0.1 && isBlock ? 2 : 1;
        int Lost()
        {
            lost++;
            return 0;
        }

        talk.OnTheWay = answer => Enumerable.Repeat(answer, Copies(answer[0] == 0xE0));
        talk.OnTheWayThere = question => Enumerable.Repeat(question, Copies(question.Span[0] == 0xE0));
        var value = new DataWriter().Octets([.. Enumerable.Range(0, 9000).Select(i => (byte)(i * 7))]).ToArray();
        var action = new ActionProcedure(new AttributeDescriptor(1, store.Name, 1), value);
        var fault = talk.Run(action);
        Assert.True(fault is null, $"{fault}; seed {seed}, {lost} lost");
        Assert.Equal(value, action.Result.Return!.Value.Data.ToArray());
        Assert.True(lost > 5, $"{lost} lost, seed {seed}");
        Assert.Equal(1, store.Invoked);
        Assert.Equal(0, talk.Meter.Keys.Repeated);
    }

    [Theory]
    [InlineData("endless", "longer than")]
    [InlineData("empty", "are empty")]
    [InlineData("jump", "did not come")]
    [InlineData("last lost", "did not come")]
    [InlineData("small", "blocks hold no more than")]
    public void Blocks_that_never_end_or_never_come_end_in_a_sentence(string how, string sentence)
    {
        var talk = Open(new DlmsMeterPlan(1, 7), Conversation.Management());
        var number = 0;
        IEnumerable<byte[]> Endless()
        {
            for (var i = 0; i < (how == "small" ? 70_000 : how == "endless" ? 80 : 40); i++)
            {
                number += how == "jump" && number == 2 ? 2 : 1;
                var raw = how switch { "endless" => 60_000, "empty" => 0, _ => 1 };
                yield return new GeneralBlockTransfer((byte)(how is "jump" or "last lost" && i % 2 == 1 ? 0x08 : 0x48), (ushort)(how == "last lost" ? Math.Min(number, 3) : number), 0, new byte[raw]).ToOctets();
            }
        }

        talk.OnTheWay = _ => Endless();
        Assert.Contains(sentence, talk.Run(new GetProcedure(new AttributeDescriptor(7, Load, 2))), StringComparison.Ordinal);
        Assert.InRange(number, 3, 70_000);
    }

    [Fact]
    public void Where_nobody_has_general_blocks_a_long_list_ends_in_a_sentence()
    {
        var talk = Open(new DlmsMeterPlan(1, 7, LongestPdu: 128), Conversation.Management() with { Conformance = new Conformance(0x401EDF) });
        var list = new GetListProcedure([.. Enumerable.Repeat((new AttributeDescriptor(3, Obis.Parse("1-0:1.8.0*255"), 2), (Selection?)null), 20)]);
        Assert.Contains("general block transfer is not agreed", talk.Run(list), StringComparison.Ordinal);
        var with = Open(new DlmsMeterPlan(1, 7, LongestPdu: 128), Conversation.Management());
        Assert.Null(with.Run(list));
        Assert.Equal(20, list.Results.Count);
    }

    [Fact]
    public void What_a_meter_pushes_in_unconfirmed_blocks_is_put_together_beside_a_question()
    {
        var talk = Open(new DlmsMeterPlan(1, 7, LongestPdu: 128), Conversation.Management());
        var notification = new DataNotification(new LongInvokeId(0x4000_0007), default, false, new DataWriter().Octets(new byte[700]).ToArray());
        var pushed = talk.Meter.Notify(1, notification);
        Assert.True(pushed.Count > 5);
        Assert.Equal([0x40, 0xC0], new[] { pushed[0][1], pushed[^1][1] }.Select(control => (int)control));
        foreach (var block in pushed.SkipLast(1))
        {
            Assert.Equal(SessionMove.Ignored, talk.Session.Take(block).Move);
        }

        var step = talk.Session.Take(pushed[^1]);
        Assert.Equal(SessionMove.Pushed, step.Move);
        Assert.Equal(notification.ToOctets(), step.Octets.ToArray());
        Assert.NotEqual(SessionMove.Pushed, talk.Session.Take(pushed[^1]).Move);
        Assert.Equal(0xDB, talk.Session.Confirm(step.Octets).Span[0]); // it has no ciphered tag of its own
    }

    internal static Conversation Open(DlmsMeterPlan plan, AssociationSettings settings)
    {
        var talk = new Conversation(plan, settings);
        Assert.Null(talk.Associate());
        return talk;
    }
}
