using Metering;
using Metering.Driver;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>The driver reads a simulated meter over datagrams, and over a network that spoils them.</summary>
public class UdpTests
{
    private static readonly Obis Load = Obis.Parse("1-0:99.1.0*255");
    private const byte AssociationRequest = 0x60, GlobalGet = 0xC8, GlobalAction = 0xCB;
    private static readonly byte[] CannotDecipher = [0, 1, 0, 1, 0, 1, 0, 3, 0xD8, 1, 5];
    private static readonly DateTime From = new(2026, 11, 22, 0, 0, 0, DateTimeKind.Utc);

    public static TheoryData<byte, int> SuitesAndSeeds => [.. Enumerable.Range(0, 3).SelectMany(suite => Enumerable.Range(1, 4).Select(seed => ((byte)suite, seed)))];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_profile_arrives_as_it_is_stored(byte suite)
    {
        DatagramWire? wire = null;
        await using var bench = Bench(suite, (meter, clock) => wire = new DatagramWire(meter, clock));
        Assert.True(await bench.ListeningAsync());
        await MustReadAsync(bench, tries: 1);
        Assert.True(wire!.Sent.Count > 20);
        Assert.Equal(wire.Counters.Distinct().Order(), wire.Counters);
    }

    [Theory]
    [MemberData(nameof(SuitesAndSeeds))]
    public async Task Lost_doubled_and_overtaken_datagrams_cost_time_and_nothing_else(byte suite, int seed)
    {
        var wires = new List<DatagramWire>();
        await using var bench = Bench(suite, (meter, clock) =>
        {
            wires.Add(new DatagramWire(meter, clock, (seed * 1000) + wires.Count) { Loss = 0.08, Doubling = 0.08, LongestDelay = TimeSpan.FromSeconds(5) });
            return wires[^1];
        });
        await MustListenAsync(bench);
        await MustReadAsync(bench, tries: 5);
        Assert.True(wires.Sum(wire => wire.Lost) > 2 && wires.Sum(wire => wire.Doubled) > 2 && wires.Sum(wire => wire.Overtaken) > 2, $"seed {seed}: nothing was spoiled");
        var counters = wires.SelectMany(wire => wire.Counters).ToList();
        Assert.Equal(counters.Distinct().Order(), counters);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Without_ciphering_too(int seed)
    {
        DatagramWire? wire = null;
        await using var bench = new DriverBench(
            new DlmsMeterPlan(3, 7, 0, false, LongestPdu: 240), change: options => options with { Port = "udp://meter" },
            port: (meter, clock) => wire = new DatagramWire(meter, clock, seed) { Loss = 0.08, Doubling = 0.08, LongestDelay = TimeSpan.FromSeconds(3) });
        await MustListenAsync(bench);
        await MustReadAsync(bench, tries: 5);
        Assert.True(wire!.Lost + wire.Doubled > 2);
    }

    [Fact]
    public async Task An_association_whose_release_got_lost_is_ended_and_made_anew()
    {
        var wires = new List<DatagramWire>();
        await using var bench = Bench(0, (meter, clock) =>
        {
            wires.Add(new DatagramWire(meter, clock) { Instead = datagram => datagram[3] == 1 && datagram[8] == 0x62 && wires.Count == 1 ? [] : null });
            return wires[^1];
        });
        Assert.True(await bench.ListeningAsync());
        await MustReadAsync(bench, tries: 1);
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => wires[0].Sent[^1][8] == 0x62 && bench.Clock.GetUtcNow().Minute > 9, TimeSpan.FromMilliseconds(500)));
        await MustReadAsync(bench, tries: 1);
        Assert.Equal(2, wires.Count);
    }

    [Fact]
    public async Task What_may_change_the_meter_is_sent_once_and_then_unknown()
    {
        var sets = 0;
        await using var bench = new DriverBench(
            new DlmsMeterPlan(3, 7, 0, false), change: options => options with { Port = "udp://meter" },
            port: (meter, clock) => new DatagramWire(meter, clock) { Instead = datagram => datagram[8] == (byte)ApduTag.SetRequest && ++sets > 0 ? [] : null });
        Assert.True(await bench.ListeningAsync());
        var began = bench.Clock.GetUtcNow();
        var step = await bench.OrderAsync(OrderKind.Write, new WriteOrder(new CosemTarget(8, Obis.Parse("0-0:1.0.0*255"), 3), new DataWriter().Int16(-60).ToArray()).ToPayload());
        Assert.Equal((OrderState.Unknown, 1), (step.State, sets));
        Assert.True(bench.Clock.GetUtcNow() - began > TimeSpan.FromSeconds(14));
    }

    [Fact]
    public async Task What_others_send_ends_nothing()
    {
        DatagramWire? wire = null;
        await using var bench = Bench(0, (meter, clock) =>
        {
            wire = new DatagramWire(meter, clock);
            wire.Instead = _ =>
            {
                wire.Forge([1, 2, 3]);
                wire.Forge([0, 1, 0, 1, 0, 1, 0, 9, 0xD8]);
                wire.Forge([0, 1, 0, 1, 0, 1, 0, 3, 0xD8, 1, 5]);
                wire.Forge([0, 1, 0, 1, 0, 1, 0, 7, 0xD8, 1, 6, 0, 0, 0, 1]);
                wire.Forge([0, 1, 0, 1, 0, 1, 0, 4, 0xC4, 1, 0xC1, 0]);
                wire.Forge([0, 1, 0, 1, 0, 1, 0, 25, 0xCC, 23, 0x30, 0, 0, 0, 200, .. new byte[18]]);
                wire.Forge([0, 1, 0, 1, 0, 9, 0, 3, 0xD8, 1, 1]);
                return null;
            };
            return wire;
        });
        Assert.True(await bench.ListeningAsync());
        await MustReadAsync(bench, tries: 1);
    }

    [Fact]
    public async Task A_meter_that_gives_no_block_twice_is_read_from_the_beginning()
    {
        byte[] before = [];
        var (lost, refused) = (0, 0);
        await using var bench = new DriverBench(
            new DlmsMeterPlan(3, 7, 0, false, LongestPdu: 240), change: options => options with { Port = "udp://meter" },
            port: (meter, clock) => new DatagramWire(meter, clock)
            {
                Instead = datagram =>
                {
                    var again = datagram.SequenceEqual(before);
                    before = datagram;
                    if (Pdu.Read(datagram.AsMemory(8), out _) is not GetRequest.Next { Block: 7 } next || (lost > 2 && !again))
                    {
                        return null;
                    }

                    if (!again)
                    {
                        lost++;
                        return [];
                    }

                    refused++;
                    var answer = new GetResponse.WithDatablock(next.Id, true, next.Block, default, 19).ToOctets();
                    return [[0, 1, 0, 1, 0, 1, 0, (byte)answer.Length, .. answer]];
                },
            });
        Assert.True(await bench.ListeningAsync());
        await MustReadAsync(bench, tries: 1);
        Assert.Equal((3, 3), (lost, refused));
    }

    [Fact]
    public async Task A_meter_that_floods_with_what_answers_nothing_is_given_up()
    {
        var flood = false;
        await using var bench = Bench(0, (meter, clock) => new DatagramWire(meter, clock)
        {
            Instead = _ => flood ? Enumerable.Repeat<byte[]>([0, 1, 0, 1, 0, 1, 0, 3, 0xD8, 1, 5], 300) : null,
        });
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(ReadOrder.Registers)).State);
        flood = true;
        var step = await bench.ReadAsync(ReadOrder.Registers);
        Assert.Equal(OrderState.Failed, step.State);
        Assert.Contains("answers no question", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_meter_is_told_with_what_came_instead()
    {
        var silent = false;
        await using var bench = Bench(0, (meter, clock) => new DatagramWire(meter, clock) { Instead = _ => silent ? [[0, 1, 0, 1, 0, 1, 0, 3, 0xD8, 1, 5]] : null });
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(ReadOrder.Registers)).State);
        silent = true;
        var step = await bench.ReadAsync(ReadOrder.Registers);
        Assert.Contains("could not decipher", step.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_association_that_the_meter_dropped_is_made_anew_within_the_order_and_no_key_is_doubted(bool cannotDecipher)
    {
        DatagramWire? wire = null;
        await using var bench = Bench(0, (meter, clock) => wire = new DatagramWire(meter, clock), MeterFault.LocksAfterThreeBadTags);
        Assert.True(await bench.ListeningAsync());
        await MustReadAsync(bench, tries: 1);
        bench.Meter.Drop();
        var (before, refused) = (wire!.Sent.Count, 0);
        wire.Instead = datagram => cannotDecipher && datagram[8] == GlobalGet && refused++ == 0 ? [CannotDecipher] : null;
        await MustReadAsync(bench, tries: 1);
        Assert.Equal(0, bench.Meter.Keys.BadTags);
        var sent = wire.Sent.Skip(before).Select(datagram => datagram[8]).ToList();
        Assert.Equal([GlobalGet, AssociationRequest, GlobalAction, GlobalGet], sent.Take(4)); // asked once in the old one, and from the beginning in the new one
    }

    [Fact]
    public async Task A_key_that_somebody_changed_while_the_association_stood_is_not_tried_until_the_meter_locks_itself()
    {
        await using var bench = Bench(0, (meter, clock) => new DatagramWire(meter, clock), MeterFault.LocksAfterThreeBadTags);
        Assert.True(await bench.ListeningAsync());
        await MustReadAsync(bench, tries: 1);
        (bench.Keys.Wrong, bench.Meter.Keys.Guek) = (bench.Meter.Keys.Guek, new byte[16]);
        bench.Meter.Drop();
        for (var order = 0; order < 4; order++)
        {
            var step = await bench.ReadAsync(ReadOrder.Registers);
            Assert.Contains(order < 2 ? "wrong" : "was refused 2 times", step.Sentence, StringComparison.Ordinal);
        }

        Assert.Equal(2, bench.Meter.Keys.BadTags);
    }

    [Fact]
    public async Task A_meter_that_drops_every_association_at_once_costs_its_order()
    {
        DatagramWire? wire = null;
        await using var bench = Bench(0, (meter, clock) => wire = new DatagramWire(meter, clock));
        Assert.True(await bench.ListeningAsync());
        await MustReadAsync(bench, tries: 1);
        var before = wire!.Sent.Count;
        wire.Instead = datagram => datagram[8] == GlobalGet ? [CannotDecipher] : null;
        var step = await bench.ReadAsync(ReadOrder.Registers);
        Assert.Equal((OrderState.Failed, MissReason.Refused), (step.State, step.Why));
        Assert.Contains("could not decipher", step.Sentence, StringComparison.Ordinal);
        Assert.Equal(2, wire.Sent.Skip(before).Count(datagram => datagram[8] == GlobalGet));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wrong_key_is_tried_once_an_order_and_then_spared_also_where_the_meter_only_says_that_it_cannot_decipher(bool cannotDecipher)
    {
        var asked = 0;
        await using var bench = Bench(
            0, (meter, clock) => new DatagramWire(meter, clock) { Instead = datagram => datagram[8] == AssociationRequest && datagram[3] == 1 && ++asked > 0 && cannotDecipher ? [CannotDecipher] : null });
        bench.Keys.Wrong = new byte[16];
        Assert.True(await bench.ListeningAsync());
        for (var order = 1; order <= 4; order++)
        {
            var step = await bench.ReadAsync(ReadOrder.Registers);
            Assert.Equal((OrderState.Failed, MissReason.WrongKey), (step.State, step.Why));
            Assert.Equal(Math.Min(order, 2), asked);
        }
    }

    [Theory]
    [InlineData(9u, true)]
    [InlineData(10u, true)]
    [InlineData(11u, false)]
    public void An_exception_about_the_counter_is_an_echo_unless_the_counter_is_really_behind(uint expected, bool echo)
    {
        var talk = new Conversation(new DlmsMeterPlan(1, 7), Conversation.Management() with { IsOverDatagrams = true });
        Assert.Null(talk.Associate());
        while (talk.Session.Security!.LastUsed < 8)
        {
            Assert.Null(talk.Get(3, Obis.Parse("1-0:1.8.0*255"), 2).Error);
        }

        talk.Session.Start(new GetProcedure(new AttributeDescriptor(3, Load, 2)));
        var step = talk.Session.Take(new ExceptionResponse(1, 6, expected).ToOctets());
        Assert.Equal(echo ? SessionMove.Ignored : SessionMove.Failed, step.Move);
    }

    private static DriverBench Bench(byte suite, Func<DlmsMeter, Microsoft.Extensions.Time.Testing.FakeTimeProvider, DatagramWire> wire, params MeterFault[] faults) =>
        new(new DlmsMeterPlan(3, 7, 5, true, suite, LongestPdu: 240, Faults: faults.Aggregate(default(MeterFault), (all, one) => all | one)), change: options => options with { Port = "udp://meter" }, port: wire);

    /// <summary>The first look at a meter may fail on such a network; the supervisor would open the driver again.</summary>
    private static async Task MustListenAsync(DriverBench bench)
    {
        Assert.True(await bench.ListeningAsync());
        Assert.Null(bench.Ended);
    }

    private static async Task MustReadAsync(DriverBench bench, int tries)
    {
        OrderStep? step = null;
        for (; tries > 0; tries--)
        {
            step = await bench.ReadAsync("load-profile", From, From.AddDays(1));
            if (step.State == OrderState.Done)
            {
                break;
            }
        }

        Assert.True(step!.State == OrderState.Done, step.Sentence);
        var block = step.Block!;
        var stored = bench.Meter.Profiles.First(profile => profile.Name == Load).Rows.Where(row => row.At >= From && row.At <= From.AddDays(1)).ToList();
        Assert.Equal(97, stored.Count);
        Assert.Equal(stored.Select(row => $"{bench.Meter.Name}/{Load}/{row.At:yyyy-MM-ddTHH:mm}Z/0"), Enumerable.Range(0, block.Rows.Length).Select(block.KeyOf));
        Assert.Equal(stored.SelectMany(row => row.Values).Select(value => (Int128)value.Number), Enumerable.Range(0, block.Rows.Length).SelectMany(row => block.ValuesOf(row).ToArray().Select(value => value.Mantissa)));
    }
}
