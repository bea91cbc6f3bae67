using System.Globalization;
using System.Text.Json;
using Concentrator.Ports;
using Metering;
using Metering.Orders;
using static Concentrator.Web.RouteParts;

namespace Concentrator.Web;

/// <summary>Reading meters on demand, and what their own logs said.</summary>
internal sealed class OrderRoutes(IOrderDesk desk, IEventArchive events, Func<HttpContext, string, IResult?> refusal)
{
    internal void Map(WebApplication app)
    {
        app.MapPost("/api/v1/meters/{id}/read", ReadAsync);
        app.MapGet("/api/v1/events", Events);
    }

    /// <summary>Steps as they come, one JSON object a line; the last one is final and holds the values.</summary>
    private async Task ReadAsync(string id, HttpContext context)
    {
        if (refusal(context, "read meters") is { } refused)
        {
            await refused.ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        var shape = await BodyAsync(context, WebJson.Default.ReadShape).ConfigureAwait(false);
        if (!MeterId.TryParse(id, out var meter) || shape is null || string.IsNullOrEmpty(shape.What))
        {
            await Fault(400, "a meter id and {\"what\":\"registers\", \"from\":.., \"to\":..} are wanted").ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "application/x-ndjson";
        var order = new MeterOrder(
            $"read-{Guid.NewGuid():N}", OrderKind.Read, meter, new ReadOrder(shape.What, shape.From, shape.To, null).ToPayload());
        await foreach (var step in desk.ExecuteAsync(order, context.RequestAborted).ConfigureAwait(false))
        {
            await JsonSerializer.SerializeAsync(context.Response.Body, Shapes.Of(order, step), WebJson.Default.OrderStepShape, context.RequestAborted).ConfigureAwait(false);
            await context.Response.WriteAsync("\n", context.RequestAborted).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    private IResult Events(HttpContext context)
    {
        var query = context.Request.Query;
        var meter = MeterId.TryParse(query["meter"], out var id) ? id : (MeterId?)null;
        var limit = int.TryParse(query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 100;
        return (query["meter"] is [{ } text] && meter is null) || limit is < 1 or > 10_000
            ? Fault(400, "meter wants a meter id, limit 1 to 10000")
            : Results.Json<IReadOnlyList<EventShape>>([.. events.Newest(meter, limit).Select(Shapes.Of)], WebJson.Default.IReadOnlyListEventShape);
    }
}
