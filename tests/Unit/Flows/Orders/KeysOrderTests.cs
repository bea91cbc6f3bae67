using System.Text;
using Concentrator.Security.Sealed;
using Metering.Driver;
using Metering.Orders;
using Simulation.Dlms;
using Unit.Flows.Dlms;
using Unit.Flows.Dlms.Orders;

namespace Unit.Flows.Orders;

/// <summary>New keys from a head-end's key server to a meter, through the door of orders: sealed on the way, wrapped in the books, in clear nowhere.</summary>
public sealed class KeysOrderTests : IDisposable
{
    private const string Meter = "SIM0000000000003", Box = "dc-0001";
    private static readonly DlmsMeterPlan Plan = new(3, 7, Faults: MeterFault.LocksAfterThreeBadTags);
    private static readonly byte[] Guek = [.. Enumerable.Range(0x41, 16).Select(i => (byte)(3 * i))], Gak = [.. Enumerable.Range(0x81, 16).Select(i => (byte)(5 * i))];
    private readonly OrderBench _orders = new();
    private readonly KeyBox _box = new();

    [Fact]
    public async Task A_signed_order_gives_the_meter_its_new_keys_and_the_old_ones_serve_no_more()
    {
        byte[] old;
        await using (var bench = _box.Live(Plan))
        {
            Assert.Equal(Meter, bench.Meter.Name);
            Assert.True(await bench.ListeningAsync());
            old = bench.Meter.Keys.Guek;
            Through(bench);
            _orders.Run();
            await TakenAsync(Order("o1"));
            Assert.True(await Patience.UntilAsync(() => _orders.Door.Find("o1")!.State == OrderState.Done), $"{_orders.Door.Find("o1")}");
            var meter = _orders.Door.Find("o1")!.Meters[0];
            Assert.Equal(("client 1 with its key number 1", "client 1 with its key number 2"), (meter.Before, meter.After));
            Assert.Equal((Convert.ToHexString(Guek), Convert.ToHexString(Gak)), (Convert.ToHexString(bench.Meter.Keys.Guek), Convert.ToHexString(bench.Meter.Keys.Gak)));
            Assert.Equal((0, 0), (bench.Meter.Keys.BadTags, bench.Meter.Keys.Repeated));
            Assert.Equal(OrderState.Done, (await bench.ReadAsync(ReadOrder.Registers)).State);

            var again = await _orders.GiveAsync("keys", Order("o1")); // other octets: what is sealed is sealed anew
            Assert.Equal("other-content", again.Code);
        }

        await using (var stale = new DriverBench(Plan, meter: _box.Meter, keyRing: meter => new MeterKeyRing(meter) { Wrong = old }))
        {
            Assert.True(await stale.ListeningAsync());
            Assert.Equal(MissReason.WrongKey, (await stale.ReadAsync(ReadOrder.Registers)).Why);
        }

        var kept = _orders.Ledger.Records.Select(record => record.Payload.ToArray()).ToList();
        Assert.Contains(kept, octets => octets.AsSpan().IndexOf("\"sealed\""u8) >= 0);
        Assert.All(kept, octets => Assert.All(new[] { Guek, Gak }, key => Assert.False(Stands(octets, key), "a key stands in what is kept of the order")));
        Assert.DoesNotContain(Convert.ToHexString(Guek), _box.Kept, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Whatever_is_no_order_of_keys_for_this_box_is_refused_audited_and_reaches_no_meter()
    {
        await using var bench = _box.Live(Plan);
        Assert.True(await bench.ListeningAsync());
        Through(bench);
        _orders.Run();
        using var stranger = BoxKey.Make();
        var args = Args();
        await RefusedAsync(new SignedOrder("unsigned", args, [Meter]).Unsigned(), "unsigned", "only under the signature");
        await RefusedAsync(new SignedOrder("forged", args, [Meter]).By(_orders.Second), "signature", "does not hold under key hes-1");
        await RefusedAsync(new SignedOrder("other-box", SealedOrder.Args(stranger.Public, Box, Meter, Kek, ("guek", Guek)), [Meter]).By(_orders.Key), "sealed", $"sealed to key {stranger.Public.KeyId}");
        await RefusedAsync(new SignedOrder("other-id", SealedOrder.Args(_orders.BoxKey.Public, "dc-0002", Meter, Kek, ("guek", Guek)), [Meter]).By(_orders.Key), "sealed", "for another box");
        var moved = SealedOrder.Args(_orders.BoxKey.Public, Box, "SIM0000000000004", Kek, ("guek", Guek)).Replace("\"meter\":\"SIM0000000000004\"", $"\"meter\":\"{Meter}\"", StringComparison.Ordinal);
        await RefusedAsync(new SignedOrder("moved", moved, [Meter]).By(_orders.Key), "sealed", "that it is something else");
        await RefusedAsync(new SignedOrder("more-meters", args, [Meter, "SIM0000000000004"]).By(_orders.Key), "arguments", "keys brings none for SIM0000000000004");
        await RefusedAsync(new SignedOrder("fewer-meters", args, ["SIM0000000000004"]).By(_orders.Key), "arguments", $"keys brings one for {Meter}");
        await RefusedAsync(new SignedOrder("twice", SealedOrder.Args(_orders.BoxKey.Public, Box, Meter, Kek, ("guek", Guek), ("guek", Gak)), [Meter]).By(_orders.Key), "arguments", "stands twice");
        await RefusedAsync(new SignedOrder("clear", $"{{\"keys\":[{{\"key\":\"{Convert.ToHexString(Guek)}\",\"meter\":\"{Meter}\",\"purpose\":\"guek\"}}]}}", [Meter]).By(_orders.Key), "arguments", "wrapped wants octets in hex");
        await RefusedAsync(new SignedOrder("kek", SealedOrder.Args(_orders.BoxKey.Public, Box, Meter, Kek, ("kek", Guek)), [Meter]).By(_orders.Key), "arguments", "wants one of guek, gbek, gak, hls");
        await RefusedAsync(new SignedOrder("empty", "{\"keys\":[]}", [Meter]).By(_orders.Key), "arguments", "keys brings none");
        await RefusedAsync((new SignedOrder("stale", args, [Meter]) with { Issued = OrderBench.Start.AddDays(-2) }).By(_orders.Key), "stale", "more than 86400 s ago");
        Assert.Equal("role", (await _orders.SubmitAsync("alice", "keys", $"{{\"meters\":[\"{Meter}\"],\"args\":{args}}}")).Code); // an operator
        Assert.Empty(_orders.Reached);
        Assert.All(_orders.Ledger.Records, record => Assert.False(Stands(record.Payload.ToArray(), Guek), "a key that somebody sent in clear was written down"));

        var good = new SignedOrder("good", args, [Meter]).By(_orders.Key);
        await TakenAsync(good);
        Assert.True(await Patience.UntilAsync(() => _orders.Door.Find("good")!.State == OrderState.Done));
        var reached = _orders.Reached.Count;
        Assert.True((await _orders.GiveAsync("keys", good)).IsDuplicate); // recorded, and played again
        await RefusedAsync((new SignedOrder("replayed", args, [Meter]) with { Nonce = "n-good" }).By(_orders.Key), "replayed", "stood in another order");
        Assert.Equal(reached, _orders.Reached.Count);
    }

    [Fact]
    public async Task A_security_officer_gives_it_at_the_box_too()
    {
        await using var bench = _box.Live(Plan);
        Assert.True(await bench.ListeningAsync());
        Through(bench);
        _orders.Run();
        var receipt = await _orders.SubmitAsync("sue", "keys", $"{{\"orderId\":\"local\",\"meters\":[\"{Meter}\"],\"args\":{Args()}}}");
        Assert.True(receipt.State == OrderState.Accepted, receipt.Sentence);
        Assert.True(await Patience.UntilAsync(() => _orders.Door.Find("local")!.State == OrderState.Done));
        Assert.Equal(Convert.ToHexString(Guek), Convert.ToHexString(bench.Meter.Keys.Guek));
    }

    [Fact]
    public async Task An_order_that_another_installation_of_the_box_took_is_not_opened_any_more()
    {
        await TakenAsync(Order("o1"));
        await _orders.KillAsync();
        var before = _orders.BoxKey;
        _orders.BoxKey = BoxKey.Make(); // it was restored
        _orders.Run();
        Assert.True(await Patience.UntilAsync(() => _orders.Door.Find("o1")!.State == OrderState.Refused), $"{_orders.Door.Find("o1")}");
        Assert.Equal("sealed", _orders.Door.Find("o1")!.Meters[0].Code);
        Assert.Contains(before.Public.KeyId, _orders.Door.Find("o1")!.Meters[0].Sentence, StringComparison.Ordinal);
        Assert.Empty(_orders.Reached);
        before.Dispose();
    }

    [Fact]
    public async Task A_kill_at_any_value_that_became_durable_is_settled_by_the_next_life()
    {
        var values = 0;
        for (var value = 1; value <= Math.Max(values, 1); value++)
        {
            foreach (var after in new[] { false, true })
            {
                using var box = new KeyBox();
                using var orders = new OrderBench();
                await DieAsync(box, orders, value, after);
                values = Math.Max(values, box.IsDead ? value + 1 : value);
                await orders.KillAsync();
                await using var bench = box.Live(Plan);
                Assert.True(await bench.ListeningAsync());
                Through(orders, box, bench);
                orders.Run();
                var when = $"killed {(after ? "after" : "before")} value {value}";
                Assert.True(await Patience.UntilAsync(() => orders.Door.Find("o1")!.State == OrderState.Done), $"{when}: {orders.Door.Find("o1")}");
                Assert.True(Convert.ToHexString(Guek) == Convert.ToHexString(bench.Meter.Keys.Guek) && Convert.ToHexString(Gak) == Convert.ToHexString(bench.Meter.Keys.Gak), when);
                Assert.Equal(OrderState.Done, (await bench.ReadAsync(ReadOrder.Registers)).State);
                Assert.True(bench.Meter.Keys.Repeated == 0, $"{when}: a counter was used twice");
                Assert.False(box.Ring.Rotation!.IsPending(Meter, 1), when);
                Assert.InRange(bench.Meter.Keys.BadTags, 0, 1);
            }
        }

        Assert.InRange(values, 5, 14); // kept, pending, sent, accepted, committed, over
    }

    public void Dispose()
    {
        _orders.Dispose();
        _box.Dispose();
    }

    private byte[] Kek => _box.Meter?.Keys.Kek ?? new byte[16];

    private string Args() => SealedOrder.Args(_orders.BoxKey.Public, Box, Meter, Kek, ("guek", Guek), ("gak", Gak));

    private string Order(string id) => new SignedOrder(id, Args(), [Meter]).By(_orders.Key);

    private async Task TakenAsync(string body)
    {
        var receipt = await _orders.GiveAsync("keys", body);
        Assert.True(receipt.State == OrderState.Accepted, receipt.Sentence);
    }

    private async Task RefusedAsync(string body, string code, string why)
    {
        var (audited, reached) = (_orders.Audited, _orders.Reached.Count);
        var receipt = await _orders.GiveAsync("keys", body);
        Assert.True(receipt.State == OrderState.Refused, $"{receipt}");
        Assert.True(receipt.Code == code, $"{receipt}");
        Assert.Contains(why, receipt.Sentence, StringComparison.Ordinal);
        Assert.Equal(audited + 1, _orders.Audited);
        Assert.Equal(reached, _orders.Reached.Count);
    }

    private void Through(DriverBench bench) => Through(_orders, _box, bench);

    /// <summary>Orders reach the meter through the real driver; a box that is dead hears no answer.</summary>
    private static void Through(OrderBench orders, KeyBox box, DriverBench bench) => orders.Meter = async (order, stop) =>
    {
        var last = (await bench.StepsAsync(order))[^1];
        if (box.IsDead)
        {
            await Task.Delay(Timeout.Infinite, stop);
        }

        return last;
    };

    /// <summary>A life that is killed at a value, or that ends well.</summary>
    private static async Task DieAsync(KeyBox box, OrderBench orders, int value, bool after)
    {
        await using var bench = box.Live(Plan);
        Assert.True(await bench.ListeningAsync());
        await bench.OrderAsync(OrderKind.Breaker, new BreakerOrder().ToPayload()); // associated
        bench.Wire!.Lost = _ => box.IsDead;
        Through(orders, box, bench);
        box.KillAt(value, after);
        orders.Run();
        var body = new SignedOrder("o1", SealedOrder.Args(orders.BoxKey.Public, Box, Meter, bench.Meter.Keys.Kek, ("guek", Guek), ("gak", Gak)), [Meter]).By(orders.Key);
        Assert.Equal(OrderState.Accepted, (await orders.GiveAsync("keys", body)).State);
        Assert.True(await Patience.UntilAsync(() => box.IsDead || orders.Door.Find("o1")!.State == OrderState.Done));
    }

    private static bool Stands(byte[] octets, byte[] key) =>
        octets.AsSpan().IndexOf(key) >= 0 || Encoding.Latin1.GetString(octets) is var text
        && (text.Contains(Convert.ToHexString(key), StringComparison.OrdinalIgnoreCase) || text.Contains(Convert.ToBase64String(key)[..20], StringComparison.Ordinal));
}
