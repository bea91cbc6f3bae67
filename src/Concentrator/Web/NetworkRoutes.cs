using System.Text.Json;
using Concentrator.Ports;
using Metering;

namespace Concentrator.Web;

/// <summary>The power line networks of the box, and what happens in them.</summary>
internal sealed class NetworkRoutes(FieldDoors field, IMeterDirectory meters)
{
    internal void Map(WebApplication app)
    {
        app.MapGet("/api/v1/network", () => Results.Json<IReadOnlyList<NetworkShape>>([.. field.Network.List().Select(Shape)], WebJson.Default.IReadOnlyListNetworkShape));
        app.MapGet("/api/v1/network/changes", ChangesAsync);
        app.MapGet("/api/v1/network/{driver}", (string driver) => field.Network.List().FirstOrDefault(network => network.Driver == driver) is { } found
            ? Results.Json(Shape(found), WebJson.Default.NetworkShape)
            : RouteParts.Fault(404, $"driver {driver} has told of no node: there is none of that name, or it has no network"));
    }

    private NetworkShape Shape(NetworkView network) => FieldShapes.Of(network, HeardAt);

    private DateTime? HeardAt(MeterId meter) => meters.Find(meter)?.LastHeard;

    /// <summary>From now on, one JSON object a line.</summary>
    private async Task ChangesAsync(HttpContext context)
    {
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        await foreach (var change in field.Network.WatchAsync(context.RequestAborted).ConfigureAwait(false))
        {
            await JsonSerializer.SerializeAsync(context.Response.Body, FieldShapes.Of(change), WebJson.Default.NetworkChangeShape, context.RequestAborted).ConfigureAwait(false);
            await context.Response.WriteAsync("\n", context.RequestAborted).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }
}
