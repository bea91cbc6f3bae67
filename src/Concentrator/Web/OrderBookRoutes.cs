using Concentrator.Ports;
using Metering.Orders;
using static Concentrator.Web.RouteParts;

namespace Concentrator.Web;

/// <summary>How one meter of an order stands.</summary>
public sealed record OrderMeterShape(string Meter, string State, string? Code, string Sentence, string? Before, string? After, DateTime? At);

/// <summary>GET /api/v1/orders/{id}; one of GET /api/v1/orders has no meters.</summary>
public sealed record OrderShape(
    string Id, string Verb, string Issuer, DateTime? TakenAt, DateTime? NotBefore, DateTime ExpiresAt, string State, string? Code, string Sentence, int Done, int Of, IReadOnlyList<OrderMeterShape>? Meters);

/// <summary>Answer of POST /api/v1/orders/{verb}.</summary>
public sealed record OrderReceiptShape(string OrderId, string State, string? Code, string Sentence, bool Duplicate);

/// <summary>Orders given at the local socket, and every order that is kept. Whose order counts, Authority says, not this door: it only knows who is there.</summary>
internal sealed class OrderBookRoutes(IOrderDoor door, Func<HttpContext, string?> userOf)
{
    private const int MostOctets = 768 * 1024, MostListed = 10_000;

    internal void Map(WebApplication app)
    {
        app.MapPost("/api/v1/orders/{verb}", SubmitAsync);
        app.MapGet("/api/v1/orders", List);
        app.MapGet("/api/v1/orders/{id}", (string id) => door.Find(id) is { } order
            ? Results.Json(Shape(order, true), WebJson.Default.OrderShape)
            : Fault(404, $"no order {id} is kept here"));
    }

    private async Task<IResult> SubmitAsync(string verb, HttpContext context)
    {
        if (userOf(context) is not { } user)
        {
            return await DenyAsync(verb, context).ConfigureAwait(false);
        }

        using var body = new MemoryStream();
        var part = new byte[16 * 1024];
        for (int read; (read = await context.Request.Body.ReadAsync(part, context.RequestAborted).ConfigureAwait(false)) > 0;)
        {
            if (body.Length + read > MostOctets)
            {
                return Fault(400, $"the order has more than {MostOctets} octets");
            }

            body.Write(part, 0, read);
        }

        try
        {
            var receipt = await door.SubmitAsync(user, verb, body.ToArray(), context.RequestAborted).ConfigureAwait(false);
            var code = receipt is { State: OrderState.Refused, IsDuplicate: false } ? receipt.Code == "role" ? 403 : 400 : 200;
            return code == 200
                ? Results.Json(new OrderReceiptShape(receipt.OrderId, WireWord.Of(receipt.State), TextOf(receipt.Code), receipt.Sentence, receipt.IsDuplicate), WebJson.Default.OrderReceiptShape)
                : Fault(code, $"refused ({receipt.Code}): {receipt.Sentence}");
        }
        catch (Metering.Ledger.StorageFaultException e)
        {
            return Fault(503, $"the order was not taken, the ledger does not write it down: {e.Message}");
        }
    }

    /// <summary>Nobody gives orders on TCP; that somebody tried is audited, where the ledger takes it.</summary>
    private async Task<IResult> DenyAsync(string verb, HttpContext context)
    {
        const string Sentence = "orders are given on the Unix socket, or by a head-end; nobody gives any on TCP";
        try
        {
            await door.DenyAsync($"somebody at {context.Connection.RemoteIpAddress}", verb, Sentence, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Metering.Ledger.StorageFaultException)
        {
            // The ledger says it itself; the answer stays what it is.
        }

        return Fault(403, Sentence);
    }

    private IResult List(HttpContext context)
    {
        var limit = 100;
        return !TryLimit(context.Request.Query, MostListed, ref limit)
            ? Fault(400, $"limit wants 1 to {MostListed}")
            : Results.Json<IReadOnlyList<OrderShape>>([.. door.List(limit).Select(order => Shape(order, false))], WebJson.Default.IReadOnlyListOrderShape);
    }

    private static OrderShape Shape(OrderView order, bool withMeters) => new(
        order.Id, order.Verb, order.Issuer, order.TakenAt, order.NotBefore, order.ExpiresAt, WireWord.Of(order.State), TextOf(order.Code), order.Sentence, order.Done, order.Meters.Count,
        withMeters ? [.. order.Meters.Select(meter => new OrderMeterShape(meter.Meter.Text, WireWord.Of(meter.State), TextOf(meter.Code), meter.Sentence, meter.Before, meter.After, meter.At))] : null);
}
