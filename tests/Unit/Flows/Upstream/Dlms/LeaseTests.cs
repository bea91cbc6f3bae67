using System.Text;
using Metering.Driver;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Unit.Flows.Dlms;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>Whose turn it is at a meter that allows one association while head-ends speak with it: a breaker goes between two exchanges, reads of the box wait, and head-ends have it one after another.</summary>
public class LeaseTests
{
    private const string Energy = "1-0:1.8.0*255";
    private static readonly byte[] Get = Convert.FromHexString("C001C100080000010000FF0200");
    private static readonly byte[] Release = [0x62, 0x03, 0x80, 0x01, 0x00], Released = [0x63, 0x03, 0x80, 0x01, 0x00], Busy = [0xD8, 1, 3];

    [Requirement("F4", "I-G2")]
    [Theory]
    [InlineData("wrapper", 1)]
    [InlineData("wrapper", 2)]
    [InlineData("hdlc", 2)]
    [InlineData("datagrams", 1)]
    [InlineData("datagrams", 2)]
    public async Task A_breaker_goes_between_two_exchanges_of_a_lease_and_the_head_end_has_the_meter_again(string link, int client)
    {
        await using var field = Field(link);
        await using var bench = await PassingTests.OpenAsync(field);
        var headEnd = bench.Connect();
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        var (session, prefix) = (ToMeter(field, client, 5000), Prefix(field));
        Assert.Null(await PassingTests.Settled(field, headEnd.AssociateAsync(session, prefix)));
        Assert.Null((await PassingTests.Settled(field, headEnd.GetAsync(session, 3, Energy, 2, prefix: prefix))).Error);
        var before = field.Clock.GetUtcNow();
        var opened = await field.OrderAsync(OrderKind.Disconnect, new BreakerOrder().ToPayload());
        Assert.True(opened.State == OrderState.Done, opened.Sentence);
        Assert.Equal(0, field.Meter.Part<Breaker>()!.Control.State);
        Assert.InRange((field.Clock.GetUtcNow() - before).TotalSeconds, 0, 10); // and not after the lease
        var held = await field.ReadAsync(Energy);
        Assert.Equal((OrderState.Failed, MissReason.HeldByPassThrough), (held.State, held.Why)); // the head-end still has it
        var again = ToMeter(field, client, 20_000); // its association is over: it makes another one, and needs nobody's leave
        Assert.Null(await PassingTests.Settled(field, headEnd.AssociateAsync(again, prefix)));
        Assert.Null((await PassingTests.Settled(field, headEnd.GetAsync(again, 3, Energy, 2, prefix: prefix))).Error);
        Assert.Null(await PassingTests.Settled(field, headEnd.RunAsync(again, again.Release(), prefix)));
        var after = await field.ReadAsync(Energy);
        Assert.True(after.State == OrderState.Done, after.Sentence);
        Assert.Equal((0, 0), (field.Meter.Keys.Repeated, field.Meter.Keys.BadTags));
    }

    [Theory]
    [InlineData("wrapper")]
    [InlineData("hdlc")]
    [InlineData("datagrams")]
    public async Task After_ten_minutes_the_next_head_end_associates_though_the_one_before_never_released_the_meter(string link)
    {
        await using var field = Field(link);
        await using var bench = await PassingTests.OpenAsync(field);
        var (one, other) = (bench.Connect(), bench.Connect());
        Assert.Null(await one.AssociateAsync(bench.Session()));
        Assert.Null(await other.AssociateAsync(bench.Session(first: 1000)));
        var (theirs, prefix) = (ToMeter(field, 2, 5000), Prefix(field));
        Assert.Null(await PassingTests.Settled(field, one.AssociateAsync(theirs, prefix)));
        for (var seconds = 20; seconds < 600; seconds += 20)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(20));
            Assert.Null((await PassingTests.Settled(field, one.GetAsync(theirs, 3, Energy, 2, prefix: prefix))).Error);
            Assert.Equal(Busy, await other.AskAsync(2, 1, prefix.Wrap(Get)));
        }

        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(Busy, await one.AskAsync(2, 1, prefix.Wrap(Get)));
        var mine = ToMeter(field, 2, 9000);
        Assert.Null(await PassingTests.Settled(field, other.AssociateAsync(mine, prefix)));
        Assert.Null((await PassingTests.Settled(field, other.GetAsync(mine, 3, Energy, 2, prefix: prefix))).Error);
    }

    [Fact]
    public async Task Head_ends_have_a_meter_in_the_order_in_which_they_asked()
    {
        await using var bench = new NorthBench(desk: new AnsweringDesk());
        bench.Join("SIM0000000000009");
        var ends = await ManyAsync(bench, 3);
        await IsAsync(ends[0], true);
        await IsAsync(ends[1], false);
        await IsAsync(ends[2], false);
        await IsAsync(ends[0], true, releases: true);
        await IsAsync(ends[2], false);
        await IsAsync(ends[0], false); // who had it is behind those who waited
        await IsAsync(ends[1], true, releases: true);
        await IsAsync(ends[0], false);
        bench.Clock.Advance(TimeSpan.FromSeconds(31)); // the one that is next asks no more
        await IsAsync(ends[0], true);
        await IsAsync(ends[2], false);
    }

    [Fact]
    public async Task One_that_never_stops_is_behind_the_one_that_waits_after_ten_minutes()
    {
        await using var bench = new NorthBench(desk: new AnsweringDesk());
        bench.Join("SIM0000000000009");
        var ends = await ManyAsync(bench, 2);
        await IsAsync(ends[0], true);
        for (var seconds = 20; seconds < 600; seconds += 20)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(20));
            await IsAsync(ends[0], true);
            await IsAsync(ends[1], false);
        }

        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        await IsAsync(ends[0], false);
        await IsAsync(ends[1], true);
        await IsAsync(ends[0], false);
    }

    private static async Task<List<HeadEnd>> ManyAsync(NorthBench bench, int count)
    {
        var all = new List<HeadEnd>();
        for (var i = 0u; i < count; i++)
        {
            all.Add(bench.Connect());
            Assert.Null(await all[^1].AssociateAsync(bench.Session(first: 1 + (1000 * i))));
        }

        return all;
    }

    /// <summary>It is answered by the meter, or told that somebody else has it.</summary>
    private static async Task IsAsync(HeadEnd one, bool hasIt, bool releases = false)
    {
        var answer = await one.AskAsync(1, 1, new Gateway(false, 0, "SIM0000000000009"u8.ToArray(), releases ? Release : Get).ToOctets());
        Assert.True(hasIt ? answer is [0xE7, ..] : answer.AsSpan().SequenceEqual(Busy), Convert.ToHexString(answer!));
    }

    private static DriverBench Field(string link) => new(
        new DlmsMeterPlan(3, 7) { BreakerTakes = TimeSpan.FromSeconds(5), Associations = 1 }, link == "hdlc" ? new MeterHdlcPlan() : null,
        port: link == "datagrams" ? (meter, clock) => new DatagramWire(meter, clock) : null);

    private static ClientSession ToMeter(DriverBench field, int client, uint first)
    {
        var keys = client == 2 ? field.Meter.ReadingKeys : field.Meter.Keys;
        return HeadEnd.Session(keys.Guek, keys.Gak, first: first, settings: new AssociationSettings { Client = client, Mechanism = AuthenticationMechanism.Gmac, IsCiphered = true });
    }

    private static GatewayPrefix Prefix(DriverBench field) => new(0, Encoding.ASCII.GetBytes(field.Meter.Name));

    /// <summary>Every meter answers, and releases who asks for it.</summary>
    private sealed class AnsweringDesk : Concentrator.Ports.IOrderDesk
    {
        public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            await Task.Yield();
            yield return new OrderStep(OrderState.Done, "", null, PassThroughOrder.Parse(order.Payload).Apdu is { IsEmpty: false } apdu && apdu.Span.SequenceEqual(Release) ? Released : (byte[])[0xC4]);
        }
    }
}
