using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Orders;

namespace Concentrator.Field;

/// <summary>
/// Takes an order to the driver that reaches its meter. What the meter tells goes over the same channel as everything that is heard, so that there is one way into the ledger.
/// </summary>
internal sealed class Dispatcher(MeterReach reach, ChannelWriter<DriverEvent> events) : IOrderDesk
{
    /// <summary>Is told which firmware a meter has, whenever it is known of an order that ended.</summary>
    internal event Action<MeterId, string>? FirmwareTold;

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [EnumeratorCancellation] CancellationToken stop)
    {
        if (reach.Find(order.Meter) is not { } driver)
        {
            yield return new OrderStep(OrderState.Failed, $"no driver reaches {order.Meter} now", null, default) { Why = MissReason.Absent };
            yield break;
        }

        await foreach (var step in driver.ExecuteAsync(order, stop).ConfigureAwait(false))
        {
            if (step.Told is { } told)
            {
                await events.WriteAsync(told is DriverEvent.ReadingsTaken taken ? taken with { Use = order.Use } : told, stop).ConfigureAwait(false);
            }

            if (step.Firmware is { } firmware)
            {
                FirmwareTold?.Invoke(order.Meter, firmware);
            }

            yield return step;
        }
    }
}
