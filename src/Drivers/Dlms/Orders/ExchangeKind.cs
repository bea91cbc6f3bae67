using System.Runtime.CompilerServices;
using Metering.Orders;
using Protocols.Dlms.Client;

namespace Drivers.Dlms.Orders;

/// <summary>Takes one plain APDU of somebody else to the meter, in the box's own association, and the meter's plain answer back.</summary>
internal sealed class ExchangeKind : IOrderKind
{
    public OrderKind Kind => OrderKind.Exchange;

    public string? Refusal(MeterOrder order) => ExchangeProcedure.Refusal(order.Payload);

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var exchange = new ExchangeProcedure(order.Payload);
        await (await meter.VisitAsync(stop).ConfigureAwait(false)).RunAsync(exchange, stop).ConfigureAwait(false);
        yield return new OrderStep(OrderState.Done, $"{exchange.Answered} came", null, exchange.Answer);
    }
}
