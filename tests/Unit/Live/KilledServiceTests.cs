using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Unit.Live;

/// <summary>The service itself is killed while it carries orders out, again and again: each order comes to one end, which is how the meter stands.</summary>
public sealed class KilledServiceTests
{
    private const string Base = "dc/v1/dc-test/cmd/", Meter = "SIM0000000001000";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly (string Verb, string Args)[] Orders =
    [
        ("disconnect", "{}"), ("limiter", """{"normal":4600,"overSeconds":90,"unit":"W"}"""), ("reconnect", "{}"),
        ("calendar", """{"days":[{"id":1,"switches":[{"at":"00:00","script":"0-0:10.0.100*255","selector":2}]}],"name":"KILLED","seasons":[{"name":"S","start":"*-04-01","week":"W"}],"weeks":[{"days":[1,1,1,1,1,1,1],"name":"W"}]}"""),
        ("disconnect", "{}"), ("read", """{"what":"load-profile"}"""), ("reconnect", "{}"),
    ];

    [Fact]
    public async Task Orders_whose_service_is_killed_come_to_the_end_that_the_meter_shows()
    {
        await using var street = await Street.OpenAsync(Street.Shipped, scenario: "all");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await OwnerTests.TrustAsync(street, key, "*");
        var service = street.StartService();
        try
        {
            await Street.WaitAsync(() => street.Consumer.Keys().Any(one => one.StartsWith(Meter, StringComparison.Ordinal)), Patience, () => "the meter was never read" + street.Log);
            for (var i = 0; i < Orders.Length; i++)
            {
                var (verb, args) = Orders[i];
                var id = $"killed-{i}";
                var order = new SignedOrder(id, args, [Meter]) with { Issued = DateTimeOffset.UtcNow, Expires = DateTimeOffset.UtcNow.AddHours(1) };
                await street.Consumer.SayAsync(Base + verb, order.By(key));
                await Street.WaitAsync(() => States(street, id).Length > 0, Patience, () => $"{id} was not taken" + street.Log);
                await Task.Delay(TimeSpan.FromMilliseconds(i * 300), TestContext.Current.CancellationToken); // somewhere in its life
                await street.KillAsync(service);
                service.Dispose();
                service = street.StartService();
                await Street.WaitAsync(() => States(street, id).Any(state => state is "done" or "failed" or "partial"), Patience, () => $"{id} has no end: {string.Join(" | ", street.Consumer.Payloads($"/cmd/{id}/"))}{street.Log}");
                var look = $"look-{i}";
                await street.Consumer.SayAsync(Base + "breaker", (order with { Id = look, Args = "{}", Issued = DateTimeOffset.UtcNow }).By(key));
                await Street.WaitAsync(() => States(street, look).Contains("done"), Patience, () => $"the breaker cannot be read: {string.Join(" | ", street.Consumer.Payloads($"/cmd/{look}/"))}{street.Log}");
                var (stands, end) = (Result(street, look)["after"]!.GetValue<string>(), States(street, id)[^1]);
                if (verb is "disconnect" or "reconnect")
                {
                    Assert.True((end == "done") == stands.StartsWith(verb == "disconnect" ? "disconnected" : "connected", StringComparison.Ordinal), $"{id}, {verb}: told {end}, and the breaker stands {stands}: {string.Join(" | ", street.Consumer.Payloads($"/cmd/{id}/"))}");
                }
                else
                {
                    Assert.Equal("done", end);
                }

                Assert.Single(States(street, id).Where(state => state is "done" or "failed" or "partial").Distinct());
                Assert.Equal(end, Result(street, id)["state"]!.GetValue<string>());
            }

            await Street.StopAsync(service);
            Assert.Equal(0, service.ExitCode);
        }
        finally
        {
            service.Dispose();
        }

        Assert.Equal(0, street.Tool("ledger", "verify").Code);
        street.Consumer.MustAllFitTheirSchemas();
    }

    private static string[] States(Street street, string id) => [.. street.Consumer.Payloads($"/cmd/{id}/status").Select(payload => JsonNode.Parse(payload)!["state"]!.GetValue<string>())];

    private static JsonNode Result(Street street, string id) => JsonNode.Parse(street.Consumer.Payloads($"/cmd/{id}/result")[^1])!;
}
