using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.Host;

namespace Unit.Properties.Dlms.Attacks;

/// <summary>Answers, questions and segments that never end: each is given up after a counted number of steps, and holds no more than its bound.</summary>
public class EndlessAttackTests
{
    private static readonly byte[] Accepted = Convert.FromHexString("6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F040000501F01F40007");
    private static readonly AttributeDescriptor Profile = new(7, new Obis(1, 0, 99, 1, 0, 255), 2);

    [Theory]
    [InlineData(0, 5)] // empty blocks: the fifth is refused
    [InlineData(1, 257)] // one octet each: no profile takes so many questions
    [InlineData(7, 257)]
    [InlineData(200, 330)] // full blocks end at the bound of the procedure
    public void Blocks_of_a_GET_that_never_ends_are_given_up(int raw, int most)
    {
        var session = Associated();
        var get = new GetProcedure(Profile, null, 64 * 1024);
        session.Start(get);
        AssertGivenUp(session, get, most, number => [0xC4, 2, 0xC1, 0, .. Number(number), 0, .. Length(raw), .. new byte[raw]]);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 257)]
    public void Blocks_of_an_ACTION_that_never_ends_are_given_up(int raw, int most)
    {
        var session = Associated();
        var action = new ActionProcedure(new AttributeDescriptor(1, new Obis(0, 0, 96, 1, 0, 255), 1), null);
        session.Start(action);
        AssertGivenUp(session, action, most, number => [0xC7, 2, 0xC1, 0, .. Number(number), .. Length(raw), .. new byte[raw]]);
    }

    [Theory]
    [InlineData(0, 0x01, 18)] // each passes the turn: sixteen turns without progress
    [InlineData(1, 0x01, 257)]
    [InlineData(1, 0x41, 257)] // streaming
    public void General_blocks_that_never_end_are_given_up(int raw, byte control, int most)
    {
        var session = Associated();
        var get = new GetProcedure(Profile);
        session.Start(get);
        AssertGivenUp(session, get, most, number => [0xE0, control, (byte)(number >> 8), (byte)number, 0, 0, .. Length(raw), .. new byte[raw]]);
    }

    [Fact]
    public void A_block_that_comes_for_ever_again_asks_nothing_and_holds_nothing()
    {
        var session = Associated();
        var get = new GetProcedure(Profile);
        session.Start(get);
        byte[] first = [0xC4, 2, 0xC1, 0, 0, 0, 0, 1, 0, 1, 7];
        Assert.Equal(SessionMove.Ask, session.Take(first).Move);
        var asked = 0;
        Weight.MustBeBounded(first.Length * 10_000, () =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                asked += session.Take(first).Move == SessionMove.Ignored ? 0 : 1;
            }
        }, "a repeated block");
        Assert.Equal(0, asked);
    }

    [Fact]
    public void A_block_number_that_jumps_is_the_end()
    {
        var session = Associated();
        var get = new GetProcedure(Profile);
        session.Start(get);
        Assert.Equal(SessionMove.Failed, session.Take(new byte[] { 0xC4, 2, 0xC1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 1, 7 }).Move);
        Assert.Contains("block 4294967295", get.Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(100, 42)] // 4,096 octets and the header
    public void Segments_that_never_end_take_the_link_down(int octets, int most)
    {
        var (client, server) = (HdlcAddress.Of(16), HdlcAddress.Of(1));
        var link = new HdlcClientLink(client, server, HdlcParameters.Default, HdlcTiming.Default, 4096);
        link.Connect(TimeSpan.Zero);
        link.Take(new HdlcFrame(client, server, HdlcControl.UnnumberedAcknowledge, false, default), TimeSpan.Zero);
        link.Send(new byte[20], TimeSpan.Zero);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var frames = 0;
        for (; link.State == HdlcLinkState.Waiting && frames < 100_000; frames++)
        {
            link.Take(new HdlcFrame(client, server, HdlcControl.Information(frames & 7, 1, poll: true), true, new byte[octets]), TimeSpan.Zero);
            link.TakeOutput();
        }

        Assert.Equal((HdlcLinkState.Disconnected, HdlcLinkEnd.BadMessage), (link.State, link.End));
        Assert.InRange(frames, 2, most);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (16L * frames * (octets + 10)) + (64 * 1024));
    }

    [Fact]
    public void A_question_in_blocks_that_never_ends_costs_the_host_its_bound()
    {
        var host = new HostAssociation(new LogicalDevice(), new HostClient(16, 0, false, default, _ => AccessRight.All, IsPreEstablished: true), new HostOptions(), null);
        host.Answer(Convert.FromHexString("C102C100010000600100FF0200000000000100"));
        var (said, taken) = (0L, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (uint number = 2; number < 4_000; number++)
        {
            byte[] block = [0xC1, 3, 0xC1, 0, .. Number(number), 0x81, 200, .. new byte[200]];
            said += block.Length;
            var answer = host.Answer(block);
            Assert.NotNull(answer);
            taken += answer is [0xC5, 2, ..] ? 1 : 0; // it asks for the next one
        }

        Assert.InRange(taken, 1_000, (256 * 1024 / 200) + 1);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * said);
    }

    private static void AssertGivenUp(ClientSession session, Procedure procedure, int most, Func<uint, byte[]> block)
    {
        var (said, before, number) = (0L, GC.GetAllocatedBytesForCurrentThread(), 1u);
        for (; !procedure.IsDone && number < 100_000; number++)
        {
            var octets = block(number);
            said += octets.Length;
            session.Take(octets);
        }

        Assert.NotNull(procedure.Fault);
        Assert.InRange(number - 1, 2u, (uint)most);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (16 * said) + (64 * 1024));
    }

    private static ClientSession Associated()
    {
        var session = new ClientSession(AssociationSettings.Public, null, default);
        session.Associate();
        Assert.Equal(SessionMove.Done, session.Take(Accepted).Move);
        return session;
    }

    private static byte[] Number(uint number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];

    private static byte[] Length(int length) => length < 0x80 ? [(byte)length] : [0x81, (byte)length];
}
