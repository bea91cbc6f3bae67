using System.Runtime.CompilerServices;
using Metering.Orders;
using Protocols.Dlms.Client;

namespace Drivers.Dlms.Orders;

/// <summary>Takes one plain APDU of somebody else to the meter, in the box's own association, and the meter's plain answer back; or what a head-end and the meter have to say each other, untouched.</summary>
internal sealed class ExchangeKind : IOrderKind
{
    public OrderKind Kind => OrderKind.Exchange;

    public bool PassesOwner => true;

    public string? Refusal(MeterOrder order) => PassThroughOrder.Is(order.Payload) ? null : ExchangeProcedure.Refusal(order.Payload);

    public IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, CancellationToken stop) =>
        PassThroughOrder.Is(order.Payload) ? PassThrough.ExecuteAsync(order, meter, stop) : ExchangeAsync(order, meter, stop);

    private static async IAsyncEnumerable<OrderStep> ExchangeAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var exchange = new ExchangeProcedure(order.Payload);
        await (await meter.VisitAsync(stop).ConfigureAwait(false)).RunAsync(exchange, stop).ConfigureAwait(false);
        yield return new OrderStep(OrderState.Done, $"{exchange.Answered} came", null, exchange.Answer);
    }
}
