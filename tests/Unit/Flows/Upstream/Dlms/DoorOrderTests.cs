using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Concentrator.Field;
using Metering;
using Metering.Driver;
using Metering.Ledger;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Unit.Flows.Dlms;
using Unit.Flows.Orders;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>Orders that a head-end writes into the box's own object: the same door as over MQTT, with the answer that DLMS has for it, and what becomes of them to be read.</summary>
public class DoorOrderTests
{
    private const string Order = "0-0:96.128.20*255", Orders = "0-0:96.128.21*255", Results = "0-0:96.128.22*255", Energy = "1-0:1.8.0*255", Stranger = "LGZ1030655933512";
    private const int Success = 0, Temporary = 2, Denied = 3, WrongType = 12, OutOfScope = 13;

    [Requirement("E6", "I-G2", "F1", "F4")]
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_and_a_signed_breaker_are_carried_out_at_the_meter_and_what_became_of_them_is_read(bool overHdlc)
    {
        await using var field = new DriverBench(new DlmsMeterPlan(3, 7) { BreakerTakes = TimeSpan.FromSeconds(5) }, overHdlc ? new MeterHdlcPlan() : null);
        Assert.True(await field.ListeningAsync());
        using var orders = new OrderBench();
        var (reach, told) = (new MeterReach(), Channel.CreateUnbounded<DriverEvent>());
        reach.Join(MeterId.Parse(field.Meter.Name), field.Driver);
        var desk = new Dispatcher(reach, told.Writer);
        orders.Meter = async (order, stop) => // the meter's time is its own, and goes on where it has to
        {
            var done = field.UnderWay(async () => await desk.ExecuteAsync(order, stop).LastAsync(stop));
            Assert.True(await field.Clock.AdvanceUntilAsync(() => done.IsCompleted, TimeSpan.FromMilliseconds(50)));
            return await done;
        };
        orders.Run();
        await using var bench = new NorthBench(clock: orders.Clock, orders: orders.Door);
        var (headEnd, session) = await ConnectAsync(bench);
        Assert.Equal(Success, await WriteAsync(headEnd, session, Written("r1", "read", $$"""{"what":"{{Energy}}"}""", field.Meter.Name).Unsigned()));
        Assert.True(await Patience.UntilAsync(() => orders.Door.Find("r1")!.State == OrderState.Done), $"{orders.Door.Find("r1")}");
        Assert.Equal("done", (await StatusAsync(headEnd, session)).GetProperty("state").GetString());
        Assert.True(told.Reader.TryRead(out var read));
        Assert.Equal("r1", Assert.IsType<DriverEvent.ReadingsTaken>(read).Block.OrderId); // goes where readings go
        Assert.Equal(1, field.Meter.Part<Breaker>()!.Control.State);
        Assert.Equal(Success, await WriteAsync(headEnd, session, Written("d1", "disconnect", "{}", field.Meter.Name).By(orders.Key)));
        Assert.True(await Patience.UntilAsync(() => orders.Door.Find("d1")!.State == OrderState.Done), $"{orders.Door.Find("d1")}");
        Assert.Equal(0, field.Meter.Part<Breaker>()!.Control.State);
        Assert.Equal(("d1", "done", 1, 1), await ShortStatusAsync(headEnd, session));
        var rows = ListRows.Of(await headEnd.GetAsync(session, 7, Orders, 2));
        Assert.Equal([("r1", "read", "client 1 as 4845530102030405 at scada", 2), ("d1", "disconnect", "key hes-1 at scada", 2)], rows.Select(row => (Text(row[1]), Text(row[2]), Text(row[3]), Convert.ToInt32(row[4], 16))));
        Assert.Equal([("00000001", "00000001"), ("00000001", "00000001")], rows.Select(row => (row[7], row[8])));
        Assert.Equal("d1", Text(Assert.Single(ListRows.Of(await headEnd.GetAsync(session, 7, Orders, 2, ProfileSelection.Entries(2, 0))))[1]));
        rows = ListRows.Of(await headEnd.GetAsync(session, 7, Results, 2));
        Assert.Equal([("r1", field.Meter.Name, "", ""), ("d1", field.Meter.Name, "connected", "disconnected")], rows.Select(row => (Text(row[1]), Text(row[2]), Text(row[6]), Text(row[7]))));
        Assert.Equal([OrderState.Done, OrderState.Done], rows.Select(row => (OrderState)Convert.ToInt32(row[3], 16)));
    }

    [Requirement("F4", "P5, P6")]
    [Fact]
    public async Task What_is_refused_is_told_as_such_and_reaches_no_meter()
    {
        using var orders = new OrderBench();
        orders.Run();
        await using var bench = new NorthBench(clock: orders.Clock, orders: orders.Door);
        var (headEnd, session) = await ConnectAsync(bench);
        using var forger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var disconnect = Written("d1", "disconnect", "{}");
        (string Body, string Code)[] refused =
        [
            (disconnect.Unsigned(), "unsigned"), (disconnect.By(forger), "signature"), ((disconnect with { KeyId = "nobody" }).By(orders.Key), "signature"),
            (disconnect.By(orders.Key).Replace("disconnect", "reconnect", StringComparison.Ordinal), "signature"), ((disconnect with { Verb = null }).By(orders.Key), "arguments"),
            ((disconnect with { Verb = "dissolve" }).By(orders.Key), "unknown-verb"), ((disconnect with { Issued = OrderBench.Start.AddDays(-2) }).By(orders.Key), "stale"),
            (Written("k1", "read", "{}", "XYZ0000000000001").Unsigned(), "unknown-meter"), ("{}", "arguments"), ("no JSON", "arguments"), ("", "arguments"),
        ];
        var audited = orders.Audited;
        foreach (var (body, code) in refused)
        {
            Assert.Equal((code, Denied), (code, await WriteAsync(headEnd, session, body)));
            var status = await StatusAsync(headEnd, session);
            Assert.Equal(("refused", code), (status.GetProperty("state").GetString(), status.GetProperty("code").GetString()));
            Assert.NotEmpty(status.GetProperty("sentence").GetString()!);
            Assert.Equal(++audited, orders.Audited); // one event each
        }

        Assert.Equal(WrongType, await headEnd.SetAsync(session, 1, Order, 2, [0x12, 0, 1]));
        Assert.Equal(OutOfScope, await WriteAsync(headEnd, session, new string(' ', 128 * 1024) + disconnect.By(orders.Key)));
        orders.Clock.Advance(TimeSpan.FromMinutes(1));
        await Patience.SettledAsync();
        Assert.Empty(orders.Reached);
        Assert.Empty(ListRows.Of(await headEnd.GetAsync(session, 7, Orders, 2)));
    }

    [Fact]
    public async Task A_doubled_order_is_done_once_and_told_as_doubled_and_other_words_under_its_id_are_refused()
    {
        using var orders = new OrderBench();
        orders.Run();
        await using var bench = new NorthBench(clock: orders.Clock, orders: orders.Door);
        var (headEnd, session) = await ConnectAsync(bench);
        var body = Written("d1", "disconnect", "{}").By(orders.Key);
        Assert.Equal(Success, await WriteAsync(headEnd, session, body));
        await orders.UntilAsync("d1", OrderState.Done);
        Assert.False((await StatusAsync(headEnd, session)).GetProperty("duplicate").GetBoolean());
        Assert.Equal(Success, await WriteAsync(headEnd, session, body));
        var status = await StatusAsync(headEnd, session);
        Assert.Equal(("d1", "done", true), (status.GetProperty("orderId").GetString(), status.GetProperty("state").GetString(), status.GetProperty("duplicate").GetBoolean()));
        Assert.Equal(Denied, await WriteAsync(headEnd, session, (Written("d1", "disconnect", "{}") with { Nonce = "another" }).By(orders.Key)));
        Assert.Equal("other-content", (await StatusAsync(headEnd, session)).GetProperty("code").GetString()); // and not how the first one stands
        orders.Clock.Advance(TimeSpan.FromMinutes(1));
        await Patience.SettledAsync();
        Assert.Equal([(OrderKind.Disconnect, Stranger)], orders.Reached);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_order_longer_than_an_APDU_comes_in_blocks(bool general)
    {
        using var orders = new OrderBench();
        await using var bench = new NorthBench(clock: orders.Clock, orders: orders.Door);
        var settings = new AssociationSettings { Client = 1, Mechanism = AuthenticationMechanism.Gmac, IsCiphered = true, PrefersGeneralBlocks = general };
        var (headEnd, session) = await ConnectAsync(bench, bench.Session(settings: settings));
        var meters = Enumerable.Range(0, 3000).Select(i => $"SIM{i:D13}").ToArray();
        var body = Written("r1", "read", """{"what":"registers"}""", meters).Unsigned();
        Assert.InRange(body.Length, 3 * bench.Options.LongestPdu, 128 * 1024);
        Assert.Equal(Success, await WriteAsync(headEnd, session, body));
        Assert.Equal(meters, orders.Door.Find("r1")!.Meters.Select(meter => meter.Meter.Text));
        Assert.Equal(Denied, await WriteAsync(headEnd, session, Written("d1", "disconnect", "{}", meters).Unsigned()));
        Assert.Equal("unsigned", (await StatusAsync(headEnd, session)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_order_in_a_list_of_writes_is_denied()
    {
        using var orders = new OrderBench();
        await using var bench = new NorthBench(clock: orders.Clock, orders: orders.Door);
        var (headEnd, session) = await ConnectAsync(bench);
        var at = new AttributeDescriptor(1, Obis.Parse(Order), 2);
        var value = new DataWriter().Octets(Encoding.UTF8.GetBytes(Written("r1", "read", """{"what":"registers"}""").Unsigned())).ToArray();
        var list = new SetListProcedure([(at, null, value), (at, null, value)]);
        Assert.Null(await headEnd.RunAsync(session, session.Start(list)));
        Assert.Equal([Denied, Denied], list.Results.Select(result => (int)result));
        var access = new AccessProcedure([(new AccessSpecification(2, at, null), value)]);
        Assert.Null(await headEnd.RunAsync(session, session.Start(access)));
        Assert.Equal(Denied, Assert.Single(access.Results).Result);
        Assert.Null(orders.Door.Find("r1"));
    }

    [Fact]
    public async Task An_order_that_cannot_be_written_down_is_not_taken_and_one_of_a_box_without_time_may_come_again()
    {
        using var orders = new OrderBench();
        await using var bench = new NorthBench(clock: orders.Clock, orders: orders.Door);
        var (headEnd, session) = await ConnectAsync(bench);
        var body = Written("r1", "read", """{"what":"registers"}""").Unsigned();
        orders.Ledger.IsFull = true;
        Assert.Equal(Temporary, await WriteAsync(headEnd, session, body));
        Assert.Contains("the disk is full", (await StatusAsync(headEnd, session)).GetProperty("sentence").GetString(), StringComparison.Ordinal);
        Assert.Null(orders.Door.Find("r1"));
        orders.Ledger.IsFull = false;
        Assert.Equal(Success, await WriteAsync(headEnd, session, body));
        Assert.Equal(1, orders.Ledger.Records.Count(record => record.Type == RecordType.Order));
    }

    [Fact]
    public async Task Each_client_reads_how_its_own_last_order_stands_also_over_another_connection()
    {
        using var orders = new OrderBench();
        await using var bench = new NorthBench(clock: orders.Clock, orders: orders.Door);
        var (one, session) = await ConnectAsync(bench);
        Assert.Equal("00", Convert.ToHexString((await one.GetAsync(session, 1, Order, 2)).Data.Span));
        Assert.Equal(Success, await WriteAsync(one, session, Written("r1", "read", """{"what":"registers"}""").Unsigned()));
        var (other, second) = await ConnectAsync(bench, bench.Session(1000, title: [.. "HES"u8, 9, 9, 9, 9, 9]));
        Assert.Equal("00", Convert.ToHexString((await other.GetAsync(second, 1, Order, 2)).Data.Span));
        Assert.Equal(Success, await WriteAsync(other, second, Written("r2", "read", """{"what":"registers"}""").Unsigned()));
        Assert.Equal("r2", (await StatusAsync(other, second)).GetProperty("orderId").GetString());
        var (again, third) = await ConnectAsync(bench, bench.Session(2000));
        Assert.Equal("r1", (await StatusAsync(again, third)).GetProperty("orderId").GetString());
    }

    [Requirement("P5, P6")]
    [Fact]
    public async Task Who_proved_itself_by_a_password_alone_orders_nothing()
    {
        using var orders = new OrderBench();
        await using var bench = new NorthBench(options => options with { Mechanism = 1 }, clock: orders.Clock, orders: orders.Door) { Password = [.. "sesame"u8] };
        var (headEnd, session) = await ConnectAsync(bench, new ClientSession(new AssociationSettings { Client = 1, Mechanism = AuthenticationMechanism.Low }, null, "sesame"u8.ToArray()));
        Assert.Equal(Denied, await WriteAsync(headEnd, session, Written("d1", "disconnect", "{}").By(orders.Key)));
        Assert.Null(orders.Door.Find("d1"));
    }

    private static SignedOrder Written(string id, string verb, string args, params string[] meters) => new(id, args, meters.Length == 0 ? [Stranger] : meters) { Verb = verb };

    private static async Task<(HeadEnd, ClientSession)> ConnectAsync(NorthBench bench, ClientSession? session = null)
    {
        var headEnd = bench.Connect();
        session ??= bench.Session();
        Assert.Null(await headEnd.AssociateAsync(session));
        return (headEnd, session);
    }

    private static async Task<int> WriteAsync(HeadEnd headEnd, ClientSession session, string body) =>
        await headEnd.SetAsync(session, 1, Order, 2, new DataWriter().Octets(Encoding.UTF8.GetBytes(body)).ToArray());

    /// <summary>What is read is what cmd/{orderId}/status says; only where no id could be read, there is none.</summary>
    private static async Task<JsonElement> StatusAsync(HeadEnd headEnd, ClientSession session)
    {
        var got = await headEnd.GetAsync(session, 1, Order, 2);
        Assert.Null(got.Error);
        var reader = new Protocols.Dlms.AXdr.AXdrReader(got.Data.Span);
        Assert.True(reader.TryItem(out var item));
        var status = JsonDocument.Parse(item.Content.ToArray()).RootElement;
        var id = status.GetProperty("orderId").GetString()!;
        Assert.Equal([], id.Length > 0 ? MessageSchemas.FaultsOf("order-status", Encoding.UTF8.GetString(item.Content)) : []);
        return status;
    }

    private static async Task<(string?, string?, int, int)> ShortStatusAsync(HeadEnd headEnd, ClientSession session)
    {
        var status = await StatusAsync(headEnd, session);
        return (status.GetProperty("orderId").GetString(), status.GetProperty("state").GetString(), status.GetProperty("done").GetInt32(), status.GetProperty("of").GetInt32());
    }

    private static string Text(string hex) => Encoding.UTF8.GetString(Convert.FromHexString(hex));
}
