using System.Runtime.CompilerServices;
using Metering.Orders;

namespace Drivers.Dlms.Orders;

/// <summary>
/// Disconnects, reconnects or reads the breaker. What attributes 2, 3 and 4 say afterwards is the result; one that stands as wanted is told nothing, one whose mode cannot do it neither. A
/// breaker whose answer was lost is never told twice: reading it settles what came of it.
/// </summary>
internal sealed class BreakerKind(OrderKind kind) : IOrderKind
{
    public OrderKind Kind => kind;

    public bool PassesOwner => true;

    public string? Refusal(MeterOrder order)
    {
        BreakerOrder.Parse(order.Payload); // throws where it is none; the rest is the meter's to say
        return null;
    }

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var control = meter.Named(BreakerOrder.Parse(order.Payload).Control, meter.Profile.Controls.Breaker, "breaker");
        var what = $"the breaker {control}";
        if (kind != OrderKind.Breaker)
        {
            yield return await ControlLook.MoveAsync(meter, control, kind == OrderKind.Reconnect, what, order.Id, stop).ConfigureAwait(false);
            yield break;
        }

        var look = await ControlLook.TakeAsync(meter, control, order.Id, stop).ConfigureAwait(false);
        yield return look.Told(meter, meter.Proven(OrderState.Done, $"{what} is {look.Control.Text} (control mode {look.Control.Mode})", look.Control.Text)) with { Answer = look.Control.ToOctets() };
    }
}
