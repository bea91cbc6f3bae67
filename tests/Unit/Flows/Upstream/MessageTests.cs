using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Concentrator.Ports;
using Concentrator.Upstream;
using Concentrator.Upstream.Mqtt;
using Metering;
using Metering.Driver;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Planner;
using Metering.Orders.Records;
using Protocols.MBus;
using Unit.Flows.View;

namespace Unit.Flows.Upstream;

/// <summary>What the box writes is what docs/mqtt promises.</summary>
public class MessageTests
{
    private static readonly DateTime At = new(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 1, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The example of OMS specification volume 2 annex N: a gas meter, mode 5.</summary>
    private const string Telegram = "2E4493157856341233037A2A0020255923C95AAA26D1B2E7493B013EC4A6F6D3529B520EDFF0EA6DEFC99D6D69EBF3";

    public static TheoryData<string> Names => ["state", "identity", "health", "meter-meta", "meter-availability", "readings", "event", "completeness", "capabilities", "order-status", "order-result", "image-status"];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_example_is_what_the_box_writes(string name)
    {
        var written = JsonNode.Parse(Write(name))!.ToJsonString(Indented) + "\n";
        var example = File.ReadAllText(Path.Combine(MessageSchemas.Folder("examples"), name + ".json"));
        Assert.True(written == example, $"docs/mqtt/examples/{name}.json should be\n{written}");
        Assert.Empty(MessageSchemas.FaultsOf(name, written));
    }

    [Fact]
    public void Every_kind_of_value_unit_and_flag_fits_the_schema()
    {
        var values = new (Value Value, UnitSymbol Unit)[]
        {
            (Value.Decimal(Int128.MaxValue, -3), UnitSymbol.CubicMetre), (Value.Decimal(-1, 6), UnitSymbol.VArh), (Value.Real(1.5f), UnitSymbol.Kelvin), (Value.Text("lärm\u0000\""), UnitSymbol.None),
            (Value.Octets(new byte[] { 1, 2 }), UnitSymbol.None), (Value.Bits(new byte[] { 0xF0 }, 8), UnitSymbol.None), (Value.None, UnitSymbol.Wh),
            (Value.Instant(new DeviceTime(2026, 11, 24, 8, 1, 0, 0, 0, DeviceTimeFlags.None)), UnitSymbol.None), (Value.Decimal(5, 0), UnitSymbol.Unknown),
        };
        foreach (var flag in Enum.GetValues<StatusFlags>())
        {
            var fields = values.Select((value, index) => new PayloadWriter.Field($"04{index:X2}", default, value.Unit, -3, value.Value)).ToList();
            var payload = PayloadWriter.Telegram("GWI-12345678-3C-03", "h:0011223344556677", 2, fields, 0x41, flag);
            var message = Readings(new StoredRecord(9, RecordType.Telegram, RecordClass.Reading, new BoxTime(At, TimeQuality.Holdover, 1, 7), payload), "backfill");
            Assert.Empty(MessageSchemas.FaultsOf("readings", message));
        }

        foreach (var unit in Enum.GetValues<UnitSymbol>())
        {
            var payload = PayloadWriter.Telegram("GWI-12345678-3C-03", "h:0011223344556677", 0, [new PayloadWriter.Field("0413", default, unit, 0, Value.Decimal(1, 0))]);
            Assert.Empty(MessageSchemas.FaultsOf("readings", Readings(new StoredRecord(9, RecordType.Telegram, RecordClass.Reading, new BoxTime(null, TimeQuality.Unset, 1, 7), payload), "live")));
        }
    }

    private static MeterId Placed { get; } = MeterId.Parse("ELS-12345678-33-03");

    private static string Write(string name) => name switch
    {
        "state" => Json(new StateMessage("online", "00000000000000a7", At), WireJson.Default.StateMessage),
        "identity" => Json(IdentityMessage.Of("dc-0001", "nnap", "0.1.0", new string('a', 64), new string('b', 64), Installed), WireJson.Default.IdentityMessage),
        "health" => Json(MqttMessages.Health(Status, new Dictionary<RecordClass, long> { [RecordClass.Alarm] = 0, [RecordClass.Order] = 0, [RecordClass.Reading] = 12 }), WireJson.Default.HealthMessage),
        "meter-meta" => Json(MqttMessages.Meta(Meter), WireJson.Default.MeterMetaMessage),
        "meter-availability" => Json(new AvailabilityMessage("ELS-12345678-33-03", "online", At), WireJson.Default.AvailabilityMessage),
        "event" => Json(new EventMessage(null, "gap", 17, "own", "gap", At, At, 0, MqttMessages.Gap(Gap)), EventJson.Default.EventMessage),
        "completeness" => Json(CompletenessMessage.PartsOf(Report).Single(), CompletenessJson.Default.CompletenessMessage),
        "capabilities" => Json(OrderMessages.Capabilities(["read", "clock"]), OrderJson.Default.CapabilitiesMessage),
        "order-status" => Json(OrderMessages.Status(News with { Progress = (1, 2) }), OrderJson.Default.OrderStatusMessage),
        "order-result" => Json(OrderMessages.Result(News with { Meter = Placed, Before = "connected", After = "disconnected" }), OrderJson.Default.OrderResultMessage),
        "image-status" => Json(ImageStatusMessage.Of(Image, At), ImageJson.Default.ImageStatusMessage),
        _ => Readings(Decoded(), "live"),
    };

    private static ImageStand Image => new(
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("test"u8)), 2 * 1024 * 1024, 131_072, [new OctetRange(65_536, 65_536), new OctetRange(196_608, 1_900_544)], false, 0, ["hes-2026-11-24-0001"]);

    private static Installation Installed => new(
        2, Convert.FromHexString("5858580A1B2C3D4E"), new Place("", "", "", ""), "restored from a backup of 2026-11-24T06:00:00Z", At,
        new BoxPublicKey("Ff-_IQbB79SzA7qy4dRsR-1IT7KW0BE9vynxwmJrq2k", "Iq13oLGyVw1qkLAAEkx4QhXOaQcKr6Q1DUwFmTt95hk", "ivgiDTIeJd-gRJO2SHii9VD10_evh9OUjfPL_PiehaQ"));

    /// <summary>As it comes out of the ledger.</summary>
    private static OrderMoved News => OrderMoved.ParseNews(new OrderMoved("hes-2026-11-24-0001", default, OrderState.Done, "", "the breaker is open", At).ToNews(default).Payload);

    private static string Json<T>(T message, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> shape) => JsonSerializer.Serialize(message, shape);

    private static string Readings(StoredRecord record, string lane)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        MqttMessages.WriteReadings(writer, new DeliveryBatch(new BatchId(7, RecordClass.Reading, record.Sequence, record.Sequence), lane, [record]), 1, At.AddSeconds(1), meter => meter == Placed ? "ES0021000000001234AB" : null);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static StoredRecord Decoded()
    {
        using var receiver = new TelegramReceiver(new OneKey(Convert.FromHexString("0102030405060708090A0B0C0D0E0F11")), new FreshCounters());
        var at = new BoxTime(At, TimeQuality.Synchronised, 1, 7);
        var taken = Assert.IsType<DriverEvent.ReadingsTaken>(receiver.Receive(Convert.FromHexString(Telegram), new LinkFacts("radio0", "wmbus", -71, "C1+T1"), at));
        return new StoredRecord(1200341, RecordType.Telegram, RecordClass.Reading, at, new LedgerRecord(taken.Block.Meter, taken.Raw, taken.Security, taken.Block, null).ToPayload());
    }

    private static StoredRecord Gap
    {
        get
        {
            var to = new OctetWriter();
            to.Number(100);
            to.Number(163);
            to.Number(64);
            to.Text("the oldest segment was dropped: the disk was full");
            return new StoredRecord(17, RecordType.Gap, RecordClass.Alarm, new BoxTime(At, TimeQuality.Synchronised, 1, 7), to.ToArray());
        }
    }

    private static MeterView Meter => new(
        MeterId.Parse("ELS-12345678-33-03"), "gas", "radio0", true, At.AddDays(-3), At, -71, 42, 40, 12, "no-key", "encrypted, and no key of this meter is known", "ES0021000000001234AB", false)
    {
        Life = new MeterLifeRecord(Placed, MeterStage.Joined) { Phase = "L2", Predecessor = MeterId.Parse("ELS-00000001-33-03") }, OwnedBy = "dc-0002",
    };

    private static BoxStatus Status => new(
        "dc-0001", "0.1.0", 0xA7, new BoxTime(At, TimeQuality.Synchronised, 1, 7),
        new ClockView([new ClockSourceView("kernel", "agrees", 0), new ClockSourceView("ntp://192.0.2.1", "agrees", 0.004)], new TimeTrust(2, 0, TimeSpan.FromDays(1))), true, "All is well: 20 of 20 meters heard in the last 24 hours, 12 records on their way.", 20, 0, 0,
        new FlowCounters(100, 3, 7, 88, 1, 60, 60, 48, 1), new StorageView(true, null, 512, 1, 1, 1 << 20, 1L << 33, 0, null),
        [new DriverView("radio0", "im871a", "/dev/ttyUSB0", LinkState.Listening, "listening in C1+T1", At, new Dictionary<string, string>(), new Dictionary<string, long>())], [])
    {
        Forecast = "load-profile: 98.4 % by 12:00, 1 meter at risk", Collection = [new CollectionForecast(new CollectionTask("load-profile", TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(12)), At.AddHours(3), 20, 18, 0.984, 1, 0, null, "")],
    };

    /// <summary>The day the clocks went back, in Madrid: 25 hours.</summary>
    private static Completeness Report => new(
        "load-profile", new DateTime(2026, 10, 24, 22, 0, 0, DateTimeKind.Utc), new DateTime(2026, 10, 25, 23, 0, 0, DateTimeKind.Utc), new DateTime(2026, 10, 26, 11, 0, 0, DateTimeKind.Utc),
        [
            new MeterCompleteness(MeterId.Parse("LGZ1030655933512"), "1-0:99.1.0*255", 900, 100, 100, []),
            new MeterCompleteness(MeterId.Parse("LGZ1030655933513"), "1-0:99.1.0*255", 900, 100, 96,
                [new MissingRange(new DateTime(2026, 10, 25, 4, 15, 0, DateTimeKind.Utc), new DateTime(2026, 10, 25, 5, 0, 0, DateTimeKind.Utc), "meter-has-none")]),
            new MeterCompleteness(MeterId.Parse("LGZ1030655933514"), null, null, 1, 0,
                [new MissingRange(new DateTime(2026, 10, 24, 22, 0, 0, DateTimeKind.Utc), new DateTime(2026, 10, 25, 23, 0, 0, DateTimeKind.Utc), "no-key")]),
        ]);
}
