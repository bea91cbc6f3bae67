using System.Text.Json;
using System.Text.Json.Nodes;

namespace Unit.Live;

/// <summary>A head-end that acknowledges by itself: nothing else settles a batch, and what it refuses is kept for a person.</summary>
public sealed class HeadEndTests
{
    [Requirement("I-G1")]
    [Fact]
    public async Task Only_the_head_end_settles_and_what_it_refuses_is_kept_alarmed_and_sent_again()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.Shipped, acknowledge: "head-end");
        using var service = street.StartService();
        await Street.WaitAsync(() => Batches(street).Count >= 3, "no readings");
        await Street.WaitAsync(() => Upstream(street)["delivered"]!.GetValue<long>() == 0 && Waiting(street) > 0, "PUBACK alone settled a batch");

        var batches = Batches(street);
        var refusedRow = batches[1]["blocks"]![0]!["rows"]![0]!["key"]!.GetValue<string>();
        await AckAsync(street, batches[0], "stored");
        await AckAsync(street, batches[1], "rejected", refusedRow);
        await street.Consumer.SayAsync("dc/v1/dc-test/ack", "{\"batchId\":\"nonsense\",\"status\":\"stored\"}");
        await street.Consumer.SayAsync("dc/v1/dc-test/ack", "no json at all");
        await Street.WaitAsync(() => Upstream(street)["delivered"]!.GetValue<long>() == 2, "the head-end's word settled nothing");
        await Street.WaitAsync(() => street.Consumer.Payloads("/events/alarm").Any(alarm => alarm.Contains("rows-refused", StringComparison.Ordinal)), "no alarm");
        Assert.Contains("refused 1 rows", JsonNode.Parse(street.Tool("status", "--json").Output)!["verdict"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(refusedRow, street.Tool("hes", "dead-letters").Output, StringComparison.Ordinal);
        await Street.WaitAsync(() => street.Log.Contains("batchId is none of ours", StringComparison.Ordinal), "a wrong acknowledgement was not told");

        var id = batches[1]["batchId"]!.GetValue<string>();
        Assert.Equal(1, Batches(street).Count(batch => batch["batchId"]!.GetValue<string>() == id));
        Assert.Equal(0, street.Tool("hes", "dead-letters", "--resend").Code);
        await Street.WaitAsync(() => Batches(street).Count(batch => Holds(batch, refusedRow)) == 2, "the refused row was not sent again");
        await AckAsync(street, Batches(street).Last(batch => Holds(batch, refusedRow)), "stored");
        await Street.WaitAsync(() => Upstream(street)["deadLetters"]!.GetValue<long>() == 0, "the dead letters stayed");
        await ServiceProcess.StopAsync(service);
        Assert.All(street.Consumer.Payloads("/events/"), alarm => Assert.Empty(MessageSchemas.FaultsOf("event", alarm)));
    }

    private static List<JsonNode> Batches(Street street) => [.. street.Consumer.Readings().Select(message => JsonNode.Parse(message)!)];

    private static bool Holds(JsonNode batch, string key) => batch["blocks"]!.AsArray().Any(block => block!["rows"]!.AsArray().Any(row => row!["key"]!.GetValue<string>() == key));

    private static JsonNode Upstream(Street street) => JsonNode.Parse(street.Tool("status", "--json").Output)!["upstreams"]![0]!;

    private static long Waiting(Street street) => Upstream(street)["backlog"]!["reading"]!.GetValue<long>();

    private static Task AckAsync(Street street, JsonNode batch, string status, params string[] rows)
    {
        var payload = new { batchId = batch["batchId"]!.GetValue<string>(), status, rows = rows.Select(key => new { key, reason = "unknown meter" }) };
        return street.Consumer.SayAsync("dc/v1/dc-test/ack", JsonSerializer.Serialize(payload));
    }
}
