using System.Security.Cryptography;
using System.Threading.Channels;
using Concentrator.Field;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Simulation.Dlms;
using Unit.Flows.Dlms;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>Head-ends that speak with meters through the box: the simulated meter is the judge of what came through.</summary>
public class PassingTests
{
    private const string Energy = "1-0:1.8.0*255";

    [Requirement("I-G2")]
    [Theory]
    [InlineData(false, 1, MeterFault.None)]
    [InlineData(true, 1, MeterFault.None)]
    [InlineData(false, 2, MeterFault.None)]
    [InlineData(false, 2, MeterFault.OneCounterForAll)]
    [InlineData(true, 2, MeterFault.OneCounterForAll)]
    public async Task A_ciphered_register_is_read_end_to_end_and_the_box_reads_on_before_and_after(bool overHdlc, int client, MeterFault fault)
    {
        var behind = 0;
        await using var field = overHdlc ? new DriverBench(new DlmsMeterPlan(3, 7, Faults: fault), new MeterHdlcPlan()) : new DriverBench(new DlmsMeterPlan(3, 7, Faults: fault), wire: meter => new MeterLink(meter, null)
        {
            Replacing = answer =>
            {
                behind += answer is [0xD8, _, 6, ..] ? 1 : 0;
                return answer;
            },
        });
        await using var bench = await OpenAsync(field);
        var before = await field.ReadAsync(Energy);
        Assert.True(before.State == OrderState.Done, before.Sentence); // the box's own association is open now, and the meter allows one
        var headEnd = bench.Connect();
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        var keys = client == 2 ? field.Meter.ReadingKeys : field.Meter.Keys;
        var settings = new AssociationSettings { Client = client, Mechanism = Protocols.Dlms.Security.AuthenticationMechanism.Gmac, IsCiphered = true };
        var (session, prefix) = (HeadEnd.Session(keys.Guek, keys.Gak, first: 5000, settings: settings), Prefix(field));
        Assert.Null(await Settled(field, headEnd.AssociateAsync(session, prefix)));
        var got = await Settled(field, headEnd.GetAsync(session, 3, Energy, 2, prefix: prefix));
        Assert.Null(got.Error);
        var held = await field.ReadAsync(Energy);
        Assert.Equal((OrderState.Failed, MissReason.HeldByPassThrough), (held.State, held.Why));
        Assert.Contains("held by pass-through of scada", held.Sentence, StringComparison.Ordinal);
        Assert.Null(await Settled(field, headEnd.RunAsync(session, session.Release(), prefix)));
        var after = await field.ReadAsync(Energy); // the head-end used the counter of the box's own client far ahead: it is asked for before the box speaks
        Assert.True(after.State == OrderState.Done, after.Sentence);
        Assert.Equal((0, 0), (behind, field.Meter.Keys.Repeated));
        Assert.Equal(0, field.Meter.Keys.BadTags);
        Assert.Contains(bench.Told, one => one.What == DoorEventKind.PassThroughEnded && one.Sentence.Contains("the head-end released", StringComparison.Ordinal) && one.Sentence.Contains("chain", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_load_profile_comes_through_in_general_blocks()
    {
        await using var field = new DriverBench(new DlmsMeterPlan(3, 7, LongestPdu: 300) { PrefersGeneralBlocks = true });
        await using var bench = await OpenAsync(field);
        var headEnd = bench.Connect();
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        var settings = new AssociationSettings { Client = 1, Mechanism = Protocols.Dlms.Security.AuthenticationMechanism.Gmac, IsCiphered = true, PrefersGeneralBlocks = true };
        var (session, prefix) = (HeadEnd.Session(field.Meter.Keys.Guek, field.Meter.Keys.Gak, settings: settings), Prefix(field));
        Assert.Null(await Settled(field, headEnd.AssociateAsync(session, prefix)));
        var rows = await Settled(field, headEnd.GetAsync(session, 7, "1-0:99.1.0*255", 2, prefix: prefix));
        Assert.Null(rows.Error);
        Assert.True(rows.Data.Length > 3000);
    }

    [Fact]
    public async Task What_a_head_end_left_open_when_it_went_is_let_go()
    {
        await using var field = new DriverBench(new DlmsMeterPlan(3, 7));
        await using var bench = await OpenAsync(field);
        var headEnd = bench.Connect(out var stream);
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        Assert.Null(await Settled(field, headEnd.AssociateAsync(HeadEnd.Session(field.Meter.Keys.Guek, field.Meter.Keys.Gak), Prefix(field))));
        await stream.DisposeAsync();
        Assert.True(await Patience.UntilAsync(() => bench.IsOut));
        var after = await field.ReadAsync(Energy);
        Assert.True(after.State == OrderState.Done, after.Sentence);
        Assert.Contains(bench.Told, one => one.What == DoorEventKind.PassThroughEnded && one.Sentence.Contains("the head-end went", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_meter_that_does_not_answer_is_told_as_such_and_the_driver_lives_on()
    {
        await using var field = new DriverBench(new DlmsMeterPlan(3, 7));
        await using var bench = await OpenAsync(field);
        var headEnd = bench.Connect();
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        for (var i = 0; i < 4; i++)
        {
            var refused = await Waited(field, headEnd.AssociateAsync(HeadEnd.Session(field.Meter.Keys.Guek, field.Meter.Keys.Gak), Prefix(field), server: 9)); // no such logical device in the meter
            Assert.NotNull(refused);
        }

        Assert.Null(field.Ended);
        Assert.Equal(4, bench.Counted.Unanswered);
        field.Clock.Advance(TimeSpan.FromSeconds(31)); // the head-end may try again, and holds the meter as long as that
        var after = await field.ReadAsync(Energy);
        Assert.True(after.State == OrderState.Done, after.Sentence);
    }

    [Requirement("P5, P6")]
    [Fact]
    public async Task Nobody_passes_who_did_not_prove_himself_or_has_no_right_and_nothing_reaches_the_meter()
    {
        var asked = 0;
        var desk = new CountingDesk(() => asked++);
        await using var bench = new NorthBench(options => options with { PassThrough = ["SIM0000000000003", "LGZ*"] }, desk);
        bench.Join("SIM0000000000003");
        bench.Join("SIM0000000000004");
        var headEnd = bench.Connect();
        byte[] Ask(string meter) => new Gateway(false, 0, System.Text.Encoding.ASCII.GetBytes(meter), Convert.FromHexString("C001C100080000010000FF0200")).ToOctets();
        var get = Ask("SIM0000000000003");
        Assert.Equal([0xD8, 1, 2], await headEnd.AskAsync(16, 1, get));
        Assert.Null(await headEnd.AssociateAsync(new ClientSession(AssociationSettings.Public, null, default)));
        Assert.Equal([0xD8, 1, 2], await headEnd.AskAsync(16, 1, get));
        var session = bench.Session();
        Assert.Null(await headEnd.AssociateAsync(session));
        Assert.Equal([0xD8, 1, 2], await headEnd.AskAsync(16, 1, Ask("SIM0000000000004"))); // no right to this one
        Assert.Equal(0, asked);
        Assert.Equal(0xE7, (await headEnd.AskAsync(16, 1, get))![0]);
        Assert.Equal(1, asked);
        Assert.Null(await headEnd.RunAsync(session, session.Release()));
        Assert.Equal([0xD8, 1, 2], await headEnd.AskAsync(16, 1, get));
        Assert.Equal((1, 4L), (asked, bench.Counted.NotAllowed));
        Assert.Contains(bench.Told, one => one.What == DoorEventKind.PassThroughRefused);
    }

    [Requirement("P1")]
    [Theory]
    [InlineData("C001C100080000010000FF0200", true)] // GET in clear
    [InlineData("601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0", true)] // AARQ
    [InlineData("C101C100080000010000FF020009010 0", false)] // SET in clear
    [InlineData("C301C1000F0000280000FF0101090400000000", true)] // the proof of high level security
    [InlineData("C301C10046000060030AFF01010F00", false)] // a breaker in clear
    [InlineData("D94000000000010200080000010000FF020109010 0", false)] // ACCESS in clear
    [InlineData("0600", false)] // a write by short names
    [InlineData("E0C1000100000DC101C100080000010000FF0200", false)] // SET in clear in a block
    [InlineData("DF000000000004C101C1000140", false)] // SET signed, and in clear
    [InlineData("C81E300123456741 13D3FF935A47566827C467BC597F9FD4FAB3700DBB3BC330", true)] // ciphered
    [InlineData("C91E300123456741 13D3FF935A47566827C467BC597F9FD4FAB3700DBB3BC330", true)] // a SET that is ciphered is the meter's to judge
    [InlineData("C81E700123456741 13D3FF935A47566827C467BC597F9FD4FAB3700DBB3BC330", false)] // under the broadcast key
    [InlineData("E60000C001C100080000010000FF0200", false)] // a prefix in a prefix
    [InlineData("FF00", false)]
    public async Task What_would_change_a_meter_in_clear_is_kept_back(string hex, bool passes)
    {
        var seen = new List<string>();
        var desk = new CountingDesk(() => { }, order => seen.Add(Convert.ToHexString(PassThroughOrder.Parse(order.Payload).Apdu.Span)));
        await using var bench = new NorthBench(desk: desk);
        bench.Join("SIM0000000000003");
        var headEnd = bench.Connect();
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        var octets = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var answer = await headEnd.AskAsync(1, 1, new Gateway(false, 0, "SIM0000000000003"u8.ToArray(), octets).ToOctets());
        Assert.Equal(passes ? [Convert.ToHexString(octets)] : [], seen);
        Assert.Equal(passes ? [0xE7, 0, 16, .. "SIM0000000000003"u8, 0xC4] : [0xD8, 1, 2], answer);
    }

    [Fact]
    public async Task A_meter_is_found_by_name_title_and_EUI_in_its_network_and_nobody_else_is()
    {
        await using var bench = new NorthBench(desk: new CountingDesk(() => { }));
        bench.Join("SIM0000000000007", "plc0", "0080E1010203");
        bench.Join("SIM0000000000009");
        bench.Join("ST-53494D0100002328");
        var headEnd = bench.Connect();
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        async Task<bool> IsFound(byte network, byte[] address)
        {
            var answer = await headEnd.AskAsync(16, 1, new Gateway(false, network, address, Convert.FromHexString("C001C100080000010000FF0200")).ToOctets());
            Assert.True(answer is [0xE7, ..] or [0xD8, 2, 1]);
            return answer![0] == 0xE7;
        }

        Assert.True(await IsFound(0, [.. "SIM0000000000007"u8]));
        Assert.True(await IsFound(1, [.. "SIM0000000000007"u8]));
        Assert.False(await IsFound(2, [.. "SIM0000000000007"u8]));
        Assert.True(await IsFound(1, Convert.FromHexString("0080E1010203")));
        Assert.True(await IsFound(0, Convert.FromHexString("53494D0100002328")));
        Assert.False(await IsFound(1, [.. "SIM0000000000009"u8]));
        Assert.False(await IsFound(0, [.. "SIM0000000000008"u8]));
        Assert.False(await IsFound(0, []));
        bench.Leave("SIM0000000000009");
        Assert.False(await IsFound(0, [.. "SIM0000000000009"u8]));
        Assert.Equal(5, bench.Counted.UnknownMeters);
    }

    [Fact]
    public async Task A_meter_that_one_connection_holds_is_busy_for_the_others_until_it_is_left_alone_for_a_minute()
    {
        await using var bench = new NorthBench(desk: new CountingDesk(() => { }));
        bench.Join("SIM0000000000009");
        var get = new Gateway(false, 0, "SIM0000000000009"u8.ToArray(), Convert.FromHexString("C001C100080000010000FF0200")).ToOctets();
        var (one, other) = (bench.Connect(), bench.Connect());
        Assert.Null(await one.AssociateAsync(bench.Session()));
        Assert.Null(await other.AssociateAsync(bench.Session(first: 100)));
        Assert.Equal(0xE7, (await one.AskAsync(1, 1, get))![0]);
        Assert.Equal([0xD8, 1, 3], await other.AskAsync(1, 1, get));
        bench.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(0xE7, (await other.AskAsync(1, 1, get))![0]);
        Assert.Equal([0xD8, 1, 3], await one.AskAsync(1, 1, get));
        Assert.Equal(2, bench.Counted.Busy);
    }

    [Fact]
    public async Task Meters_are_asked_side_by_side_and_each_of_them_one_after_another()
    {
        var desk = new GatedDesk();
        await using var bench = new NorthBench(desk: desk);
        bench.Join("SIM0000000000001");
        bench.Join("SIM0000000000002");
        var headEnd = bench.Connect();
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        byte[] Ask(string meter) => new Gateway(false, 0, System.Text.Encoding.ASCII.GetBytes(meter), Convert.FromHexString("C001C100080000010000FF0200")).ToOctets();
        await headEnd.SendAsync(1, 1, Ask("SIM0000000000001"));
        await headEnd.SendAsync(1, 1, Ask("SIM0000000000001"));
        await headEnd.SendAsync(1, 1, Ask("SIM0000000000002"));
        Assert.True(await Patience.UntilAsync(() => desk.UnderWay == 2));
        desk.Open("SIM0000000000002");
        Assert.Equal("SIM0000000000002", System.Text.Encoding.ASCII.GetString((await headEnd.ReceiveAsync())!.Value.Apdu.Span[3..19]));
        Assert.Equal(1, desk.UnderWay);
        for (var i = 0; i < 20; i++)
        {
            await headEnd.SendAsync(1, 1, Ask("SIM0000000000001")); // more than waits for one meter: told at once
        }

        Assert.Equal([0xD8, 1, 3], (await headEnd.ReceiveAsync())!.Value.Apdu.ToArray());
        desk.Open("SIM0000000000001");
        var answered = 0;
        for (var i = 0; i < 21; i++)
        {
            answered += (await headEnd.ReceiveAsync())!.Value.Apdu.Span[0] == 0xE7 ? 1 : 0;
        }

        Assert.Equal((16, 1), (answered, desk.MostOfOne));
    }

    [Fact]
    public async Task Other_peoples_prefixed_APDUs_go_through_as_they_are()
    {
        var seen = new List<string>();
        await using var bench = new NorthBench(desk: new CountingDesk(() => { }, order => seen.Add(Convert.ToHexString(PassThroughOrder.Parse(order.Payload).Apdu.Span))));
        bench.Join("0123", "plc0");
        var headEnd = bench.Connect();
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        var rows = 0;
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString() is "gen-gateway" && row.GetProperty("hex").GetString()![..4] == "0001"))
        {
            var octets = Convert.FromHexString(row.GetProperty("hex").GetString()!);
            await headEnd.SendAsync(octets);
            Assert.Equal("E7010430313233C4", Convert.ToHexString((await headEnd.ReceiveAsync())!.Value.Apdu.Span));
            Assert.Equal(Convert.ToHexString(octets.AsSpan(15)), seen[^1]);
            rows++;
            Assert.True(await Patience.UntilAsync(() => bench.Through.Count == rows));
            var passed = bench.Through.Last();
            Assert.Equal(("0123", $"True {octets[15]:X2} {octets.Length - 15} {Convert.ToHexString(SHA256.HashData(octets.AsSpan(15)))} False C4 1"), (passed.Meter.Text, string.Join(' ', passed.Apdus.Select(apdu =>
                apdu.ToMeter ? $"{apdu.ToMeter} {apdu.Tag:X2} {apdu.Octets} {Convert.ToHexString(apdu.Hash.Span)}" : $"{apdu.ToMeter} {apdu.Tag:X2} {apdu.Octets}"))));
        }

        Assert.True(rows >= 2);
    }

    [Fact]
    public async Task A_meter_that_is_not_free_in_time_is_busy_and_what_was_said_is_not_said_to_it_later()
    {
        var desk = new GatedDesk();
        await using var bench = new NorthBench(desk: desk);
        bench.Join("SIM0000000000001");
        var headEnd = bench.Connect();
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        var asking = headEnd.AskAsync(1, 1, new Gateway(false, 0, "SIM0000000000001"u8.ToArray(), Convert.FromHexString("C001C100080000010000FF0200")).ToOctets());
        Assert.True(await Patience.UntilAsync(() => desk.UnderWay == 1));
        var began = bench.Clock.GetTimestamp();
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => asking.IsCompleted, TimeSpan.FromSeconds(1)));
        Assert.Equal([0xD8, 1, 3], await asking);
        Assert.InRange(bench.Clock.GetElapsedTime(began).TotalSeconds, 39, 60);
        Assert.True(desk.WasCancelled);
    }

    private static GatewayPrefix Prefix(DriverBench field) => new(0, System.Text.Encoding.ASCII.GetBytes(field.Meter.Name));

    internal static async Task<NorthBench> OpenAsync(DriverBench field)
    {
        Assert.True(await field.ListeningAsync());
        Assert.Null(field.Ended);
        var reach = new MeterReach();
        reach.Join(MeterId.Parse(field.Meter.Name), field.Driver);
        var bench = new NorthBench(desk: new Dispatcher(reach, Channel.CreateUnbounded<DriverEvent>().Writer), clock: field.Clock);
        reach.Follow(bench.Reached.Take);
        return bench;
    }

    /// <summary>Something that makes the meter work, which answers at once: no time passes.</summary>
    internal static async Task<T> Settled<T>(DriverBench field, Task<T> work)
    {
        var watched = field.UnderWay(() => work);
        Assert.True(await Patience.UntilAsync(() => watched.IsCompleted), "nothing comes back");
        return await watched;
    }

    /// <summary>The same with a meter that does not answer: fake time goes on where everybody waits for it.</summary>
    private static async Task<T> Waited<T>(DriverBench field, Task<T> work)
    {
        var watched = field.UnderWay(() => work);
        Assert.True(await field.Clock.AdvanceUntilAsync(() => watched.IsCompleted, TimeSpan.FromMilliseconds(50)), "nothing comes back");
        return await watched;
    }

    /// <summary>Every meter answers one octet.</summary>
    private sealed class CountingDesk(Action asked, Action<MeterOrder>? seen = null) : IOrderDesk
    {
        public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            await Task.Yield();
            if (!PassThroughOrder.Parse(order.Payload).Ends)
            {
                asked();
                seen?.Invoke(order);
            }

            yield return new OrderStep(OrderState.Done, "", null, (byte[])[0xC4]);
        }
    }

    /// <summary>Meters that answer when they are told to.</summary>
    private sealed class GatedDesk : IOrderDesk
    {
        private readonly Dictionary<string, TaskCompletionSource> _gates = [];
        private readonly Dictionary<string, int> _of = [];
        private readonly Lock _lock = new();

        internal int MostOfOne { get; private set; }

        internal bool WasCancelled { get; private set; }

        internal int UnderWay
        {
            get
            {
                lock (_lock)
                {
                    return _of.Values.Sum();
                }
            }
        }

        internal void Open(string meter) => Gate(meter).TrySetResult();

        public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            lock (_lock)
            {
                _of[order.Meter.Text] = _of.GetValueOrDefault(order.Meter.Text) + 1;
                MostOfOne = Math.Max(MostOfOne, _of[order.Meter.Text]);
            }

            try
            {
                await Gate(order.Meter.Text).Task.WaitAsync(stop);
            }
            catch (OperationCanceledException)
            {
                WasCancelled = true;
                throw;
            }

            lock (_lock)
            {
                _of[order.Meter.Text]--;
            }

            yield return new OrderStep(OrderState.Done, "", null, (byte[])[0xC4]);
        }

        private TaskCompletionSource Gate(string meter)
        {
            lock (_lock)
            {
                return _gates.TryGetValue(meter, out var known) ? known : _gates[meter] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
