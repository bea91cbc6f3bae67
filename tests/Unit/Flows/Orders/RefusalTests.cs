using Metering.Orders;
using Metering.Orders.Authorization;

namespace Unit.Flows.Orders;

/// <summary>Orders that must not be carried out: each is refused with its word, is one audited event, and reaches no meter.</summary>
public sealed class RefusalTests : IDisposable
{
    private const string Meter = "LGZ1030655933512";
    private readonly OrderBench _bench = new(new AuthorityPolicy { SuppliesAnHour = 3 });

    public RefusalTests() => _bench.Run();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public Task One_that_is_not_signed() => RefusedAsync("clock", new SignedOrder("o1").Unsigned(), "unsigned", "counts only under the signature");

    [Requirement("EU8")]
    [Fact]
    public Task One_that_another_key_signed() => RefusedAsync("clock", new SignedOrder("o1").By(_bench.Second), "signature", "does not hold under key hes-1");

    [Fact]
    public Task One_that_was_changed_under_its_signature() =>
        RefusedAsync("clock", new SignedOrder("o1").By(_bench.Key).Replace(Meter, "LGZ1030655933513", StringComparison.Ordinal), "signature", "does not hold");

    [Fact]
    public Task One_of_a_key_nobody_knows() => RefusedAsync("clock", (new SignedOrder("o1") with { KeyId = "hes-9" }).By(_bench.Key), "signature", "key hes-9 is not known here");

    [Fact]
    public Task One_that_was_signed_as_another_order() => RefusedAsync("execute", (new SignedOrder("o1") with { Verb = "clock" }).By(_bench.Key), "signature", "says \"clock\" and came as \"execute\"");

    [Fact]
    public async Task One_that_its_key_may_not_give()
    {
        using var bench = new OrderBench(mayOrder: ["read"]);
        await RefusedAsync(bench, "clock", new SignedOrder("o1").By(bench.Key), "signature", "key hes-1 may not sign clock");
    }

    [Fact]
    public Task One_that_comes_a_day_late() =>
        RefusedAsync("clock", (new SignedOrder("o1") with { Issued = OrderBench.Start.AddSeconds(-86_401), Expires = OrderBench.Start.AddHours(2) }).By(_bench.Key), "stale", "more than 86400 s ago");

    [Requirement("F4")]
    [Fact]
    public Task One_that_is_over() =>
        RefusedAsync("clock", (new SignedOrder("o1") with { Issued = OrderBench.Start.AddHours(-2), Expires = OrderBench.Start }).By(_bench.Key), "expired", "expired 2026-11-25T08:00:00Z");

    [Fact]
    public Task One_from_the_future() => RefusedAsync("clock", (new SignedOrder("o1") with { Issued = OrderBench.Start.AddMinutes(6) }).By(_bench.Key), "early", "one of the clocks is wrong");

    [Fact]
    public Task One_that_is_valid_for_longer_than_anybody_means() => RefusedAsync("clock", (new SignedOrder("o1") with { Expires = OrderBench.Start.AddDays(32) }).By(_bench.Key), "validity", "longer than 31 days");

    [Fact]
    public Task One_whose_time_ends_before_it_begins() =>
        RefusedAsync("clock", (new SignedOrder("o1") with { NotBefore = OrderBench.Start.AddHours(3) }).By(_bench.Key), "validity", "no window");

    [Requirement("F4")]
    [Fact]
    public async Task One_with_the_nonce_of_another()
    {
        await _bench.GiveAsync("clock", (new SignedOrder("o1") with { Nonce = "once" }).By(_bench.Key));
        await RefusedAsync("clock", (new SignedOrder("o2") with { Nonce = "once" }).By(_bench.Key), "replayed", "nonce once stood in another order", before: 1);
    }

    [Fact]
    public async Task One_with_the_id_of_another_and_other_content()
    {
        await _bench.GiveAsync("clock", new SignedOrder("o1").By(_bench.Key));
        await RefusedAsync("clock", new SignedOrder("o1", Meters: ["LGZ1030655933513"]).By(_bench.Key), "other-content", "is there with other content", before: 1);
    }

    [Fact]
    public async Task One_that_a_broker_kept() => Assert.Equal("retained", (await _bench.GiveAsync("clock", new SignedOrder("o1").By(_bench.Key), retained: true)).Code);

    [Fact]
    public Task One_for_a_meter_nobody_knows() => RefusedAsync("clock", new SignedOrder("o1", Meters: ["XXX1030655933512"]).By(_bench.Key), "unknown-meter", "XXX1030655933512 is no meter of this box");

    [Fact]
    public async Task One_for_a_meter_of_another_box()
    {
        _bench.Elsewhere[Meter] = "dc-0002";
        await RefusedAsync("clock", new SignedOrder("o1").By(_bench.Key), "owned-elsewhere", "belongs to dc-0002");
    }

    [Fact]
    public Task One_for_no_meter_or_the_same_one_twice() => RefusedAsync("clock", new SignedOrder("o1", Meters: [Meter, Meter]).By(_bench.Key), "arguments", "1 to 5000 different ones");

    [Requirement("P1")]
    [Theory]
    [InlineData("write", """{"attribute":2,"class":3,"obis":"1-0:1.8.0*255","value":"0600000000"}""", "measures")]
    [InlineData("write", """{"attribute":4,"class":7,"obis":"1-0:99.1.0*255","value":"0600000E10"}""", "holds what was measured")]
    [InlineData("execute", """{"class":7,"method":1,"obis":"1-0:99.1.0*255","parameters":"0F00"}""", "loses rows")]
    [InlineData("execute", """{"class":70,"method":1,"obis":"0-0:96.3.10*255","parameters":"0F00"}""", "order \"disconnect\"")]
    [InlineData("execute", """{"class":9,"method":1,"obis":"0-0:10.0.106*255","parameters":"120001"}""", "scripts switch and clear")]
    [InlineData("write", """{"attribute":2,"class":8,"obis":"0-0:1.0.0*255","value":"090C07EA0B1903080000FF003C00"}""", "order \"clock\"")]
    [InlineData("write", """{"attribute":7,"class":15,"obis":"0-0:40.0.1*255","value":"0900"}""", "order \"keys\"")]
    [InlineData("execute", """{"class":18,"method":4,"obis":"0-0:44.0.0*255","parameters":"0F00"}""", "order \"firmware\"")]
    public Task One_that_would_touch_what_measures_or_goes_round_the_order_that_is_meant_for_it(string verb, string args, string why) =>
        RefusedAsync(verb, new SignedOrder("o1", args).By(_bench.Key), "protected", why);

    [Requirement("P4")]
    [Theory]
    [InlineData("read", """{"wat":"registers"}""", "what wants a text")]
    [InlineData("read", """{"wat":1,"what":"registers"}""", "args has \"wat\"")]
    [InlineData("write", """{"attribute":300,"class":1,"obis":"0-0:96.13.0*255","value":"00"}""", "attribute wants a whole number from 1 to 127")]
    [InlineData("write", """{"attribute":2,"class":1,"obis":"nothing","value":"00"}""", "obis wants a logical name")]
    [InlineData("write", """{"attribute":2,"class":1,"obis":"0-0:96.13.0*255","value":"0G"}""", "value wants octets in hex")]
    [InlineData("limiter", """{"normal":5}""", "unit wants the unit of the thresholds")]
    [InlineData("disconnect", """{"control":"the breaker"}""", "control wants a logical name")]
    [InlineData("calendar", """{"days":[],"name":"A","seasons":[{"name":"S","start":"2027-13-01","week":"W"}],"weeks":[]}""", "start wants a date such as 2027-12-25")]
    [InlineData("calendar", """{"days":[],"name":"A","seasons":[],"weeks":[{"days":[1,1],"name":"W"}]}""", "seven, from Monday to Sunday")]
    [InlineData("calendar", """{"days":[{"id":1,"switches":[{"at":"25:00","script":"0-0:10.0.100*255","selector":1}]}],"name":"A","seasons":[],"weeks":[]}""", "at wants a time of day")]
    [InlineData("calendar", """{"days":[{"id":1,"switches":[],"wat":1}],"name":"A","seasons":[],"weeks":[]}""", "days has \"wat\"")]
    [InlineData("load-switch", """{"name":"boiler","on":1}""", "on wants true or false")]
    [InlineData("token", """{"token":"12 34"}""", "token wants octets in hex")]
    [InlineData("mbus", """{"action":"explode","channel":1}""", "action wants one of identify")]
    [InlineData("firmware", """{"identification":"01","image":"AAAA"}""", "legallyRelevant wants true or false")]
    [InlineData("firmware", """{"activate":"tomorrow","identification":"01","image":"AAAA","legallyRelevant":true}""", "activate wants the meter's local time with its offset")]
    [InlineData("firmware", """{"abort":false}""", "abort wants true")]
    public Task One_whose_arguments_do_not_fit(string verb, string args, string why) => RefusedAsync(verb, new SignedOrder("o1", args).By(_bench.Key), "arguments", why);

    [Fact]
    public Task One_with_a_verb_there_is_not() => RefusedAsync("explode", new SignedOrder("o1").By(_bench.Key), "unknown-verb", "\"explode\" is no order");

    [Requirement("P1")]
    [Theory]
    [InlineData("", "the message is empty")]
    [InlineData("[]", "no object")]
    [InlineData("{", "no JSON")]
    [InlineData("""{"orderId":"o 1"}""", "orderId wants")]
    [InlineData("""{"orderId":"o1","issuedAt":"2026-11-25T08:00:00"}""", "issuedAt wants an instant with its offset")]
    public async Task What_is_no_order_at_all(string body, string why)
    {
        var receipt = await _bench.GiveAsync("clock", body);
        Assert.Equal((OrderState.Refused, "arguments"), (receipt.State, receipt.Code));
        Assert.Contains(why, receipt.Sentence, StringComparison.Ordinal);
        Assert.Equal(1, _bench.Audited);
    }

    [Fact]
    public async Task More_valves_than_a_box_may_switch_in_an_hour()
    {
        string[] two = [Meter, "LGZ1030655933513"];
        const string Close = """{"action":"close-valve","channel":1}""";
        Assert.Equal(OrderState.Accepted, (await _bench.GiveAsync("mbus", new SignedOrder("o1", Close, two).By(_bench.Key))).State);
        await _bench.UntilAsync("o1", OrderState.Done);
        await RefusedAsync("mbus", new SignedOrder("o2", Close, ["LGZ1030655933514", "LGZ1030655933515"]).By(_bench.Key), "over-limit", "this box allows 3", before: 1, reached: 2);
        await _bench.KillAsync();
        await RefusedAsync("mbus", new SignedOrder("o3", Close, ["LGZ1030655933514", "LGZ1030655933515"]).By(_bench.Key), "over-limit", "this box allows 3", before: 2, reached: 2); // a restart gives nobody more
        _bench.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(OrderState.Accepted, (await _bench.GiveAsync("mbus", new SignedOrder("o4", Close, ["LGZ1030655933514", "LGZ1030655933515"]).By(_bench.Key))).State);
    }

    [Fact]
    public async Task A_valve_that_a_technician_would_close()
    {
        var receipt = await _bench.SubmitAsync("tom", "mbus", $$"""{"args":{"action":"close-valve","channel":1},"meters":["{{Meter}}"]}""");
        Assert.Equal(("role", OrderState.Refused), (receipt.Code, receipt.State));
        Assert.Equal(OrderState.Accepted, (await _bench.SubmitAsync("tom", "mbus", $$"""{"args":{"action":"install","argument":"01","channel":1},"meters":["{{Meter}}"]}""")).State);
    }

    [Fact]
    public async Task A_flood_of_nonsense_fills_no_ledger()
    {
        for (var i = 0; i < 500; i++)
        {
            Assert.Equal(OrderState.Refused, (await _bench.GiveAsync("clock", new SignedOrder($"o{i}").Unsigned())).State);
        }

        Assert.Equal(100, _bench.Audited);
        Assert.Equal(OrderState.Accepted, (await _bench.GiveAsync("clock", new SignedOrder("real").By(_bench.Key))).State);
    }

    [Fact]
    public void One_while_the_box_has_no_time_is_refused_to_a_head_end_and_taken_from_whoever_stands_before_it()
    {
        var verdict = Authority.Judge(
            new OrderRequest("o1", "read", DateTime.UnixEpoch, null, DateTime.UnixEpoch.AddDays(1), "n", [Metering.MeterId.Parse(Meter)], "{}", new OrderIssuer("main", new HashSet<Role> { Role.HeadEnd }, "main")),
            new AuthorityPolicy(), Facts(default));
        Assert.Equal(RefusalCode.ClockUnset, verdict.Code);
        Assert.True(Authority.Judge(
            new OrderRequest("o1", "read", DateTime.UnixEpoch, null, DateTime.UnixEpoch.AddDays(1), "n", [Metering.MeterId.Parse(Meter)], "{}", new OrderIssuer("tom", new HashSet<Role> { Role.Technician }, "local")),
            new AuthorityPolicy(), Facts(default)).IsAccepted);
    }

    private static AuthorityFacts Facts(Metering.BoxTime now) => new(now, 0, false, _ => true, _ => null);

    private Task RefusedAsync(string verb, string body, string code, string why, int before = 0, int reached = -1) => RefusedAsync(_bench, verb, body, code, why, before, reached);

    private static async Task RefusedAsync(OrderBench bench, string verb, string body, string code, string why, int before = 0, int reached = -1)
    {
        reached = reached < 0 ? before : reached;
        if (before > 0)
        {
            Assert.True(await Patience.UntilAsync(() => bench.Reached.Count == reached));
        }

        var audited = bench.Audited;
        var receipt = await bench.GiveAsync(verb, body);
        Assert.True(receipt.State == OrderState.Refused, $"{receipt}");
        Assert.Equal(code, receipt.Code);
        Assert.Contains(why, receipt.Sentence, StringComparison.Ordinal);
        Assert.Equal(audited + 1, bench.Audited);
        Assert.Contains(bench.News, news => news is { State: OrderState.Refused } && news.Code == code);
        bench.Clock.Advance(TimeSpan.FromSeconds(30));
        await Patience.SettledAsync();
        Assert.Equal(reached, bench.Reached.Count);
    }
}
