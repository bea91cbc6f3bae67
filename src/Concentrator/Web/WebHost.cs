using System.Globalization;
using System.Text.Json;
using Concentrator.Ports;
using Metering;
using Metering.Keys;
using Microsoft.AspNetCore.Connections.Features;
using static Concentrator.Web.RouteParts;

namespace Concentrator.Web;

/// <summary>The doors for people and tools: TCP (read-only) and a Unix socket. The status page and every tool verb use exactly this interface.</summary>
internal sealed class WebHost(
    WebOptions options, IBoxStatus status, IMeterDirectory meters, IReadingArchive archive, IEventArchive events, IOrderDesk desk, IKeyAdministration keys, IFrameFeed frames, IReadOnlyList<IUpstream> upstreams, FieldDoors field,
    IOrderDoor door, IAuditTrail audit, ILoggerProvider? logging)
    : IAsyncDisposable
{
    private const string Json = "application/json", JsonLines = "application/x-ndjson";
    private readonly Metrics _metrics = new(status, field, options.Images);
    private WebApplication? _app;

    /// <summary>Opens the doors.</summary>
    /// <exception cref="IOException">An address is taken or not allowed: which.</exception>
    internal async Task StartAsync(CancellationToken stop)
    {
        File.Delete(options.Socket);
        Directory.CreateDirectory(Path.GetDirectoryName(options.Socket)!);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        if (logging is not null)
        {
            builder.Logging.AddProvider(logging).SetMinimumLevel(LogLevel.Warning);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 64;
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
            kestrel.Listen(options.Listen);
            kestrel.ListenUnixSocket(options.Socket);
        });
        _app = builder.Build();
        _app.Use(GuardAsync);
        Map(_app);
        await _app.StartAsync(stop).ConfigureAwait(false);
        File.SetUnixFileMode(
            options.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite); // Kestrel leaves 0755
    }

    /// <summary>Every route, method and pattern, of a host that is not started.</summary>
    internal async Task<IReadOnlyList<(string Method, string Pattern)>> RoutesAsync()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        Map(app);
        return [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(route => route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method => (method, route.RoutePattern.RawText!)))];
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync().ConfigureAwait(false);
            await _app.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Map(WebApplication app)
    {
        app.MapGet("/healthz", () => Results.Text("ok\n"));
        app.MapGet("/readyz", () => status.Snapshot() is { Storage.Healthy: true } ? Results.Text("ready\n") : Results.Text(status.Snapshot().Verdict + "\n", statusCode: 503));
        app.MapGet("/metrics", async context =>
        {
            context.Response.ContentType = "text/plain; version=0.0.4";
            await _metrics.WriteAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
        });
        app.MapGet("/api/v1/status", () => Results.Json(Shapes.Of(status.Snapshot()), WebJson.Default.StatusShape));
        app.MapGet("/api/v1/meters", () => Results.Json<IReadOnlyList<MeterShape>>([.. meters.List().Select(meter => Shapes.Of(meter) with { Life = null, Node = null })], WebJson.Default.IReadOnlyListMeterShape));
        app.MapGet("/api/v1/meters/{id}", (string id) => MeterId.TryParse(id, out var meter) && meters.Find(meter) is { } view
            ? Results.Json(Shapes.Of(view), WebJson.Default.MeterShape)
            : Fault(404, $"no meter {id} was ever heard or expected here"));
        app.MapGet("/api/v1/readings", ReadingsAsync);
        app.MapGet("/api/v1/frames", FramesAsync);
        app.MapPut("/api/v1/meters/{id}/keys", SetKeyAsync);
        new OrderRoutes(desk, events, Refusal).Map(app);
        new OrderBookRoutes(door, UserOf).Map(app);
        new ImageRoutes(options.Images, UserOf).Map(app);
        new AuditRoutes(audit, UserOf, options.MayAudit).Map(app);
        new MeterLifeRoutes(field, Refusal, UserOf).Map(app);
        new NetworkRoutes(field, meters).Map(app);
        new BackupRoutes(options, UserOf).Map(app);
        app.MapPost("/api/v1/upstreams/{name}/test", TestAsync);
        app.MapGet("/api/v1/upstreams/{name}/dead-letters", DeadLetters);
        app.MapPost("/api/v1/upstreams/{name}/dead-letters/resend", SendAgain);
        app.MapGet("/api/v1/openapi.json", () => Asset("openapi.json", Json));
        app.MapGet("/", () => Asset("index.html", "text/html; charset=utf-8"));
        app.MapGet("/console.css", () => Asset("console.css", "text/css"));
        app.MapGet("/console.js", () => Asset("console.js", "text/javascript"));
    }

    private async Task ReadingsAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var meter = MeterId.TryParse(query["meter"], out var id) ? id : (MeterId?)null;
        if (Wrong(query) is { } wrong)
        {
            await AnswerFaultAsync(context, 400, new FaultShape(wrong, null)).ConfigureAwait(false);
            return;
        }

        var from = Instant(query["from"]);
        var to = Instant(query["to"]);
        var limit = int.TryParse(query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? Math.Clamp(wanted, 1, 1_000_000) : 1000;
        try
        {
            context.Response.ContentType = JsonLines;
            await foreach (var row in archive.QueryAsync(new ArchiveQuery(meter, query["obis"], from, to, limit), context.RequestAborted).ConfigureAwait(false))
            {
                await JsonSerializer.SerializeAsync(context.Response.Body, Shapes.Of(row), WebJson.Default.ReadingShape, context.RequestAborted).ConfigureAwait(false);
                await context.Response.WriteAsync("\n", context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (ArchiveBusyException) when (!context.Response.HasStarted)
        {
            await AnswerFaultAsync(context, 503, new FaultShape($"rebuilding {archive.RebuildingPercent ?? 0} %", archive.RebuildingPercent ?? 0)).ConfigureAwait(false);
        }
    }

    private async Task FramesAsync(HttpContext context)
    {
        context.Response.ContentType = JsonLines;
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        await foreach (var frame in frames.WatchAsync(context.RequestAborted).ConfigureAwait(false))
        {
            await JsonSerializer.SerializeAsync(context.Response.Body, Shapes.Of(frame), WebJson.Default.FrameShape, context.RequestAborted).ConfigureAwait(false);
            await context.Response.WriteAsync("\n", context.RequestAborted).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    private async Task<IResult> SetKeyAsync(string id, HttpContext context)
    {
        if (Refusal(context, "set keys") is { } refusal)
        {
            return refusal;
        }

        var shape = await BodyAsync(context, WebJson.Default.KeyShape).ConfigureAwait(false);
        if (!MeterId.TryParse(id, out var meter) || shape is null || !Enum.TryParse<KeyPurpose>(shape.Purpose, ignoreCase: true, out var purpose)
            || shape.Key.Length is not (32 or 64) || !shape.Key.All(char.IsAsciiHexDigit))
        {
            return Fault(400, "a meter id, a purpose (mbus, guek, gak, ...) and a key of 32 or 64 hex digits are wanted");
        }

        await keys.SetAsync(new KeyName(meter.Text, purpose, shape.Client, shape.KeyId), Convert.FromHexString(shape.Key), UserOf(context)!, context.RequestAborted).ConfigureAwait(false);
        return Results.NoContent();
    }

    private IResult DeadLetters(string name) => Upstream(name) is { } upstream
        ? Results.Json<IReadOnlyList<DeadLetterShape>>([.. upstream.DeadLetters.Select(Shapes.Of)], WebJson.Default.IReadOnlyListDeadLetterShape)
        : NoUpstream(name);

    private IResult SendAgain(string name, HttpContext context) => Refusal(context, "send refused rows again") ?? (Upstream(name) is { } upstream
        ? Results.Json(new ResendShape(upstream.SendDeadLettersAgain()), WebJson.Default.ResendShape)
        : NoUpstream(name));

    private async Task TestAsync(string name, HttpContext context)
    {
        var upstream = Upstream(name);
        if (upstream is null || UserOf(context) is null)
        {
            context.Response.StatusCode = upstream is null ? 404 : 403;
            return;
        }

        context.Response.ContentType = JsonLines;
        await foreach (var step in upstream.TestAsync(context.RequestAborted).ConfigureAwait(false))
        {
            await JsonSerializer.SerializeAsync(context.Response.Body, step, WebJson.Default.UpstreamTestStep).ConfigureAwait(false);
            await context.Response.WriteAsync("\n").ConfigureAwait(false);
            await context.Response.Body.FlushAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Headers that keep a page to itself, and a Host check against DNS rebinding.</summary>
    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var host = context.Request.Host.Host;
        if (UserOf(context) is null && host != "localhost" && !System.Net.IPAddress.TryParse(host.Trim('[', ']'), out _))
        {
            context.Response.StatusCode = 421;
            return;
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        await next(context).ConfigureAwait(false);
    }

    private IUpstream? Upstream(string name) => upstreams.FirstOrDefault(candidate => candidate.View.Name == name);

    private static IResult NoUpstream(string name) => Fault(404, $"no head-end is called {name}");

    /// <summary>Null for an operator on the Unix socket; what to answer anybody else.</summary>
    private IResult? Refusal(HttpContext context, string what)
    {
        var user = UserOf(context);
        return user is not null && (user == "root" || options.Operators.Contains(user)) ? null
            : Fault(403, $"{user ?? "somebody on TCP"} may not {what}: it takes the role operator, on the Unix socket");
    }

    private static string? UserOf(HttpContext context) =>
        PeerCredentials.UserOf(context.Features.Get<IConnectionSocketFeature>()?.Socket);

    /// <summary>What does not fit in a query for readings; null where all does. A filter that is not understood must not give everything.</summary>
    private static string? Wrong(IQueryCollection query) =>
        query.Keys.FirstOrDefault(key => key is not ("meter" or "obis" or "from" or "to" or "limit")) is { } unknown ? $"{unknown} is no filter; there are meter, obis, from, to, limit"
        : query["meter"] is [{ } meter] && !MeterId.TryParse(meter, out _) ? $"{meter} is no meter id"
        : query["from"] is [{ } from] && Instant(from) is null ? $"from={from} is no time; 2026-11-24T08:00:00Z is"
        : query["to"] is [{ } to] && Instant(to) is null ? $"to={to} is no time; 2026-11-24T08:00:00Z is"
        : query["limit"] is [{ } limit] && !(int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 1_000_000) ? $"limit={limit} is not in 1..1000000"
        : null;

    private static Task AnswerFaultAsync(HttpContext context, int code, FaultShape fault)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = Json;
        return JsonSerializer.SerializeAsync(context.Response.Body, fault, WebJson.Default.FaultShape);
    }

    private static DateTime? Instant(string? text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static IResult Asset(string name, string type)
    {
        using var stream = typeof(WebHost).Assembly.GetManifestResourceStream("web/" + name)!;
        using var reader = new StreamReader(stream);
        return Results.Text(reader.ReadToEnd(), type);
    }
}
