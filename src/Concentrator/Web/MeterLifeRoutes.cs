using Concentrator.Ports;
using Metering;
using Microsoft.AspNetCore.Http.Features;
using static Concentrator.Web.RouteParts;

namespace Concentrator.Web;

/// <summary>Meters that are expected, exchanged and retired, and shipment lists.</summary>
internal sealed class MeterLifeRoutes(FieldDoors field, Func<HttpContext, string, IResult?> refusal, Func<HttpContext, string?> userOf)
{
    private const int MostShipmentOctets = 32 * 1024 * 1024;

    internal void Map(WebApplication app)
    {
        app.MapGet("/api/v1/meter-life", () => Results.Json<IReadOnlyList<MeterLifeShape>>([.. field.Life.List().Select(FieldShapes.Of)], WebJson.Default.IReadOnlyListMeterLifeShape));
        app.MapGet("/api/v1/owner", () => Results.Json(field.Owners.View, WebJson.Default.OwnershipView));
        app.MapPut("/api/v1/meters/{id}/expected", ExpectAsync);
        app.MapPost("/api/v1/meters/{id}/exchange", ExchangeAsync);
        app.MapPost("/api/v1/meters/{id}/retire", RetireAsync);
        app.MapPost("/api/v1/shipments", ShipmentAsync);
    }

    private async Task<IResult> ExpectAsync(string id, HttpContext context)
    {
        if (refusal(context, "expect meters") is { } refused)
        {
            return refused;
        }

        if (await BodyAsync(context, WebJson.Default.ExpectShape).ConfigureAwait(false) is not { } shape)
        {
            return Fault(400, "{\"eui\":.., \"serial\":.., \"mbus\":.., \"place\":.., \"phase\":.., \"profile\":..} is wanted, each of them or null");
        }

        var fields = new Dictionary<string, string>
        {
            ["ldn"] = id, ["eui"] = shape.Eui ?? "", ["serial"] = shape.Serial ?? "", ["mbus"] = shape.Mbus ?? "", ["place"] = shape.Place ?? "", ["phase"] = shape.Phase ?? "", ["profile"] = shape.Profile ?? "",
        };
        return field.Shipments.Read(fields, out var fault) is { } facts ? Answer(await field.Life.ExpectAsync(facts, userOf(context)!, context.RequestAborted).ConfigureAwait(false)) : Fault(400, fault!);
    }

    private async Task<IResult> ExchangeAsync(string id, HttpContext context)
    {
        if (refusal(context, "exchange meters") is { } refused)
        {
            return refused;
        }

        var shape = await BodyAsync(context, WebJson.Default.ExchangeShape).ConfigureAwait(false);
        if (!MeterId.TryParse(id, out var old) || !MeterId.TryParse(shape?.Successor, out var successor))
        {
            return Fault(400, "two meter ids are wanted: that of the old one in the path, that of the new one as {\"successor\":\"..\"}");
        }

        try
        {
            return Answer(await field.Life.ExchangeAsync(old, successor, shape!.At?.ToUniversalTime(), userOf(context)!, context.RequestAborted).ConfigureAwait(false));
        }
        catch (ArchiveBusyException)
        {
            return Fault(503, "the archive is being rebuilt, and the final reading of the old meter stands in it: ask again later");
        }
    }

    private async Task<IResult> RetireAsync(string id, HttpContext context) =>
        refusal(context, "retire meters") ?? (MeterId.TryParse(id, out var meter)
            ? Answer(await field.Life.RetireAsync(meter, userOf(context)!, context.RequestAborted).ConfigureAwait(false))
            : Fault(400, "a meter id is wanted"));

    private async Task<IResult> ShipmentAsync(string? check, HttpContext context)
    {
        if (refusal(context, "import meters") is { } refused)
        {
            return refused;
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = MostShipmentOctets;
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted).ConfigureAwait(false);
        var report = await field.Shipments.TakeAsync(text, check == "true", userOf(context)!, context.RequestAborted).ConfigureAwait(false);
        return Results.Json(FieldShapes.Of(report), WebJson.Default.ShipmentShape);
    }

    private static IResult Answer(MeterLifeAnswer answer) =>
        answer.Refusal is { } refusal ? Fault(answer.IsUnknown ? 404 : 409, refusal) : Results.Json(FieldShapes.Of(answer.Meter!), WebJson.Default.MeterLifeShape);
}
