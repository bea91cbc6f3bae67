using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Metering;

namespace Concentrator.Home;

/// <summary>Interfaces H2 and H3: a listener of its own for what a consumer's home automation reads. Nothing can be written here, and nothing else of the box is reached through it.</summary>
internal sealed class HomeHost(HomeOptions options, HomeFeed feed, HomeGuard guard, TimeProvider clock) : IAsyncDisposable
{
    private const int MostConnections = 256;
    private WebApplication? _app;

    /// <summary>Where it listens; null where it does not.</summary>
    internal IPEndPoint? Listening { get; private set; }

    /// <summary>Opens it.</summary>
    /// <exception cref="IOException">The address is taken or not allowed.</exception>
    /// <exception cref="InvalidDataException">The certificate cannot be used.</exception>
    internal async Task StartAsync(CancellationToken stop)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            kestrel.Listen(options.Listen!, listen =>
            {
                if (options.Certificate is not null)
                {
                    listen.UseHttps(Certificate());
                }
            });
        });
        _app = builder.Build();
        Map(_app);
        await _app.StartAsync(stop).ConfigureAwait(false);
        Listening = new Uri(_app.Urls.First()) is var url && IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) ? new IPEndPoint(address, url.Port) : options.Listen;
    }

    /// <summary>Every method that some route takes.</summary>
    internal async Task<IReadOnlyList<string>> MethodsAsync()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        Map(app);
        return [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).SelectMany(route => route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods).Distinct()];
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
        app.MapGet("/home/v1/values", (HttpContext context) => For(context, consumer => Results.Json(feed.Of(consumer), HomeJson.Default.HomeValuesShape)));
        app.MapGet("/home/v1/meters/{id}", (string id, HttpContext context) => For(context, consumer =>
        {
            if (MeterId.TryParse(id, out var meter) && feed.Of(consumer, meter) is { } shown)
            {
                return Results.Json(shown, HomeJson.Default.HomeMeterShape);
            }

            guard.Refused(consumer.Name, meter.IsNone ? "a meter that is none" : meter.Text, "it is not the consumer's");
            return Fault(404, "no such meter of yours");
        }));
        app.MapGet("/home/v1/stream", (HttpContext context) => For(context, consumer => Results.Stream(to => StreamAsync(consumer, to, context.RequestAborted), "text/event-stream")));
    }

    private async Task StreamAsync(HomeConsumer consumer, Stream to, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(consumer.Refresh, clock);
        do
        {
            await to.WriteAsync("event: values\ndata: "u8.ToArray(), stop).ConfigureAwait(false);
            await JsonSerializer.SerializeAsync(to, feed.Of(consumer), HomeJson.Default.HomeValuesShape, stop).ConfigureAwait(false);
            await to.WriteAsync("\n\n"u8.ToArray(), stop).ConfigureAwait(false);
            await to.FlushAsync(stop).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }

    private IResult For(HttpContext context, Func<HomeConsumer, IResult> show)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var from = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (guard.Of(context.Request.Headers.Authorization, from, out var isBarred) is { } consumer)
        {
            return show(consumer);
        }

        guard.Refused(from.ToString(), "a consumer's values", isBarred ? "too many wrong tokens" : "no token, or a wrong one");
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return isBarred ? Fault(429, "too many wrong tokens: wait a minute") : Fault(401, "Authorization: Bearer and the consumer's token are wanted");
    }

    private static IResult Fault(int code, string sentence) => Results.Json(new HomeFaultShape(sentence), HomeJson.Default.HomeFaultShape, statusCode: code);

    private X509Certificate2 Certificate()
    {
        try
        {
            using var read = X509Certificate2.CreateFromPemFile(options.Certificate!, options.Key);
            return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"[home] certificate files cannot be used ({options.Certificate}, {options.Key}): {e.Message}", e);
        }
    }
}
