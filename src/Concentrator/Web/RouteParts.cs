using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Concentrator.Web;

/// <summary>What routes have in common: how they say what is wrong, and how they read what they are given.</summary>
internal static class RouteParts
{
    /// <summary>What is wrong, in a sentence.</summary>
    internal static IResult Fault(int code, string sentence) => Results.Json(new FaultShape(sentence, null), WebJson.Default.FaultShape, statusCode: code);

    /// <summary>The body; null where it is no JSON of that shape. What came is told nowhere: it may hold a secret.</summary>
    internal static async Task<T?> BodyAsync<T>(HttpContext context, JsonTypeInfo<T> shape)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, shape, context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            return null; // what is wanted is told
        }
    }

    /// <summary>How many are asked for, where it is said. False where what is said is no number from 1 to <paramref name="most"/>.</summary>
    internal static bool TryLimit(IQueryCollection query, int most, ref int limit) =>
        query["limit"] is not [{ } text] || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit > 0 && limit <= most);

    /// <summary>A text that stands in a shape only where there is one.</summary>
    internal static string? TextOf(string text) => text.Length > 0 ? text : null;
}
