using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Concentrator.Cli;
using Concentrator.Web;
using Metering.Orders.Authorization;
using Unit.Flows.Orders;
using OrderVerbs = Metering.Orders.Authorization.OrderVerbs;

namespace Unit.Live;

/// <summary>The doors for people, on real sockets: what must not be carried out is refused there too, is audited once, and reaches no meter.</summary>
public sealed class OrderSocketTests : IAsyncDisposable
{
    private const string Meter = "LGZ1030655933512";
    private readonly string _folder = Directory.CreateTempSubdirectory("doors").FullName;
    private readonly OrderBench _bench = new(new AuthorityPolicy { SuppliesAnHour = 2, NeedApproval = new HashSet<string> { "write" } });
    private WebHost? _web;
    private int _port;

    public static TheoryData<string, string, string, string, string> Kinds => new()
    {
        { "late", "Operator", "clock", """{"issuedAt":"2026-11-24T07:59:59Z"}""", "stale" },
        { "over", "Operator", "clock", """{"expiresAt":"2026-11-25T08:00:00Z","issuedAt":"2026-11-25T07:00:00Z"}""", "expired" },
        { "early", "Operator", "clock", """{"expiresAt":"2026-11-25T09:00:00Z","issuedAt":"2026-11-25T08:06:00Z"}""", "early" },
        { "no window", "Operator", "clock", """{"expiresAt":"2026-11-25T09:00:00Z","notBefore":"2026-11-25T09:00:00Z"}""", "validity" },
        { "doubled nonce", "Operator", "clock", """{"nonce":"once"}""", "replayed" },
        { "doubled id", "Operator", "clock", """{"orderId":"here"}""", "other-content" },
        { "over the limit", "Operator", "disconnect", "{}", "over-limit" },
        { "wrong role", "Technician", "disconnect", "{}", "role" },
        { "nobody of importance", "Viewer", "read", """{"args":{"what":"registers"}}""", "role" },
        { "who only looks", "Auditor", "clock", "{}", "role" },
        { "approved by its giver", "Operator", "approve", """{"args":{"orderId":"waits"},"meters":[]}""", "same-approver" },
        { "nothing to approve", "Operator", "approve", """{"args":{"orderId":"not here"},"meters":[]}""", "nothing-to-approve" },
        { "a stranger's meter", "Operator", "clock", """{"meters":["XXX1030655933512"]}""", "unknown-meter" },
        { "what measures", "Operator", "write", """{"args":{"attribute":2,"class":3,"obis":"1-0:1.8.0*255","value":"0600000000"}}""", "protected" },
        { "no such verb", "Operator", "explode", "{}", "unknown-verb" },
    };

    public static TheoryData<string> Verbs => [.. OrderVerbs.All.Select(verb => verb.Name), "explode"];

    [Requirement("EU8", "P1")]
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_order_that_is_refused_at_the_socket_is_audited_once_and_reaches_no_meter(string kind, string role, string verb, string members, string code)
    {
        await OpenAsync();
        var user = Environment.UserName;
        _bench.Users[user] = [Role.Operator];
        const string Later = "\"expiresAt\":\"2026-11-25T10:00:00Z\",\"notBefore\":\"2026-11-25T09:00:00Z\"";
        await _bench.SubmitAsync(user, "clock", $$"""{"meters":["{{Meter}}"],"nonce":"once","orderId":"here",{{Later}}}""");
        await _bench.SubmitAsync(user, "disconnect", $$"""{"meters":["{{Meter}}","LGZ1030655933513"],"orderId":"supply",{{Later}}}""");
        await _bench.SubmitAsync(user, "write", $$"""{"args":{{OrderExamples.ArgumentsOf("write")}},"meters":["{{Meter}}"],"orderId":"waits"}""");
        _bench.Users[user] = [Enum.Parse<Role>(role)];
        var body = JsonNode.Parse(members)!.AsObject();
        body["meters"] ??= new JsonArray(Meter);
        body["args"] ??= new JsonObject();
        var audited = _bench.Audited;
        using var client = AtSocket();
        using var answer = await client.PostAsync($"http://box/api/v1/orders/{verb}", new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        var said = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == (code == "role" ? HttpStatusCode.Forbidden : HttpStatusCode.BadRequest) && said.Contains($"refused ({code})", StringComparison.Ordinal), $"{kind}: {answer.StatusCode} {said}");
        Assert.Equal(audited + 1, _bench.Audited);
        await NobodyReachedAsync();

        // And by the tool: what it can say.
        if (members is "{}" && verb != "explode")
        {
            var tool = await ToolAsync("order", "submit", verb, Meter);
            Assert.NotEqual(0, tool.Code);
            Assert.Contains($"refused ({code})", tool.Output, StringComparison.Ordinal);
            Assert.Equal(audited + 2, _bench.Audited);
            await NobodyReachedAsync();
        }
    }

    [Requirement("P9, P10")]
    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Nobody_gives_an_order_on_TCP_and_who_tries_is_audited(string verb)
    {
        await OpenAsync();
        var audited = _bench.Audited;
        using var client = new HttpClient();
        using var answer = await client.PostAsync($"http://127.0.0.1:{_port}/api/v1/orders/{verb}", new StringContent($$"""{"args":{{OrderExamples.ArgumentsOf(verb)}},"meters":["{{Meter}}"]}"""), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("nobody gives any on TCP", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(audited + 1, _bench.Audited);
        await NobodyReachedAsync();
    }

    [Requirement("E7", "P9, P10")]
    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Each_verb_at_the_socket_takes_the_roles_of_the_table(string verb)
    {
        await OpenAsync();
        using var client = AtSocket();
        foreach (var role in (Role[])[Role.Viewer, Role.Technician, Role.Operator, Role.SecurityOfficer, Role.Auditor])
        {
            _bench.Users[Environment.UserName] = [role];
            using var answer = await client.PostAsync(
                $"http://box/api/v1/orders/{verb}", new StringContent($$"""{"args":{{OrderExamples.ArgumentsOf(verb)}},"expiresAt":"2026-11-25T10:00:00Z","meters":["{{Meter}}"],"notBefore":"2026-11-25T09:00:00Z"}"""), TestContext.Current.CancellationToken);
            var isOfRole = OrderVerbs.Find(verb)?.Roles.Contains(role) ?? true;
            Assert.True((answer.StatusCode == HttpStatusCode.Forbidden) != isOfRole, $"{role}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }
    }

    [Fact]
    public async Task An_image_is_brought_by_the_tool_looked_at_and_dropped_by_whoever_may_order_firmware()
    {
        await OpenAsync();
        var path = Path.Combine(_folder, "image.bin");
        await File.WriteAllBytesAsync(path, [.. Enumerable.Range(0, 700_000).Select(i => (byte)(i * 13))], TestContext.Current.CancellationToken);
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken)));
        _bench.Users[Environment.UserName] = [Role.Operator];
        var denied = await ToolAsync("image", "put", path);
        Assert.Equal((ExitCode.Refused, true), (denied.Code, denied.Output.Contains("it takes the role security-officer", StringComparison.Ordinal)));
        _bench.Users[Environment.UserName] = [Role.SecurityOfficer];
        var put = await ToolAsync("image", "put", path);
        Assert.Equal((ExitCode.Ok, true), (put.Code, put.Output.StartsWith($"{{\"imageSha256\":\"{hash}\",\"imageOctets\":700000}}", StringComparison.Ordinal)));
        Assert.StartsWith($"{hash}     700000 octets  complete", (await ToolAsync("image", "list")).Output, StringComparison.Ordinal);
        var listed = JsonNode.Parse((await ToolAsync("image", "list", "--json")).Output)![0]!;
        Assert.Equal((hash, true), (listed["sha256"]!.GetValue<string>(), listed["complete"]!.GetValue<bool>()));
        Assert.Equal(ExitCode.Ok, (await ToolAsync("image", "drop", hash)).Code);
        Assert.Equal(ExitCode.NotFound, (await ToolAsync("image", "drop", hash)).Code);
        Assert.Equal(ExitCode.NotFound, (await ToolAsync("image", "put", path + ".gone")).Code);
        await File.WriteAllBytesAsync(path, new byte[(1024 * 1024) + 1], TestContext.Current.CancellationToken);
        var large = await ToolAsync("image", "put", path);
        Assert.Contains("an image has 1 to 1048576 octets", large.Output, StringComparison.Ordinal);
        Assert.Equal(["image drop", "image put", "image put refused"], _bench.Ledger.Records.Where(record => record.Type == Metering.Ledger.RecordType.Audit)
            .Select(record => Concentrator.Store.Books.AuditRecord.Parse(record.Payload).What).Where(what => what.StartsWith("image", StringComparison.Ordinal)).Order());
        using var client = new HttpClient();
        using var onTcp = await client.PutAsync($"http://127.0.0.1:{_port}/api/v1/images/{hash}", new ByteArrayContent([1]), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, onTcp.StatusCode);
        using var named = AtSocket();
        using var noHash = await named.PutAsync("http://box/api/v1/images/abc", new ByteArrayContent([1]), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, noHash.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        _bench.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task OpenAsync()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            _port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        _bench.Run();
        _web = new WebHost(new WebOptions(new IPEndPoint(IPAddress.Loopback, _port), Path.Combine(_folder, "s"), new HashSet<string>()) { Images = _bench.Images }, null!, null!, null!, null!, null!, null!, null!, [], null!, _bench.Door, null!, null);
        await _web.StartAsync(TestContext.Current.CancellationToken);
    }

    private async Task NobodyReachedAsync()
    {
        _bench.Clock.Advance(TimeSpan.FromSeconds(30));
        await Patience.SettledAsync();
        Assert.Empty(_bench.Reached);
    }

    private HttpClient AtSocket() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, stop) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_folder, "s")), stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    private async Task<(int Code, string Output)> ToolAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        var environment = new CliEnvironment(
            TextReader.Null, output, output, new Dictionary<string, string>(), (_, _) => throw new NotSupportedException(), () => Task.FromResult("{}"), _ => throw new NotSupportedException(), TestContext.Current.CancellationToken);
        return (await CommandLine.RunAsync([.. arguments, "--socket", Path.Combine(_folder, "s")], environment), output.ToString());
    }
}
