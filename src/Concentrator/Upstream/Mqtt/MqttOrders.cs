using System.Buffers;
using System.Text.Json;
using Concentrator.Ports;
using Metering.Ledger;
using Metering.Orders.Records;

namespace Concentrator.Upstream.Mqtt;

/// <summary>Orders of one head-end: what comes over <c>cmd/{verb}</c> goes to the door of orders, and what becomes of it goes back.</summary>
internal sealed class MqttOrders(MqttUpstreamOptions options, IOrderDoor door, IReadOnlyList<string> verbs, ILogger log)
{
    /// <summary>A topic that is longer is answered nowhere.</summary>
    private const int LongestTopic = 256, LongestCorrelation = 256;

    /// <summary>What is subscribed to.</summary>
    internal string Filter => options.TopicBase + "/cmd/+";

    /// <summary>A verb, where a topic is that of an order; null else.</summary>
    internal string? VerbOf(string topic) =>
        topic.StartsWith(options.TopicBase + "/cmd/", StringComparison.Ordinal) && topic[(options.TopicBase.Length + 5)..] is { Length: > 0 and <= 32 } verb && !verb.Contains('/', StringComparison.Ordinal) ? verb : null;

    /// <summary>Takes an order; it is durable when this returns, and only then is the broker told that it came.</summary>
    internal async Task TakeAsync(string verb, MqttReceived came)
    {
        var answerable = came.ResponseTopic is { Length: > 0 and <= LongestTopic } topic && !topic.Contains('+', StringComparison.Ordinal) && !topic.Contains('#', StringComparison.Ordinal) && came.Correlation.Length <= LongestCorrelation;
        var envelope = new OrderEnvelope(options.Name, verb, came.IsRetained, answerable ? came.ResponseTopic : null, answerable ? came.Correlation : default);
        try
        {
            await door.TakeAsync(envelope, came.Payload.ToArray(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageFaultException e)
        {
            log.NotWrittenDown(options.Name, came.Topic, e.Message);
            throw new IOException($"an order over {came.Topic} was not written down", e); // it is not acknowledged: the broker gives it again
        }
    }

    /// <summary>What the box takes.</summary>
    internal Task BeginAsync(MqttSession session, CancellationToken stop) => session.PublishAsync(
        $"{options.TopicBase}/capabilities", JsonSerializer.SerializeToUtf8Bytes(OrderMessages.Capabilities(verbs), OrderJson.Default.CapabilitiesMessage), retain: true, stop);

    /// <summary>News of orders among the records.</summary>
    internal async Task TellAsync(MqttSession session, IReadOnlyList<StoredRecord> records, CancellationToken stop)
    {
        foreach (var (topic, payload, news) in MessagesOf(records))
        {
            await session.PublishAsync(topic, payload, retain: false, stop).ConfigureAwait(false);
            if (news.ResponseTopic is { } response && !session.Speaks311)
            {
                await session.PublishAsync(response, payload, retain: false, stop, news.Correlation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The messages that tell news of orders among the records.</summary>
    internal IEnumerable<(string Topic, byte[] Payload, OrderMoved News)> MessagesOf(IReadOnlyList<StoredRecord> records)
    {
        foreach (var record in records.Where(record => record.Type == RecordType.OrderNews))
        {
            var news = OrderMoved.ParseNews(record.Payload);
            yield return news.Meter.IsNone
                ? ($"{options.TopicBase}/cmd/{news.OrderId}/status", JsonSerializer.SerializeToUtf8Bytes(OrderMessages.Status(news), OrderJson.Default.OrderStatusMessage), news)
                : ($"{options.TopicBase}/cmd/{news.OrderId}/result", JsonSerializer.SerializeToUtf8Bytes(OrderMessages.Result(news), OrderJson.Default.OrderResultMessage), news);
        }
    }
}
