using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Concentrator.Home;
using Drivers.Ports;
using Metering;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Simulation.Modems;

namespace Unit.Live;

/// <summary>The consumers' side on a real socket and a real tty: own meters and no others, the same everywhere, and no way to write.</summary>
public sealed partial class HomeSocketTests : IAsyncLifetime
{
    private const string TokenA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", TokenB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    private static readonly MeterId MeterA = MeterId.Parse("SIM0000000000001"), MeterB = MeterId.Parse("SIM0000000000002");
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 7, 1, 10, 0, 0, TimeSpan.Zero));
    private readonly List<(string Who, string What, string Why)> _told = [];
    private readonly HttpClient _client = new();
    private readonly HomeOptions _options;
    private readonly NewestValues _newest = new([MeterA, MeterB]);
    private readonly HomeFeed _feed;
    private readonly HomeHost _host;

    public HomeSocketTests()
    {
        _options = new HomeOptions(
            new IPEndPoint(IPAddress.Loopback, 0), null, null, "DEM", "dc-0001", TimeZoneInfo.Utc, [Flat("flat-a", MeterA, TokenA), Flat("flat-b", MeterB, TokenB)]);
        _feed = new HomeFeed(_options, _newest, new FakeTime(_clock));
        _host = new HomeHost(_options, _feed, new HomeGuard(_options.Consumers, (who, what, why) => _told.Add((who, what, why)), _clock), TimeProvider.System);
    }

    public async ValueTask InitializeAsync()
    {
        await _host.StartAsync(CancellationToken.None);
        foreach (var meter in new[] { MeterA, MeterB })
        {
            _newest.Take(HomeBlocks.Of(meter, ("1-0:1.8.0", 12345678, -1, UnitSymbol.Wh), ("1-0:2.8.0", 17, 0, UnitSymbol.Wh), ("1-0:1.7.0", 731, 0, UnitSymbol.W)), new FakeTime(_clock).Now);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _client.Dispose();
    }

    [Requirement("E2", "I-H")]
    [Fact]
    public async Task A_consumer_sees_the_newest_of_the_own_meter_and_asking_for_the_neighbours_is_refused_and_told()
    {
        var own = await GetAsync("values", TokenA);
        Assert.Equal(HttpStatusCode.OK, own.Code);
        Assert.Contains("1234567.8", own.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(MeterB.Text, own.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"meters/{MeterA}", TokenA)).Code);
        var other = await GetAsync($"meters/{MeterB}", TokenA);
        Assert.Equal(HttpStatusCode.NotFound, other.Code);
        Assert.DoesNotContain("1234567.8", other.Text, StringComparison.Ordinal);
        Assert.Equal(("flat-a", MeterB.Text), (_told[^1].Who, _told[^1].What));
        Assert.Equal(other.Text, (await GetAsync("meters/SIM0000000000099", TokenA)).Text); // a meter there is and one there is not look the same
    }

    [Requirement("I-H")]
    [Fact]
    public async Task Nothing_can_be_written_whatever_is_tried()
    {
        Assert.Equal(["GET"], await _host.MethodsAsync());
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Patch, new HttpMethod("PROPFIND") })
        {
            foreach (var path in new[] { "values", $"meters/{MeterA}", "stream", "orders" })
            {
                using var request = Request(method, path, TokenA);
                using var answer = await _client.SendAsync(request);
                Assert.True(answer.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotFound, $"{method} {path}: {answer.StatusCode}");
            }
        }

        foreach (var path in new[] { "/api/v1/meters", "/api/v1/orders", "/metrics", "/healthz", "/" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync($"http://{_host.Listening}{path}")).StatusCode);
        }
    }

    [Fact]
    public async Task Who_has_no_token_sees_nothing_and_who_guesses_is_not_listened_to()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("values", null)).Code);
        for (var i = 0; i < 9; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("values", $"guess {i}")).Code);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await GetAsync("values", TokenA)).Code);
        Assert.Equal(1, _told.Count(one => one.Who == "127.0.0.1")); // the same is told once a minute
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("values", TokenA)).Code);
    }

    [Requirement("E3")]
    [Fact]
    public async Task Display_values_and_stream_show_the_same_codes_with_the_same_values_at_one_time()
    {
        var values = Codes((await GetAsync("values", TokenA)).Text);
        using var pty = new Pty();
        using var stop = new CancellationTokenSource();
        var writing = new DisplayLine(_options.Consumers[0] with { Display = pty.Path }, _feed, path => SerialLink.Open(path, 115_200), TimeProvider.System, NullLogger.Instance).RunAsync(stop.Token);
        var telegram = "";
        await Street.WaitAsync(() => (telegram += Encoding.ASCII.GetString(pty.Read(100))).Contains('!', StringComparison.Ordinal), "the display saw nothing");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        Assert.Equal(["1-0:1.7.0*255=731 W", "1-0:1.8.0*255=1234567.8 Wh", "1-0:2.8.0*255=17 Wh"], values);
        Assert.Equal(values, Line().Matches(telegram).Select(match =>
            $"{match.Groups[1].Value}*255={decimal.Parse(match.Groups[2].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) * 1000:0.#} {match.Groups[3].Value}"));

        using var request = Request(HttpMethod.Get, "stream", TokenA);
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("event: values", await reader.ReadLineAsync());
        Assert.Equal(values, Codes((await reader.ReadLineAsync())!["data: ".Length..]));
    }

    private static HomeConsumer Flat(string name, MeterId meter, string token) => new(name, [meter], SHA256.HashData(Encoding.UTF8.GetBytes(token)), TimeSpan.FromSeconds(10), null);

    private static List<string> Codes(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("meters").EnumerateArray().SelectMany(meter => meter.GetProperty("values").EnumerateArray())
            .Select(value => $"{value.GetProperty("obis")}={value.GetProperty("value")} {value.GetProperty("unit")}")];
    }

    private async Task<(HttpStatusCode Code, string Text)> GetAsync(string path, string? token)
    {
        using var request = Request(HttpMethod.Get, path, token);
        using var answer = await _client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string? token)
    {
        var request = new HttpRequestMessage(method, $"http://{_host.Listening}/home/v1/{path}");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    [GeneratedRegex(@"^(1-0:[0-9.]+)\(([0-9.]+)\*k(Wh?)\)", RegexOptions.Multiline)]
    private static partial Regex Line();
}
