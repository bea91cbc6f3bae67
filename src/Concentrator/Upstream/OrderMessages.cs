using System.Text.Json.Serialization;
using Metering.Orders;
using Metering.Orders.Authorization;
using Metering.Orders.Records;

namespace Concentrator.Upstream;

/// <summary>Payload of <c>cmd/{orderId}/status</c>: how the whole order stands.</summary>
/// <param name="Code">Word of a refusal or of a failure; null for none.</param>
/// <param name="Done">Meters that are through, of <paramref name="Of"/>.</param>
/// <param name="Duplicate">The order was sent again: nothing was done for it.</param>
internal sealed record OrderStatusMessage(string OrderId, string State, string? Code, string Sentence, int Done, int Of, DateTime? At, bool Duplicate);

/// <summary>Payload of <c>cmd/{orderId}/result</c>: how it went at one meter.</summary>
internal sealed record OrderResultMessage(string OrderId, string Meter, string State, string? Code, string Sentence, string? Before, string? After, DateTime? At);

/// <summary>Payload of <c>capabilities</c>.</summary>
internal sealed record CapabilitiesMessage(IReadOnlyList<OrderCapability> Orders);

/// <summary>An order that the box takes.</summary>
/// <param name="Schema">Which form of its <c>args</c>.</param>
/// <param name="Signed">It counts under a signature only.</param>
internal sealed record OrderCapability(string Verb, string Schema, bool Signed);

/// <summary>Their shapes, made at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OrderStatusMessage))]
[JsonSerializable(typeof(OrderResultMessage))]
[JsonSerializable(typeof(CapabilitiesMessage))]
internal sealed partial class OrderJson : JsonSerializerContext;

/// <summary>Takes news of orders to messages.</summary>
internal static class OrderMessages
{
    internal static OrderStatusMessage Status(OrderMoved news) => new(
        news.OrderId, WireWord.Of(news.State), CodeOf(news), news.Sentence, news.Progress.Done, news.Progress.Of, news.At, news.IsDuplicate);

    internal static OrderResultMessage Result(OrderMoved news) => new(news.OrderId, news.Meter.Text, WireWord.Of(news.State), CodeOf(news), news.Sentence, news.Before, news.After, news.At);

    /// <param name="verbs">Those that are carried out here.</param>
    internal static CapabilitiesMessage Capabilities(IEnumerable<string> verbs) => new([.. verbs.Select(verb => new OrderCapability(verb, $"order-{verb}-1", OrderVerbs.Find(verb)?.MustBeSigned ?? true))]);

    private static string? CodeOf(OrderMoved news) => news.Code.Length > 0 ? news.Code : null;
}
