using System.Runtime.CompilerServices;
using Concentrator.Ports;
using Metering.Orders;

namespace Substation.Orders;

/// <summary>The desk that takes orders to drivers, where a life may end before one goes out, and before its result is seen.</summary>
internal sealed class WatchedDesk(IOrderDesk inner, Func<KillMoment, CancellationToken, Task> reached) : IOrderDesk
{
    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [EnumeratorCancellation] CancellationToken stop)
    {
        await reached(KillMoment.Begun, stop).ConfigureAwait(false);
        await foreach (var step in inner.ExecuteAsync(order, stop).ConfigureAwait(false))
        {
            if (step.State != OrderState.Running)
            {
                await reached(KillMoment.Answered, stop).ConfigureAwait(false);
            }

            yield return step;
        }
    }
}
