using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Concentrator.Web;
using NJsonSchema;

namespace Unit.Live;

/// <summary>A street that runs while people and programs ask.</summary>
public sealed class RunningStreet : IAsyncLifetime
{
    internal Street Street { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Street = await Street.OpenAsync(ServiceProcess.Shipped);
        Street.StartService();
        await Street.WaitAsync(() => Street.Consumer.Keys().Length >= 8, "no readings");
    }

    public ValueTask DisposeAsync() => Street?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The interface for programs is what its document says; the tools speak it.</summary>
public sealed class ConsoleTests(RunningStreet running) : IClassFixture<RunningStreet>
{
    private readonly HttpClient _browser = new() { BaseAddress = new Uri($"http://127.0.0.1:{running.Street.Http}") };

    [Fact]
    public async Task The_document_lists_exactly_the_routes()
    {
        var document = JsonNode.Parse(await _browser.GetStringAsync("/api/v1/openapi.json"))!;
        var written = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(verb => $"{verb.Key.ToUpperInvariant()} {path.Key}")).Order();
        var served = (await RoutesOfAHostAsync()).Except(["GET /", "GET /console.css", "GET /console.js"]).Order();
        Assert.Equal(served, written);
    }

    [Fact]
    public async Task The_documents_schemas_are_those_of_the_shapes()
    {
        var written = JsonNode.Parse(await _browser.GetStringAsync("/api/v1/openapi.json"))!["components"]!["schemas"]!;
        var made = SchemasOfTheShapes();
        Assert.True(JsonNode.DeepEquals(made, written), "components.schemas should be\n" + made.ToJsonString(new JsonSerializerOptions { WriteIndented = true, IndentSize = 1 }));
    }

    [Theory]
    [InlineData("/api/v1/status", "StatusShape", false)]
    [InlineData("/api/v1/meters", "MeterShape", true)]
    [InlineData("/api/v1/readings", "ReadingShape", true)]
    [InlineData("/api/v1/upstreams/main/dead-letters", "DeadLetterShape", true)]
    [InlineData("/api/v1/meters/NOBODY-1", "FaultShape", false)]
    [InlineData("/api/v1/readings?frm=x", "FaultShape", false)]
    public async Task What_is_served_fits_its_schema(string path, string shape, bool many)
    {
        var schema = await JsonSchema.FromJsonAsync(SchemasOfTheShapes()[shape]!.ToJsonString());
        var text = await (await _browser.GetAsync(path)).Content.ReadAsStringAsync();
        var items = !many ? [text] : text.StartsWith('[')
            ? JsonNode.Parse(text)!.AsArray().Select(item => item!.ToJsonString()).ToArray()
            : text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(items, item => Assert.Empty(schema.Validate(item)));
        Assert.True(items.Length > 0 || shape == "DeadLetterShape");
        Assert.NotEmpty(schema.Validate("{\"nothing\":1}"));
    }

    [Theory]
    [InlineData("/api/v1/readings?meter=%20", "no meter id")]
    [InlineData("/api/v1/readings?from=yesterday", "from=yesterday")]
    [InlineData("/api/v1/readings?limit=0", "limit=0")]
    [InlineData("/api/v1/readings?metre=X", "metre is no filter")]
    public async Task A_filter_that_is_not_understood_is_named_and_gives_nothing(string path, string sentence)
    {
        var answer = await _browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(sentence, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Requirement("P9, P10")]
    [Fact]
    public async Task Nothing_is_changed_over_TCP_and_a_foreign_host_name_gets_no_answer()
    {
        using var key = new StringContent("{\"purpose\":\"mbus\",\"key\":\"00112233445566778899AABBCCDDEEFF\"}", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Forbidden, (await _browser.PutAsync("/api/v1/meters/GWI-12345678-3C-03/keys", key)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _browser.PostAsync("/api/v1/upstreams/main/dead-letters/resend", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _browser.PostAsync("/api/v1/upstreams/main/test", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _browser.PutAsync("/api/v1/meters/LGZ1030655933512/expected", new StringContent("{}"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _browser.PostAsync("/api/v1/meters/LGZ1030655933512/exchange", new StringContent("{\"successor\":\"LGZ1030655933513\"}"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _browser.PostAsync("/api/v1/meters/LGZ1030655933512/retire", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _browser.PostAsync("/api/v1/shipments?check=true", new StringContent("ldn\nLGZ1030655933512\n"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _browser.PostAsync("/api/v1/backup", new StringContent("{\"passphrase\":\"four words out of a hat\",\"bulk\":true}"))).StatusCode);
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/api/v1/status") { Headers = { Host = "attacker.example" } };
        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await _browser.SendAsync(rebound)).StatusCode);
    }

    [Fact]
    public async Task It_is_alive_ready_and_counted()
    {
        Assert.Equal("ok\n", await _browser.GetStringAsync("/healthz"));
        Assert.Equal("ready\n", await _browser.GetStringAsync("/readyz"));
        var metrics = await _browser.GetStringAsync("/metrics");
        var heard = metrics.Split('\n').Single(line => line.StartsWith("concentrator_frames{", StringComparison.Ordinal) && line.Contains("heard", StringComparison.Ordinal));
        Assert.True(double.Parse(heard.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) > 5, heard);
    }

    [Theory]
    [InlineData(0, "status")]
    [InlineData(0, "status", "--json")]
    [InlineData(0, "meter", "list")]
    [InlineData(0, "reading", "query", "--limit", "3")]
    [InlineData(0, "reading", "query", "--jsonl")]
    [InlineData(0, "meter", "list", "--json")]
    [InlineData(0, "reading", "export", "--output", "/dev/stdout", "--format", "csv")]
    [InlineData(2, "reading", "export")]
    [InlineData(0, "hes", "status", "--json")]
    [InlineData(0, "hes", "test", "main")]
    [InlineData(0, "hes", "dead-letters")]
    [InlineData(0, "ledger", "verify")]
    [InlineData(0, "ledger", "stat", "--json")]
    [InlineData(0, "version", "--json")]
    [InlineData(0, "config", "schema")]
    [InlineData(0, "completion", "bash")]
    [InlineData(2, "meter", "show")]
    [InlineData(2, "meters", "list")]
    [InlineData(2, "status", "--colour")]
    [InlineData(3, "meter", "show", "NOBODY-1")]
    [InlineData(3, "hes", "dead-letters", "second")]
    [InlineData(5, "status", "--socket", "/nowhere/s")]
    public void A_verb_ends_with_its_exit_code(int code, params string[] verb)
    {
        var (ended, output, complaints) = running.Street.Type(verb);
        Assert.True(code == ended, $"{ended}: {output}{complaints}");
        Assert.Equal(code == 0, output.Length > 0 || verb is ["hes", "dead-letters"]);
        foreach (var line in verb.Contains("--jsonl") ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : verb.Contains("--json") ? [output] : [])
        {
            using var document = JsonDocument.Parse(line);
        }
    }

    [Fact]
    public async Task The_page_says_in_a_real_browser_whether_all_is_well_and_lists_the_meters()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/chromium"), "chromium is not installed; build.sh test installs it");
        using var browser = Process.Start(new ProcessStartInfo("/usr/bin/chromium",
            ["--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={running.Street.Directory}/browser", "--virtual-time-budget=8000", "--dump-dom", _browser.BaseAddress!.ToString()])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = browser.StandardError.ReadToEndAsync();
        var page = await browser.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(90));
        await browser.WaitForExitAsync();
        Assert.Contains("All is well", page, StringComparison.Ordinal);
        var meter = running.Street.Consumer.Keys()[0].Split('/')[0];
        Assert.Contains(meter, page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page.Replace(_browser.BaseAddress.ToString(), "", StringComparison.Ordinal), StringComparison.Ordinal); // nothing from elsewhere
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_are_seen_as_they_pass()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var answer = await _browser.GetAsync("/api/v1/frames", HttpCompletionOption.ResponseHeadersRead, stop.Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(stop.Token));
        var frame = JsonNode.Parse((await reader.ReadLineAsync(stop.Token))!)!;
        Assert.Equal("radio0", frame["source"]!.GetValue<string>());
        Assert.Equal(Convert.FromHexString(frame["hex"]!.GetValue<string>())[0] + 1, frame["hex"]!.GetValue<string>().Length / 2);
    }

    [Fact]
    public async Task The_audit_is_nobodys_business_on_TCP()
    {
        using var answer = await _browser.GetAsync("/api/v1/audit");
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("by an auditor, a security officer or root", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static JsonObject SchemasOfTheShapes()
    {
        JsonTypeInfo[] shapes =
        [
            WebJson.Default.StatusShape, WebJson.Default.MeterShape, WebJson.Default.ReadingShape, WebJson.Default.FrameShape, WebJson.Default.FaultShape,
            WebJson.Default.KeyShape, WebJson.Default.BackupShape, WebJson.Default.DeadLetterShape, WebJson.Default.ResendShape, WebJson.Default.UpstreamTestStep, WebJson.Default.ReadShape, WebJson.Default.OrderStepShape, WebJson.Default.EventShape,
            WebJson.Default.MeterLifeShape, WebJson.Default.ExpectShape, WebJson.Default.ExchangeShape, WebJson.Default.ShipmentShape, WebJson.Default.NodeShape, WebJson.Default.NetworkShape,
            WebJson.Default.NetworkChangeShape, WebJson.Default.OwnershipView, WebJson.Default.OrderShape, WebJson.Default.OrderReceiptShape, WebJson.Default.OrderMeterShape, WebJson.Default.ImageShape, WebJson.Default.ImageGapShape, WebJson.Default.AuditShape,
        ];
        var options = new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true };
        return new JsonObject(shapes.Select(shape => KeyValuePair.Create(shape.Type.Name, (JsonNode?)shape.GetJsonSchemaAsNode(options))));
    }

    private static async Task<IEnumerable<string>> RoutesOfAHostAsync()
    {
        await using var host = new WebHost(new WebOptions(new IPEndPoint(IPAddress.Loopback, 0), "", new HashSet<string>()), null!, null!, null!, null!, null!, null!, null!, [], null!, null!, null!, null);
        return (await host.RoutesAsync()).Select(route => $"{route.Method} {route.Pattern}");
    }
}
