using Metering.Driver;
using Metering.Orders;
using Unit.Flows.Usi;

namespace Unit.Flows.Prime;

/// <summary>Orders over 4-32 connections: one request outstanding at the modem, several exchanges above it.</summary>
public class DataTests
{
    private const string One = "404022010203", Two = "404022010204", First = "SIM0000000000001", Second = "SIM0000000000002";

    [Fact]
    public async Task A_register_is_read_over_a_4_32_connection()
    {
        await using var bench = await ConnectedAsync();
        var step = await bench.Read(First);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        var request = bench.Modem.Sent(0x37).First();
        Assert.Equal("3701010123", Convert.ToHexString(request[..5])); // meter's LSAP 1, client 1, address 123
        Assert.True(LongestOffered(request) <= 960, "a meter is offered longer APDUs than the modem can hand over");
    }

    [Fact]
    public async Task The_next_request_goes_out_with_the_confirm_and_not_with_the_answer()
    {
        await using var bench = await ConnectedAsync();
        bench.Modem.Holds = true;
        var (first, second) = (bench.Read(First), bench.Read(Second));
        Assert.True(await bench.UntilAsync(() => bench.Modem.Held == 1));
        await Patience.SettledAsync();
        Assert.Single(bench.Modem.Sent(0x37)); // the other waits for its turn
        bench.Modem.Release(answers: false); // confirmed, and the meter thinks
        Assert.True(await bench.UntilAsync(() => bench.Modem.Held == 1));
        Assert.Equal(2, bench.Modem.Sent(0x37).Select(payload => payload[4]).Distinct().Count());
        bench.Modem.Holds = false;
        bench.Modem.Release();
        Assert.True(await bench.UntilAsync(() => first.IsCompleted || second.IsCompleted));
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => first.IsCompleted && second.IsCompleted, TimeSpan.FromMilliseconds(100))); // who got no answer asks again
        Assert.Equal(0, bench.Modem.Dropped);
        Assert.Equal([OrderState.Done, OrderState.Done], [(await first).State, (await second).State]);
    }

    [Fact]
    public async Task Nothing_is_sent_to_a_modem_whose_queue_is_full()
    {
        await using var bench = await ConnectedAsync();
        bench.Modem.Holds = true;
        var orders = new[] { bench.Read(First), bench.Read(Second) };
        while (!Array.TrueForAll(orders, order => order.IsCompleted))
        {
            Assert.True(await Patience.UntilAsync(() => bench.Modem.Held > 0 || Array.TrueForAll(orders, order => order.IsCompleted)));
            if (bench.Modem.Held > 0)
            {
                bench.Modem.Release();
            }
        }

        Assert.Equal(0, bench.Modem.Dropped);
        Assert.All(orders, order => Assert.Equal(OrderState.Done, order.Result.State));
    }

    [Fact]
    public async Task A_confirm_that_never_comes_is_given_up_and_the_next_has_its_turn()
    {
        await using var bench = await ConnectedAsync();
        var lost = true;
        bench.Modem.Instead = payload => payload[0] == 0x37 && payload[4] == 0x23 && lost ? Lose() : null;
        var (first, second) = (bench.Read(First), bench.Read(Second));
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => first.IsCompleted && second.IsCompleted, TimeSpan.FromMilliseconds(200)));
        Assert.Equal([OrderState.Done, OrderState.Done], [(await first).State, (await second).State]);
        Assert.Contains(bench.Links, link => link.Sentence.Contains("what was sent to address 123 was not confirmed: asking whether the modem is there", StringComparison.Ordinal));
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.Links.Last().Facts!["lostConfirms"] == "1", TimeSpan.FromSeconds(1)));

        IEnumerable<byte[]> Lose()
        {
            lost = false;
            return [];
        }
    }

    [Fact]
    public async Task An_answer_without_a_confirm_is_one()
    {
        await using var bench = await ConnectedAsync();
        bench.Modem.Holds = true;
        var order = bench.Read(First);
        while (!order.IsCompleted)
        {
            Assert.True(await Patience.UntilAsync(() => bench.Modem.Held > 0 || order.IsCompleted));
            if (bench.Modem.Held > 0)
            {
                bench.Modem.Release(confirms: false);
            }
        }

        Assert.Equal(OrderState.Done, (await order).State);
    }

    [Theory]
    [InlineData(0x02, "does not acknowledge", NodeState.Connected)]
    [InlineData(0x80, "MAC failed to send", NodeState.Connected)]
    [InlineData(0x83, "has closed its 4-32 connection", NodeState.Registered)]
    [InlineData(0xC3, "in no connection", NodeState.Registered)]
    public async Task A_failure_is_said_in_a_sentence(byte status, string sentence, NodeState state)
    {
        await using var bench = await ConnectedAsync();
        bench.Modem.Instead = payload => payload[0] == 0x37 ? [[0x39, payload[1], payload[2], payload[3], payload[4], status]] : null;
        var step = await bench.Read(First);
        Assert.Equal((OrderState.Failed, MissReason.NoAnswer), (step.State, step.Why));
        Assert.Contains(sentence, step.Sentence, StringComparison.Ordinal);
        Assert.Contains(First, step.Sentence, StringComparison.Ordinal);
        Assert.True(await bench.UntilAsync(() => bench.Node(One)!.State == state));
    }

    [Fact]
    public async Task A_modem_that_is_busy_for_a_moment_is_asked_again()
    {
        await using var bench = await ConnectedAsync();
        var busy = 2;
        bench.Modem.Instead = payload => payload[0] == 0x37 && busy-- > 0 ? [[0x39, payload[1], payload[2], payload[3], payload[4], 0x82]] : null;
        var order = bench.Read(First);
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => order.IsCompleted, TimeSpan.FromMilliseconds(100)));
        Assert.Equal(OrderState.Done, (await order).State);
    }

    [Fact]
    public async Task A_modem_that_restarts_fails_what_is_under_way_and_everybody_comes_back()
    {
        await using var bench = await ConnectedAsync();
        bench.Modem.Holds = true;
        var (first, second) = (bench.Read(First), bench.Read(Second));
        Assert.True(await bench.UntilAsync(() => bench.Modem.Held == 1));
        bench.Modem.Lists[0x0050].Clear();
        bench.Modem.Lists[0x8250].Clear();
        bench.Modem.Say("4F05 000000000000 00 0000 00 000000 0000 0000");
        Assert.Equal([OrderState.Failed, OrderState.Failed], [(await first).State, (await second).State]);
        Assert.True(await bench.UntilAsync(() => bench.Left.Count() == 2 && bench.IsUp));
        bench.Modem.Release(confirms: false, answers: false);
        bench.Modem.Holds = false;
        bench.Modem.Happens(0, One);
        bench.Modem.Joins(One, 0x300, First);
        bench.Modem.Meters[0x300] = bench.Modem.Meters[0x123];
        bench.Modem.Meters[0x300].Drop();
        Assert.True(await bench.UntilAsync(() => bench.Joined.Count(meter => meter == First) == 2));
        var again = await bench.Read(First);
        Assert.True(again.State == OrderState.Done, again.Sentence);
    }

    [Fact]
    public async Task A_meter_that_comes_back_under_another_address_is_read_there()
    {
        await using var bench = await ConnectedAsync();
        Assert.Equal(OrderState.Done, (await bench.Read(First)).State);
        bench.Modem.Meters[0x155] = bench.Modem.Meters[0x123];
        bench.Modem.Meters[0x155].Drop();
        bench.Modem.Meters.Remove(0x123);
        bench.Modem.Happens(0, One, sid: 0, lnid: 44);
        bench.Modem.Joins(One, 0x155, First);
        Assert.True(await bench.UntilAsync(() => bench.Node(One) is { Address: "155", State: NodeState.Connected }));
        var again = await bench.Read(First);
        Assert.True(again.State == OrderState.Done, again.Sentence);
        Assert.Equal(0x55, bench.Modem.Sent(0x37).Last()[4]);
    }

    [Fact]
    public async Task Garbage_on_the_line_costs_nothing()
    {
        await using var bench = await ConnectedAsync();
        var random = new Random(4711);
        for (var i = 0; i < 20; i++)
        {
            var garbage = new byte[random.Next(1, 200)];
            random.NextBytes(garbage);
            await bench.Modem.Line!.Modem.WriteAsync(garbage);
            await bench.Modem.Line.Modem.WriteAsync(ModemLine.Frame(0x30, 0x7A, 1, 2));
            Assert.Equal(OrderState.Done, (await bench.Read(i % 2 == 0 ? First : Second)).State);
        }

        Assert.Null(bench.Ended);
    }

    [Fact]
    public async Task A_port_that_is_unplugged_ends_the_run_and_fails_what_is_under_way()
    {
        await using var bench = await ConnectedAsync();
        bench.Modem.Holds = true;
        var order = bench.Read(First);
        Assert.True(await bench.UntilAsync(() => bench.Modem.Held == 1));
        await bench.Modem.Line!.Modem.CompleteAsync(new IOException("/dev/plc is gone: the far end closed"));
        Assert.True(await Patience.UntilAsync(() => bench.Ended is not null));
        Assert.Contains("/dev/plc is gone", bench.Ended, StringComparison.Ordinal);
        Assert.Equal(OrderState.Failed, (await order).State);
        Assert.Equal(2, bench.Left.Count());
        Assert.Equal(NodeState.Gone, bench.Node(One)!.State);
    }

    [Fact]
    public async Task A_modem_that_hangs_is_reset_and_its_network_read_again()
    {
        await using var bench = await ConnectedAsync();
        var hangs = true;
        bench.Modem.Instead = payload => payload[0] == 0x2B ? Wake() : hangs ? [] : null;
        var order = bench.Read(First);
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => !hangs && bench.IsUp && order.IsCompleted, TimeSpan.FromMilliseconds(250)));
        Assert.Contains((await order).State, new[] { OrderState.Failed, OrderState.Done }); // it was given up, or it waited long enough
        Assert.Contains(bench.Links, link => link is { State: LinkState.Stalled } && link.Sentence.Contains("resetting it", StringComparison.Ordinal));
        Assert.Equal(OrderState.Done, (await bench.Read(First)).State);
        Assert.Equal(1, bench.Modem.Opened);

        IEnumerable<byte[]> Wake()
        {
            hangs = false;
            return [[0x2C, 0]];
        }
    }

    /// <summary>Two meters that are expected, connected and without security.</summary>
    private static async Task<PrimeBench> ConnectedAsync()
    {
        var bench = new PrimeBench();
        bench.Expected.With(First, One).With(Second, Two);
        bench.Modem.Meters[0x123] = bench.Meter(1);
        bench.Modem.Meters[0x124] = bench.Meter(2);
        bench.Modem.Lists[0x0050].AddRange([ScriptedModem.Registered(One, 1, 0xFF, 0, 0), ScriptedModem.Registered(Two, 2, 0xFF, 0, 0)]);
        bench.Modem.Lists[0x8250].AddRange([ScriptedModem.Connected(0x123, First, One), ScriptedModem.Connected(0x124, Second, Two)]);
        await bench.UpAsync();
        Assert.True(await bench.UntilAsync(() => bench.Joined.Count() == 2));
        return bench;
    }

    /// <summary>client-max-receive-pdu-size of the InitiateRequest in an AARQ: its last two octets.</summary>
    private static int LongestOffered(byte[] request) => (request[^3] << 8) | request[^2];
}
