using System.Text.Json;

namespace Unit.Flows.Orders;

/// <summary>
/// Orders as the head-end sends them, over every medium, to the meter and back: the meter's own state is the proof, for values its truth file is the judge, and what is published is looked at.
/// </summary>
public class HeadEndToMeterTests
{
    private static readonly string[] Energies = ["1-0:1.8.0*255", "1-0:2.8.0*255", "1-0:3.8.0*255", "1-0:4.8.0*255", "1-0:5.8.0*255", "1-0:6.8.0*255", "1-0:7.8.0*255", "1-0:8.8.0*255"];

    [Fact]
    public void Every_case_has_what_is_wanted_of_it() => Assert.Equal(Substation.Orders.OrderCases.All.Select(one => one.Name), WantedEffects.Cases);

    [Requirement("F1")]
    [Theory]
    [MemberData(nameof(Media))]
    public async Task F1_registers_read_on_order_arrive_as_the_meter_answered_them(string medium)
    {
        var proof = await DoneAsync(medium, "read registers");
        Assert.Empty(proof.Texts("Unexplained"));
        Assert.InRange(proof.GetProperty("Judged").GetInt32(), 12, 200);
    }

    [Requirement("F1")]
    [Theory]
    [MemberData(nameof(Media))]
    public async Task F1_a_range_of_a_profile_arrives_whole_and_nothing_else_of_it(string medium)
    {
        var proof = await DoneAsync(medium, "read profile");
        Assert.Empty(proof.Texts("Unexplained"));
        var rows = BlocksOf(proof).SelectMany(block => block.GetProperty("rows").EnumerateArray()).Select(row => row.GetProperty("at").GetDateTimeOffset().UtcDateTime).Order().ToArray();
        var first = new DateTime(2026, 11, 25, 0, 0, 0, DateTimeKind.Utc);
        Assert.Equal(Enumerable.Range(0, 25).Select(quarter => first.AddMinutes(15 * quarter)), rows);
        Assert.Equal(25 * 4, proof.GetProperty("Judged").GetInt32());
    }

    [Requirement("F2")]
    [Theory]
    [MemberData(nameof(Media))]
    public async Task F2_an_event_of_the_meters_log_arrives_as_what_it_is(string medium)
    {
        var proof = await DoneAsync(medium, "read events");
        var told = Messages(proof).Where(one => one.Topic.EndsWith("/events/alarm", StringComparison.Ordinal)).Select(one => JsonDocument.Parse(one.Payload).RootElement).ToArray();
        Assert.Contains(told, one => one.GetProperty("number").GetInt32() == 44 && one.GetProperty("meter").GetString() == "SIM0000000000001" && one.GetProperty("text").GetString() == "meter cover removed");
    }

    [Requirement("F2")]
    [Theory]
    [MemberData(nameof(Media))]
    public async Task F2_outages_and_the_quality_of_the_supply_arrive_as_events_with_the_meters_own_time(string medium)
    {
        foreach (var (order, log, number, severity, text) in ((string, string, int, string, string)[])[("read outages", "0-0:99.98.0*255", 1, "warning", "power down"), ("read outages", "0-0:99.98.0*255", 2, "info", "power up"), ("read quality", "0-0:99.98.4*255", 79, "info", "")])
        {
            var proof = await DoneAsync(medium, order);
            var told = Messages(proof).Where(one => one.Topic.EndsWith("/events/" + severity, StringComparison.Ordinal)).Select(one => JsonDocument.Parse(one.Payload).RootElement)
                .Where(one => one.GetProperty("number").GetInt32() == number && one.Text("log") == log).ToArray();
            Assert.Contains(told, one => one.Text("meter") == "SIM0000000000001" && one.Text("text").StartsWith(text, StringComparison.Ordinal) && one.GetProperty("occurredAt").GetDateTimeOffset().UtcDateTime.Hour == 8);
        }
    }

    [Requirement("F2")]
    [Theory]
    [MemberData(nameof(Told))]
    public Task F2_what_is_configured_set_told_or_brought_is_at_the_meter(string medium, string order) => DoneAsync(medium, order);

    [Requirement("F3")]
    [Theory]
    [MemberData(nameof(Tariffs))]
    public Task F3_a_calendar_takes_over_when_it_is_to_and_a_token_is_credited(string medium, string order) => DoneAsync(medium, order);

    [Requirement("F4")]
    [Theory]
    [MemberData(nameof(Supply))]
    public async Task F4_supply_is_switched_and_limited_and_read_back(string medium, string order)
    {
        var proof = await DoneAsync(medium, order);
        var result = JsonDocument.Parse(Messages(proof).Last(one => one.Topic.EndsWith("/result", StringComparison.Ordinal)).Payload).RootElement;
        var (before, after) = order switch { "disconnect" => ("connected", "disconnected"), "reconnect" => ("armed", "connected"), "read breaker" => (null, "connected"), _ => ("normal 1000000 W", "normal 4600 W over 90 s under 30 s, emergency 3000 W") };
        Assert.StartsWith(after, result.GetProperty("after").GetString(), StringComparison.Ordinal);
        Assert.StartsWith(before ?? "", result.GetProperty("before").GetString() ?? "", StringComparison.Ordinal);
    }

    [Requirement("F5")]
    [Theory]
    [MemberData(nameof(Media))]
    public Task F5_a_load_in_the_building_is_switched_and_no_other_one(string medium) => DoneAsync(medium, "load-switch");

    [Requirement("EU10")]
    [Theory]
    [MemberData(nameof(Media))]
    public async Task EU10_import_export_and_the_four_quadrants_come_apart(string medium)
    {
        var proof = await DoneAsync(medium, "read registers");
        var block = BlocksOf(proof).First();
        var row = block.GetProperty("rows").EnumerateArray().Single().GetProperty("v").EnumerateArray().Select(value => value.ToString()).ToArray();
        var columns = block.GetProperty("columns").EnumerateArray().Select(column => (Obis: column.Text("obis"), Unit: column.Text("unit"))).ToArray();
        var values = Energies.ToDictionary(obis => obis, obis => row[Array.FindIndex(columns, column => column.Obis == obis)]);
        Assert.Equal(Energies.Select(obis => proof.GetProperty("Truth").Text(obis)), values.Values);
        Assert.Equal(Energies.Length, values.Values.Distinct().Count());
        Assert.Equal(["Wh", "Wh", "varh", "varh", "varh", "varh", "varh", "varh"], Energies.Select(obis => columns.First(column => column.Obis == obis).Unit));
    }

    public static TheoryData<string> Media => [.. OrderRuns.Media];

    public static TheoryData<string, string> Told => Over("write", "execute", "message", "clock", "firmware now", "firmware later", "valve", "mbus key", "keys", "secret", "broadcast key");

    public static TheoryData<string, string> Tariffs => Over("calendar now", "calendar later", "token");

    public static TheoryData<string, string> Supply => Over("disconnect", "reconnect", "read breaker", "limiter");

    private static TheoryData<string, string> Over(params string[] orders)
    {
        var rows = new TheoryData<string, string>();
        foreach (var order in orders)
        {
            foreach (var medium in OrderRuns.Media)
            {
                rows.Add(medium, order);
            }
        }

        return rows;
    }

    /// <summary>It was done: at this meter as wanted and when wanted, at no other, and told so in messages that fit their schemas.</summary>
    private static async Task<JsonElement> DoneAsync(string medium, string order)
    {
        var proof = await OrderRuns.OfAsync(order, "prove", medium);
        Assert.True(proof.Text("State") == "done", $"{medium}, {order}: {proof.Text("State")}: {proof.Text("Sentence")}");
        Assert.Equal(["accepted", "running", "done"], proof.Texts("Told"));
        Assert.Equal(["done"], proof.Texts("Results"));
        Assert.Equal(
            order switch { "calendar later" => proof.Text("Before")[..^4] + WantedEffects.SpecialDays, "firmware later" => proof.Text("Before") + " with the image", _ => WantedEffects.Of(order) }, proof.Text("AtEnd")); // what is for later waits
        Assert.Equal(WantedEffects.Of(order), proof.Text("After"));
        Assert.True(proof.GetProperty("Other").GetBoolean(), $"{medium}, {order}: another meter of the street was changed too");
        Assert.True(order.StartsWith("read", StringComparison.Ordinal) || proof.Text("Before") != proof.Text("After"), "what was wanted was there before: that proves nothing");
        Assert.Empty(Messages(proof).SelectMany(one => MessageSchemas.Faults(one.Topic, one.Payload)));
        return proof;
    }

    private static IEnumerable<(string Topic, string Payload)> Messages(JsonElement proof) => proof.GetProperty("Messages").EnumerateArray().Select(one => (one.Text("Topic"), one.Text("Payload")));

    private static IEnumerable<JsonElement> BlocksOf(JsonElement proof) => Messages(proof).Where(one => one.Topic.Contains("/readings/", StringComparison.Ordinal))
        .SelectMany(one => JsonDocument.Parse(one.Payload).RootElement.GetProperty("blocks").EnumerateArray()).Where(block => block.GetProperty("orderId").GetString() == "o1");
}
