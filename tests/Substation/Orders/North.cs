using System.Buffers;
using System.Text.Json;
using Concentrator.Upstream;
using Concentrator.Upstream.Mqtt;

namespace Substation.Orders;

/// <summary>The way to the head-end without a socket: the product's own delivery and messages, taken at once where the head-end is there.</summary>
internal sealed class North(HeadEnd headEnd, Delivery delivery, MqttOrders orders, TimeProvider clock, Func<CancellationToken, Task> told)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private long _messages;

    internal async Task RunAsync(CancellationToken stop)
    {
        delivery.SessionBegan();
        while (true)
        {
            if (!headEnd.IsThere || delivery.Take(500, 48 * 1024) is not { } batch)
            {
                await Task.Delay(Look, clock, stop).ConfigureAwait(false);
                continue;
            }

            if (await SendAsync(batch).ConfigureAwait(false))
            {
                await told(stop).ConfigureAwait(false);
            }

            delivery.Settle(batch.Id);
        }
    }

    /// <summary>True where the end of the order that is watched was among it.</summary>
    private Task<bool> SendAsync(DeliveryBatch batch)
    {
        _buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_buffer))
        {
            if (MqttMessages.WriteReadings(writer, batch, ++_messages, clock.GetUtcNow().UtcDateTime, _ => null) > 0)
            {
                headEnd.Take($"{HeadEnd.Base}/readings/{batch.Lane}", _buffer.WrittenSpan);
            }
        }

        foreach (var (suffix, message) in MqttAnnouncements.EventsOf(batch.Records))
        {
            headEnd.Take($"{HeadEnd.Base}/{suffix}", JsonSerializer.SerializeToUtf8Bytes(message, EventJson.Default.EventMessage));
        }

        var ends = false;
        foreach (var (topic, payload, news) in orders.MessagesOf(batch.Records))
        {
            headEnd.Take(topic, payload);
            ends |= news.OrderId == KillRun.Id && news.Meter.IsNone && Metering.Orders.OrderStates.IsFinal(news.State);
        }

        return Task.FromResult(ends);
    }
}
