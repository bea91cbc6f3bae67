using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Unit.Live;

/// <summary>The service itself is killed while it carries orders out: each order comes to one end, which is how the meter stands.</summary>
public sealed class KilledServiceTests
{
    private const string Base = "dc/v1/dc-test/cmd/", Meter = "SIM0000000001000";

    private static readonly (string Verb, string Args)[] Orders = [("disconnect", "{}"), ("limiter", """{"normal":4600,"overSeconds":90,"unit":"W"}""")];

    [Fact]
    public async Task Orders_whose_service_is_killed_come_to_the_end_that_the_meter_shows()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.Shipped, scenario: "all");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await OwnerTests.TrustAsync(street, key, "*");
        var service = street.StartService();
        try
        {
            await Street.WaitAsync(() => street.Consumer.Keys().Any(one => one.StartsWith(Meter, StringComparison.Ordinal)), () => "the meter was never read" + street.Log);
            var orders = Orders.Select((order, at) => (Id: $"killed-{at}", order.Verb, order.Args)).ToArray();
            foreach (var (id, verb, args) in orders)
            {
                await street.Consumer.SayAsync(Base + verb, Now(id, args).By(key));
            }

            await Street.WaitAsync(() => orders.All(order => States(street, order.Id).Length > 0), () => "they were not taken" + street.Log);
            await Task.Delay(TimeSpan.FromMilliseconds(700), TestContext.Current.CancellationToken); // somewhere in the middle
            await ServiceProcess.KillAsync(service);
            service.Dispose();
            service = street.StartService();
            await Street.WaitAsync(() => orders.All(order => States(street, order.Id).Any(IsEnd)), () => $"they come to no end: {string.Join(" | ", street.Consumer.Payloads("/cmd/killed-"))}{street.Log}");
            await street.Consumer.SayAsync(Base + "breaker", Now("look", "{}").By(key));
            await Street.WaitAsync(() => States(street, "look").Contains("done"), () => $"the breaker cannot be read: {string.Join(" | ", street.Consumer.Payloads("/cmd/look/"))}{street.Log}");
            foreach (var (id, verb, _) in orders)
            {
                var end = Assert.Single(States(street, id).Where(IsEnd).Distinct());
                Assert.Equal(end, Result(street, id)["state"]!.GetValue<string>());
                var isDone = verb == "limiter" || Result(street, "look")["after"]!.GetValue<string>().StartsWith("disconnected", StringComparison.Ordinal);
                Assert.True((end == "done") == isDone, $"{id}, {verb}: told {end}: {string.Join(" | ", street.Consumer.Payloads($"/cmd/{id}/"))}, and the breaker stands {Result(street, "look")["after"]}");
            }

            await ServiceProcess.StopAsync(service);
            Assert.Equal(0, service.ExitCode);
        }
        finally
        {
            service.Dispose();
        }

        Assert.Equal(0, street.Tool("ledger", "verify").Code);
        street.Consumer.MustAllFitTheirSchemas();
    }

    private static SignedOrder Now(string id, string args) => new SignedOrder(id, args, [Meter]) with { Issued = DateTimeOffset.UtcNow, Expires = DateTimeOffset.UtcNow.AddHours(1) };

    private static bool IsEnd(string state) => state is "done" or "failed" or "partial";

    private static string[] States(Street street, string id) => [.. street.Consumer.Payloads($"/cmd/{id}/status").Select(payload => JsonNode.Parse(payload)!["state"]!.GetValue<string>())];

    private static JsonNode Result(Street street, string id) => JsonNode.Parse(street.Consumer.Payloads($"/cmd/{id}/result")[^1])!;
}
