using System.Security.Cryptography;
using Concentrator.Store.Books;
using Metering.Driver;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Authorization;

namespace Unit.Flows.Orders;

/// <summary>Orders that are carried out: each step is told, nothing is done twice and nothing is forgotten, whatever happens to the box.</summary>
public sealed class CarryOutTests : IDisposable
{
    private const string Meter = "LGZ1030655933512", Other = "LGZ1030655933513";
    private readonly OrderBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_signed_order_is_written_down_acknowledged_carried_out_and_told()
    {
        _bench.Run();
        _bench.Meter = (order, _) => Task.FromResult(new OrderStep(OrderState.Done, "the clock was 3 s off and is set", null, default) { Before = "3 s", After = "0 s" });
        var receipt = await _bench.GiveAsync("clock", new SignedOrder("o1").By(_bench.Key));
        Assert.Equal((OrderState.Accepted, "", false), (receipt.State, receipt.Code, receipt.IsDuplicate));
        var order = await _bench.UntilAsync("o1", OrderState.Done);
        Assert.Equal(("key hes-1 at main", "the clock was 3 s off and is set", "3 s", "0 s"), (order.Issuer, order.Sentence, order.Meters[0].Before, order.Meters[0].After));
        Assert.Equal([OrderState.Accepted, OrderState.Running, OrderState.Done, OrderState.Done], _bench.News.Select(news => news.State));
        Assert.Equal(Meter, _bench.News[2].Meter.Text);
        Assert.Equal([(OrderKind.Clock, Meter)], _bench.Reached);
        Assert.Equal(1, _bench.Audited);
    }

    [Fact]
    public async Task The_example_of_the_documentation_which_openssl_signed_is_taken()
    {
        var folder = MessageSchemas.Folder(".");
        _bench.Clock.AdjustTime(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
        using var key = System.Security.Cryptography.ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(Path.Combine(folder, "example-key.pem")));
        _bench.Trust(key);
        var receipt = await _bench.GiveAsync("write", File.ReadAllText(Path.Combine(folder, "examples", "cmd.json")));
        Assert.True(receipt.State == OrderState.Accepted, receipt.Sentence);
    }

    [Fact]
    public async Task The_same_order_again_is_told_how_it_stands_and_does_nothing()
    {
        _bench.Run();
        var body = new SignedOrder("o1").By(_bench.Key);
        await _bench.GiveAsync("clock", body);
        await _bench.UntilAsync("o1", OrderState.Done);
        var again = await _bench.GiveAsync("clock", body);
        Assert.Equal((OrderState.Done, true), (again.State, again.IsDuplicate));
        Assert.True(_bench.News[^1].IsDuplicate);
        Assert.Single(_bench.Reached);
    }

    [Fact]
    public async Task A_disk_that_is_full_takes_no_order_and_acknowledges_none()
    {
        _bench.Run();
        _bench.Ledger.IsFull = true;
        await Assert.ThrowsAsync<StorageFaultException>(() => _bench.GiveAsync("clock", new SignedOrder("o1").By(_bench.Key)));
        _bench.Ledger.IsFull = false;
        Assert.Null(_bench.Door.Find("o1"));
        Assert.Equal(OrderState.Accepted, (await _bench.GiveAsync("clock", new SignedOrder("o1").By(_bench.Key))).State);
        await _bench.UntilAsync("o1", OrderState.Done);
    }

    [Fact]
    public async Task A_meter_out_of_reach_is_tried_until_the_order_is_over()
    {
        _bench.Run();
        _bench.Meter = (_, _) => Task.FromResult(new OrderStep(OrderState.Failed, "no driver reaches it now", null, default) { Why = MissReason.Absent });
        await _bench.GiveAsync("clock", (new SignedOrder("o1", Meters: [Meter]) with { Expires = OrderBench.Start.AddMinutes(30) }).By(_bench.Key));
        var order = await _bench.UntilAsync("o1", OrderState.Expired);
        Assert.InRange(_bench.Reached.Count, 4, 12); // 20 s, 40 s, 80 s ...: it costs a medium little
        Assert.Equal("its time is over; last: no driver reaches it now", order.Meters[0].Sentence);
    }

    [Fact]
    public async Task A_meter_that_comes_back_gets_its_order()
    {
        _bench.Run();
        var tries = 0;
        _bench.Meter = (_, _) => Task.FromResult(++tries < 3 ? new OrderStep(OrderState.Failed, "away", null, default) { Why = MissReason.Absent } : new OrderStep(OrderState.Done, "set", null, default));
        await _bench.GiveAsync("clock", new SignedOrder("o1").By(_bench.Key));
        await _bench.UntilAsync("o1", OrderState.Done);
        Assert.Equal(3, tries);
    }

    [Fact]
    public async Task A_meter_that_joins_again_gets_its_order_at_once()
    {
        _bench.Run();
        var isThere = false;
        _bench.Meter = (_, _) => Task.FromResult(isThere ? new OrderStep(OrderState.Done, "set", null, default) : new OrderStep(OrderState.Failed, "away", null, default) { Why = MissReason.Absent });
        await _bench.GiveAsync("clock", new SignedOrder("o1").By(_bench.Key));
        await _bench.Clock.AdvanceUntilAsync(() => _bench.Clock.GetUtcNow() > OrderBench.Start.AddMinutes(25), TimeSpan.FromSeconds(5));
        isThere = true;
        _bench.Runner.Reached(Metering.MeterId.Parse(Meter));
        Assert.True(await Patience.UntilAsync(() => _bench.Door.Find("o1")!.State == OrderState.Done)); // no time passes
    }

    [Fact]
    public async Task A_driver_that_breaks_off_leaves_the_order_unknown_and_one_that_may_be_repeated_is()
    {
        _bench.Run();
        var tries = 0;
        _bench.Meter = (_, _) => ++tries == 1 ? throw new IOException("the link to /dev/ttyUSB0 was lost") : Task.FromResult(new OrderStep(OrderState.Done, "set", null, default));
        await _bench.GiveAsync("clock", new SignedOrder("o1").By(_bench.Key));
        await _bench.UntilAsync("o1", OrderState.Done);
        Assert.Contains(_bench.News, news => news.State == OrderState.Unknown && news.Sentence == "the link to /dev/ttyUSB0 was lost");
    }

    [Fact]
    public async Task A_meter_that_refuses_is_asked_once()
    {
        _bench.Run();
        _bench.Meter = (_, _) => Task.FromResult(new OrderStep(OrderState.Failed, "the meter refuses it: read-write denied", null, default) { Why = MissReason.Refused });
        await _bench.GiveAsync("clock", new SignedOrder("o1").By(_bench.Key));
        Assert.Equal("refused", (await _bench.UntilAsync("o1", OrderState.Failed)).Code);
        Assert.Single(_bench.Reached);
    }

    [Fact]
    public async Task What_a_meter_is_given_is_what_the_order_says()
    {
        _bench.Run();
        var given = new Dictionary<OrderKind, ReadOnlyMemory<byte>>();
        _bench.Meter = (order, _) =>
        {
            given[order.Kind] = order.Payload;
            return Task.FromResult(new OrderStep(OrderState.Done, "done", null, default));
        };
        (string Verb, string Args)[] orders =
        [
            ("disconnect", """{"control":"0-0:96.3.10*255"}"""), ("limiter", """{"emergency":2.5,"normal":4600,"overSeconds":30,"unit":"W"}"""), ("load-switch", """{"name":"boiler","on":true}"""),
            ("message", """{"text":"hola"}"""), ("token", """{"token":"0102"}"""),
            ("firmware", """{"activate":"2027-01-01T03:00:00+01:00","firmware":"2.1","identification":"0A0B","image":"AAEC","legallyRelevant":false}"""),
            ("calendar", """{"activate":"2027-01-01T00:00:00+01:00","days":[{"id":1,"switches":[{"at":"22:00","script":"0-0:10.0.100*255","selector":2}]}],"name":"2027","seasons":[{"name":"S","start":"*-03-L","week":"W"}],"specialDays":[{"date":"2027-12-25","day":1,"index":1}],"weeks":[{"days":[1,1,1,1,1,1,1],"name":"W"}]}"""),
        ];
        foreach (var (verb, args) in orders)
        {
            var receipt = await _bench.GiveAsync(verb, new SignedOrder("o-" + verb, args).By(_bench.Key));
            Assert.True(receipt.State == OrderState.Accepted, receipt.Sentence);
            await _bench.UntilAsync("o-" + verb, OrderState.Done);
        }

        Assert.Equal(new BreakerOrder(Metering.Obis.Parse("0-0:96.3.10*255")), BreakerOrder.Parse(given[OrderKind.Disconnect]));
        var limiter = LimiterOrder.Parse(given[OrderKind.Limiter]);
        Assert.Equal((4600m, 2.5m, "W", TimeSpan.FromSeconds(30), null), (limiter.Normal, limiter.Emergency, limiter.Unit, limiter.Over, limiter.Under));
        Assert.Equal(new LoadSwitchOrder("boiler", true), LoadSwitchOrder.Parse(given[OrderKind.LoadSwitch]));
        Assert.Equal(new MessageOrder("hola"), MessageOrder.Parse(given[OrderKind.Message]));
        Assert.Equal("0102", Convert.ToHexString(TokenOrder.Parse(given[OrderKind.Token]).Token.Span));
        var firmware = FirmwareOrder.Parse(given[OrderKind.Firmware]);
        Assert.Equal(("0A0B", "000102", false, "2.1", new DateTimeOffset(2027, 1, 1, 3, 0, 0, TimeSpan.FromHours(1))), (Convert.ToHexString(firmware.Identification.Span), Convert.ToHexString(firmware.Image.Span), firmware.Activate, firmware.Firmware, firmware.ActivateAt!.Value));
        await _bench.GiveAsync("firmware", new SignedOrder("o-abort", """{"abort":true}""").By(_bench.Key));
        await _bench.UntilAsync("o-abort", OrderState.Done);
        Assert.True(FirmwareOrder.Parse(given[OrderKind.Firmware]).Aborts);
        var calendar = CalendarOrder.Parse(given[OrderKind.Calendar]);
        Assert.Equal((new CalendarDate(0xFFFF, 3, 0xFE), TimeSpan.FromHours(22), (ushort)2, new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.FromHours(1))), (calendar.Seasons[0].Start, calendar.Days[0].Switches[0].At, calendar.Days[0].Switches[0].Selector, calendar.Activate!.Value));
        Assert.Equal(new SpecialDay(1, new CalendarDate(2027, 12, 25), 1), Assert.Single(calendar.SpecialDays!));
    }

    [Theory]
    [InlineData("disconnected, relay open", OrderState.Done, "read back: disconnected, relay open")]
    [InlineData("connected", OrderState.Failed, "the order did not come to it, and is not sent again")]
    public async Task A_breaker_of_which_nobody_knows_is_read_back_and_never_ordered_again(string stands, OrderState state, string why)
    {
        _bench.Run();
        _bench.Meter = (order, _) => Task.FromResult(order.Kind == OrderKind.Disconnect ? new OrderStep(OrderState.Unknown, "no answer came", null, default) : new OrderStep(OrderState.Done, "read", null, default) { After = stands, Answer = stands.StartsWith("disconnected", StringComparison.Ordinal) ? new byte[] { 0, 0, 4 } : [1, 1, 4] });
        await _bench.GiveAsync("disconnect", new SignedOrder("o1").By(_bench.Key));
        var order = await _bench.UntilAsync("o1", state);
        Assert.Contains(why, order.Sentence, StringComparison.Ordinal);
        Assert.Equal([OrderKind.Disconnect, OrderKind.Breaker], _bench.Reached.Select(one => one.Kind));
        Assert.Contains(_bench.News, news => news.State == OrderState.Unknown);
    }

    [Theory]
    [InlineData(new byte[] { 0, 2, 4 }, OrderState.Failed)] // armed, where it should have closed by itself
    [InlineData(new byte[] { 0, 2, 1 }, OrderState.Done)] // armed, where only a hand closes it
    public async Task A_breaker_that_still_moves_is_read_again_and_one_that_is_armed_is_judged_by_its_mode(byte[] stands, OrderState state)
    {
        _bench.Run();
        var looks = 0;
        _bench.Meter = (order, _) => Task.FromResult(order.Kind == OrderKind.Reconnect ? new OrderStep(OrderState.Unknown, "no answer came", null, default)
            : ++looks < 3 ? new OrderStep(OrderState.Done, "read", null, default) { After = "in state 2 with the relay closed", Answer = new byte[] { 1, 2, 4 } } : new OrderStep(OrderState.Done, "read", null, default) { After = "armed, relay open", Answer = stands });
        await _bench.GiveAsync("reconnect", new SignedOrder("o1").By(_bench.Key));
        await _bench.UntilAsync("o1", state);
        Assert.Equal([OrderKind.Reconnect, OrderKind.Breaker, OrderKind.Breaker, OrderKind.Breaker], _bench.Reached.Select(one => one.Kind));
    }

    [Fact]
    public async Task A_breaker_whose_order_a_kill_cut_off_is_read_back_and_never_ordered_again()
    {
        _bench.Meter = async (_, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            throw new OperationCanceledException(stop);
        };
        _bench.Run();
        await _bench.GiveAsync("disconnect", new SignedOrder("o1").By(_bench.Key));
        Assert.True(await _bench.Clock.AdvanceUntilAsync(() => _bench.Reached.Count == 1, TimeSpan.FromSeconds(1)));
        await _bench.KillAsync();
        _bench.Meter = (_, _) => Task.FromResult(new OrderStep(OrderState.Done, "read", null, default) { After = "disconnected", Answer = new byte[] { 0, 0, 4 } });
        _bench.Run();
        await _bench.UntilAsync("o1", OrderState.Done);
        Assert.Equal([OrderKind.Disconnect, OrderKind.Breaker], _bench.Reached.Select(one => one.Kind));
    }

    [Fact]
    public async Task A_group_is_partial_where_some_did_it_and_tells_how_far_it_is()
    {
        _bench.Run();
        string[] meters = [.. Enumerable.Range(10, 40).Select(i => $"LGZ10306559335{i}")];
        _bench.Meter = (order, _) => Task.FromResult(order.Meter.Text.EndsWith('7') ? new OrderStep(OrderState.Failed, "refused", null, default) { Why = MissReason.Refused } : new OrderStep(OrderState.Done, "done", null, default));
        await _bench.GiveAsync("clock", new SignedOrder("o1", Meters: meters).By(_bench.Key));
        var order = await _bench.UntilAsync("o1", OrderState.Partial);
        Assert.Equal(("36 of 40 done", 40), (order.Sentence, order.Done));
        Assert.Equal(40, _bench.Reached.Distinct().Count());
        Assert.Equal(40, _bench.Reached.Count);
        Assert.Equal(40, _bench.News.Count(news => !news.Meter.IsNone));
    }

    [Fact]
    public async Task One_that_begins_later_waits()
    {
        _bench.Run();
        await _bench.GiveAsync("clock", (new SignedOrder("o1") with { NotBefore = OrderBench.Start.AddHours(1) }).By(_bench.Key));
        await _bench.Clock.AdvanceUntilAsync(() => _bench.Clock.GetUtcNow() > OrderBench.Start.AddMinutes(55), TimeSpan.FromSeconds(5));
        Assert.Empty(_bench.Reached);
        await _bench.UntilAsync("o1", OrderState.Done);
        Assert.True(_bench.Clock.GetUtcNow() >= OrderBench.Start.AddHours(1));
    }

    [Fact]
    public async Task Two_orders_of_one_meter_come_one_after_the_other_and_a_more_urgent_one_goes_beside()
    {
        var open = new TaskCompletionSource<OrderStep>();
        _bench.Meter = (order, _) => order.Kind == OrderKind.Write ? open.Task : Task.FromResult(new OrderStep(OrderState.Done, "done", null, default));
        _bench.Run();
        await _bench.GiveAsync("write", new SignedOrder("o1", """{"attribute":2,"class":1,"obis":"0-0:96.13.0*255","value":"0900"}""").By(_bench.Key));
        Assert.True(await Patience.UntilAsync(() => _bench.Reached.Count == 1));
        await _bench.GiveAsync("clock", new SignedOrder("o2").By(_bench.Key));
        await _bench.GiveAsync("read", new SignedOrder("o3", """{"what":"registers"}""").By(_bench.Key));
        Assert.True(await _bench.Clock.AdvanceUntilAsync(() => _bench.Reached.Count == 2, TimeSpan.FromSeconds(1)));
        var later = _bench.Clock.GetUtcNow().AddMinutes(1);
        await _bench.Clock.AdvanceUntilAsync(() => _bench.Clock.GetUtcNow() > later, TimeSpan.FromSeconds(5));
        Assert.Equal([OrderKind.Write, OrderKind.Read], _bench.Reached.Select(one => one.Kind)); // whose turn it is the meter's own line says
        open.SetResult(new OrderStep(OrderState.Done, "done", null, default));
        await _bench.UntilAsync("o2", OrderState.Done);
        Assert.Equal([OrderKind.Write, OrderKind.Read, OrderKind.Clock], _bench.Reached.Select(one => one.Kind));
    }

    [Theory]
    [InlineData("clock", "{}", OrderState.Done, 2)] // carried out twice it is the same as once
    [InlineData("execute", """{"class":1000,"method":1,"obis":"0-0:96.1.0*255"}""", OrderState.Unknown, 1)] // nobody can tell, and it is not sent again
    public async Task A_kill_while_a_meter_is_worked_forgets_nothing_and_does_nothing_twice_that_must_not_be(string verb, string args, OrderState state, int times)
    {
        _bench.Meter = async (_, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop); // the meter has it, and the box dies before the answer
            throw new OperationCanceledException(stop);
        };
        _bench.Run();
        await _bench.GiveAsync(verb, new SignedOrder("o1", args).By(_bench.Key));
        Assert.True(await _bench.Clock.AdvanceUntilAsync(() => _bench.Reached.Count == 1, TimeSpan.FromSeconds(1)));
        await _bench.KillAsync();
        _bench.Meter = (_, _) => Task.FromResult(new OrderStep(OrderState.Done, "done", null, default));
        _bench.Run();
        await _bench.UntilAsync("o1", state);
        await _bench.Clock.AdvanceUntilAsync(() => _bench.Clock.GetUtcNow() > OrderBench.Start.AddHours(3), TimeSpan.FromMinutes(1));
        Assert.Equal(times, _bench.Reached.Count);
        Assert.Equal(state, _bench.Door.Find("o1")!.State);
    }

    [Fact]
    public async Task Kills_between_any_two_records_forget_no_order()
    {
        string[] meters = [Meter, Other];
        for (var kill = 0; kill < 12; kill++)
        {
            using var bench = new OrderBench();
            bench.Run();
            var body = new SignedOrder("o1", Meters: meters).By(bench.Key);
            for (var tried = false; !tried || bench.Door.Find("o1") is null; tried = true)
            {
                await bench.GiveAsync("clock", body); // the head-end sends it until it is told that it was taken
                await Patience.UntilAsync(() => bench.Ledger.Records.Count >= Math.Min(kill, 4));
                await bench.KillAsync();
                bench.Run();
            }

            var order = await bench.UntilAsync("o1", OrderState.Done);
            Assert.All(order.Meters, meter => Assert.Equal(OrderState.Done, meter.State));
            Assert.Equal(meters.Order(), bench.News.Where(news => news is { State: OrderState.Done, Meter.IsNone: false }).Select(news => news.Meter.Text).Distinct().Order());
        }
    }

    [Fact]
    public async Task The_books_made_anew_hold_every_order_as_it_stands()
    {
        _bench.Run();
        await _bench.GiveAsync("clock", new SignedOrder("o1").By(_bench.Key));
        await _bench.GiveAsync("clock", (new SignedOrder("o2", Meters: [Other]) with { NotBefore = OrderBench.Start.AddHours(1) }).By(_bench.Key));
        await _bench.UntilAsync("o1", OrderState.Done);
        var (before, live) = (_bench.Door.List(10), _bench.Book.LiveState().ToList());
        var book = new Concentrator.Orders.OrderBook(new ListLedger(), new FakeTime(_bench.Clock), _bench.Clock);
        foreach (var record in live)
        {
            book.Replay(new Concentrator.Ports.StoredRecord(1, record.Type, record.Class, record.Time, record.Payload));
        }

        Assert.Equal(before.Select(order => (order.Id, order.State, order.Sentence)).Order(), book.All.Select(order => (order.Request.Id, order.State, order.Sentence)).Order());
        Assert.True(book.IsNonceUsed("n-o1"));
        _bench.Clock.Advance(TimeSpan.FromDays(40));
        Assert.Equal(1, book.LiveState().Count(record => record.Payload.Span[0] == 1)); // what is over is forgotten after a month, what is open is not
    }

    [Requirement("P4")]
    [Fact]
    public async Task An_order_that_needs_a_second_word_waits_for_it()
    {
        using var bench = new OrderBench(new AuthorityPolicy { NeedApproval = new HashSet<string> { "clock" } });
        bench.Run();
        var receipt = await bench.GiveAsync("clock", new SignedOrder("o1").By(bench.Key));
        Assert.Equal("waits for the approval of a second one", receipt.Sentence);
        await bench.Clock.AdvanceUntilAsync(() => bench.Clock.GetUtcNow() > OrderBench.Start.AddMinutes(1), TimeSpan.FromSeconds(5));
        Assert.Empty(bench.Reached);
        Assert.Equal("same-approver", (await bench.GiveAsync("approve", new SignedOrder("a1", """{"orderId":"o1"}""", []).By(bench.Key))).Code);
        Assert.Equal("role", (await bench.SubmitAsync("ann", "approve", """{"args":{"orderId":"o1"}}""")).Code);
        Assert.Equal("nothing-to-approve", (await bench.SubmitAsync("alice", "approve", """{"args":{"orderId":"o9"}}""")).Code);
        Assert.Equal(OrderState.Accepted, (await bench.GiveAsync("approve", (new SignedOrder("a2", """{"orderId":"o1"}""", []) with { KeyId = "hes-2" }).By(bench.Second))).State);
        await bench.UntilAsync("o1", OrderState.Done);
        Assert.Equal(1, bench.Reached.Count(one => one.Kind == OrderKind.Clock));
    }

    [Requirement("P4")]
    [Fact]
    public async Task An_image_for_the_legally_relevant_part_waits_for_a_second_word_whatever_the_policy_and_stands_in_the_audit()
    {
        _bench.Run();
        var receipt = await _bench.GiveAsync("firmware", new SignedOrder("o1", """{"identification":"01","image":"AAEC","legallyRelevant":true}""").By(_bench.Key));
        Assert.Equal("waits for the approval of a second one", receipt.Sentence);
        var audit = AuditRecord.Parse(_bench.Ledger.Stored(RecordType.Audit).Last().Payload);
        Assert.Equal("order firmware", audit.What);
        Assert.EndsWith($"image of 3 octets, sha256 {Convert.ToHexStringLower(SHA256.HashData([0, 1, 2]))}, legally relevant", audit.After, StringComparison.Ordinal);
        Assert.Empty(_bench.Reached);
        await _bench.GiveAsync("approve", (new SignedOrder("a1", """{"orderId":"o1"}""", []) with { KeyId = "hes-2" }).By(_bench.Second));
        await _bench.UntilAsync("o1", OrderState.Done);
        Assert.Single(_bench.Reached);
    }

    [Fact]
    public async Task An_order_that_is_cancelled_begins_nothing_more()
    {
        _bench.Run();
        await _bench.GiveAsync("clock", (new SignedOrder("o1", Meters: [Meter, Other]) with { NotBefore = OrderBench.Start.AddHours(1) }).By(_bench.Key));
        Assert.Equal("role", (await _bench.SubmitAsync("sue", "cancel", """{"args":{"orderId":"o1"}}""")).Code); // who could not give it does not take it back
        await _bench.SubmitAsync("alice", "cancel", """{"args":{"orderId":"o1"}}""");
        var order = await _bench.UntilAsync("o1", OrderState.Cancelled);
        Assert.All(order.Meters, meter => Assert.Equal("cancelled by alice at local", meter.Sentence));
        Assert.Equal("not-cancellable", (await _bench.SubmitAsync("alice", "cancel", """{"args":{"orderId":"o1"}}""")).Code);
        Assert.Empty(_bench.Reached);
    }

    [Fact]
    public async Task What_the_box_does_itself_is_done()
    {
        _bench.Run();
        await _bench.GiveAsync("resend", new SignedOrder("o1", """{"from":3,"to":9}""", []).Unsigned());
        Assert.Equal("sequences 3 to 9 are sent once more, as far as they are kept", (await _bench.UntilAsync("o1", OrderState.Done)).Sentence);
        await _bench.GiveAsync("meters", new SignedOrder("o2", $$"""{"expect":["{{Meter}}","{{Other}}"],"retire":["LGZ1030655933514"]}""", []).By(_bench.Key));
        Assert.Equal("2 expected, 1 retired", (await _bench.UntilAsync("o2", OrderState.Done)).Sentence);
        await _bench.GiveAsync("meters", new SignedOrder("o3", $$"""{"expect":["{{Meter}}","LGZ1030655933515"]}""", []).By(_bench.Key));
        Assert.Equal($"{Meter}: it is expected already", (await _bench.UntilAsync("o3", OrderState.Partial)).Sentence);
        Assert.Equal("resend main 3 9", _bench.Box[0]);
        Assert.Equal("arguments", (await _bench.GiveAsync("resend", new SignedOrder("o4", """{"from":9,"to":3}""", []).Unsigned())).Code);
    }
}
