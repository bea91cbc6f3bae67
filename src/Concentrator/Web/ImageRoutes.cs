using Concentrator.Ports;
using Metering.Ledger;
using Microsoft.AspNetCore.Http.Features;
using static Concentrator.Web.RouteParts;

namespace Concentrator.Web;

/// <summary>Octets of an image that are missing.</summary>
public sealed record ImageGapShape(long From, long Octets);

/// <summary>One of GET /api/v1/images; answer of PUT /api/v1/images/{sha256}.</summary>
public sealed record ImageShape(string Sha256, long Octets, long Received, bool Complete, int WrongHashes, IReadOnlyList<ImageGapShape> Missing, IReadOnlyList<string> Orders);

/// <summary>Images for meters: which are here, and how somebody at the local socket brings one. Whose image counts, the door of images says.</summary>
internal sealed class ImageRoutes(IImageDoor? door, Func<HttpContext, string?> userOf)
{
    private const int MostGaps = 64;

    internal void Map(WebApplication app)
    {
        app.MapGet("/api/v1/images", () => Guarded(() => Results.Json<IReadOnlyList<ImageShape>>([.. (door?.List() ?? []).Select(Shape)], WebJson.Default.IReadOnlyListImageShape)));
        app.MapPut("/api/v1/images/{sha256}", PutAsync);
        app.MapDelete("/api/v1/images/{sha256}", DropAsync);
    }

    private async Task<IResult> PutAsync(string sha256, HttpContext context)
    {
        if (Wrong(sha256, context) is { } wrong)
        {
            return wrong;
        }

        if (context.Request.ContentLength is not { } octets)
        {
            return Fault(411, "how long the image is has to be said first (Content-Length)");
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = octets; // more than an image may have is refused before it is read
        return await GuardedAsync(async () => Answer(await door!.PutAsync(userOf(context)!, sha256, octets, context.Request.Body, context.RequestAborted).ConfigureAwait(false))).ConfigureAwait(false);
    }

    private async Task<IResult> DropAsync(string sha256, HttpContext context) =>
        Wrong(sha256, context) ?? await GuardedAsync(async () => Answer(await door!.DropAsync(userOf(context)!, sha256, context.RequestAborted).ConfigureAwait(false))).ConfigureAwait(false);

    private IResult? Wrong(string sha256, HttpContext context) =>
        door is null ? Fault(503, "no images are taken here")
        : userOf(context) is null ? Fault(403, "images are brought and dropped on the Unix socket; nobody does on TCP")
        : sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower) ? Fault(400, "the SHA-256 of the image in lower-case hex is wanted") : null;

    private static IResult Answer(ImageAnswer answer) => answer.Refusal is { } refusal ? Fault(answer.Code, refusal) : Results.Json(Shape(answer.Image!), WebJson.Default.ImageShape);

    private static IResult Guarded(Func<IResult> answer)
    {
        try
        {
            return answer();
        }
        catch (IOException e)
        {
            return Fault(500, $"the disk does not give it: {e.Message}");
        }
    }

    private static async Task<IResult> GuardedAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (StorageFaultException e)
        {
            return Fault(503, $"nothing was done, the ledger does not write it down: {e.Message}");
        }
        catch (Exception e) when (e is IOException and not BadHttpRequestException)
        {
            return Fault(500, $"the disk does not take it: {e.Message}; what was taken stays");
        }
    }

    private static ImageShape Shape(ImageStand stand) => new(
        stand.Sha256, stand.Octets, stand.Received, stand.IsComplete, stand.WrongHashes, [.. stand.Missing.Take(MostGaps).Select(gap => new ImageGapShape(gap.From, gap.Octets))], stand.Orders);
}
