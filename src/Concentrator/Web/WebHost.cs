using System.Globalization;
using System.Text.Json;
using Concentrator.Ports;
using Metering;
using Metering.Keys;
using Microsoft.AspNetCore.Connections.Features;

namespace Concentrator.Web;

/// <summary>The doors for people and tools: TCP (read-only) and a Unix socket. The status page and every tool verb use exactly this interface.</summary>
internal sealed class WebHost(
    WebOptions options, IBoxStatus status, IMeterDirectory meters, IReadingArchive archive, IKeyAdministration keys, IFrameFeed frames, IReadOnlyList<IUpstream> upstreams, ILoggerProvider? logging)
    : IAsyncDisposable
{
    private const string Json = "application/json", JsonLines = "application/x-ndjson";
    private readonly Metrics _metrics = new(status);
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
        app.MapGet("/api/v1/meters", () => Results.Json<IReadOnlyList<MeterShape>>([.. meters.List().Select(Shapes.Of)], WebJson.Default.IReadOnlyListMeterShape));
        app.MapGet("/api/v1/meters/{id}", (string id) => MeterId.TryParse(id, out var meter) && meters.Find(meter) is { } view
            ? Results.Json(Shapes.Of(view), WebJson.Default.MeterShape)
            : Results.Json(new FaultShape($"no meter {id} was ever heard here", null), WebJson.Default.FaultShape, statusCode: 404));
        app.MapGet("/api/v1/readings", ReadingsAsync);
        app.MapGet("/api/v1/frames", FramesAsync);
        app.MapPut("/api/v1/meters/{id}/keys", SetKeyAsync);
        app.MapPost("/api/v1/upstreams/{name}/test", TestAsync);
        app.MapGet("/api/v1/openapi.json", () => Asset("openapi.json", Json));
        app.MapGet("/", () => Asset("index.html", "text/html; charset=utf-8"));
        app.MapGet("/console.css", () => Asset("console.css", "text/css"));
        app.MapGet("/console.js", () => Asset("console.js", "text/javascript"));
    }

    private async Task ReadingsAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var meter = MeterId.TryParse(query["meter"], out var id) ? id : (MeterId?)null;
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
            context.Response.StatusCode = 503;
            context.Response.ContentType = Json;
            var fault = new FaultShape($"rebuilding {archive.RebuildingPercent ?? 0} %", archive.RebuildingPercent ?? 0);
            await JsonSerializer.SerializeAsync(context.Response.Body, fault, WebJson.Default.FaultShape).ConfigureAwait(false);
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
        var user = UserOf(context);
        if (user is null || (user != "root" && !options.Operators.Contains(user)))
        {
            return Results.Json(new FaultShape($"{user ?? "somebody on TCP"} may not set keys: it takes the role operator, on the Unix socket", null), WebJson.Default.FaultShape, statusCode: 403);
        }

        var shape = await JsonSerializer.DeserializeAsync(context.Request.Body, WebJson.Default.KeyShape, context.RequestAborted).ConfigureAwait(false);
        if (!MeterId.TryParse(id, out var meter) || shape is null || !Enum.TryParse<KeyPurpose>(shape.Purpose, ignoreCase: true, out var purpose)
            || shape.Key.Length is not (32 or 64) || !shape.Key.All(char.IsAsciiHexDigit))
        {
            return Results.Json(new FaultShape("a meter id, a purpose (mbus, guek, gak, ...) and a key of 32 or 64 hex digits are wanted", null), WebJson.Default.FaultShape, statusCode: 400);
        }

        await keys.SetAsync(new KeyName(meter.Text, purpose, shape.Client, shape.KeyId), Convert.FromHexString(shape.Key), user, context.RequestAborted).ConfigureAwait(false);
        return Results.NoContent();
    }

    private async Task TestAsync(string name, HttpContext context)
    {
        var upstream = upstreams.FirstOrDefault(candidate => candidate.View.Name == name);
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

    private static string? UserOf(HttpContext context) =>
        PeerCredentials.UserOf(context.Features.Get<IConnectionSocketFeature>()?.Socket);

    private static DateTime? Instant(string? text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static IResult Asset(string name, string type)
    {
        using var stream = typeof(WebHost).Assembly.GetManifestResourceStream("web/" + name)!;
        using var reader = new StreamReader(stream);
        return Results.Text(reader.ReadToEnd(), type);
    }
}
