using Metering.Driver;
using Metering.Orders;

namespace Drivers.Dlms;

/// <summary>A head-end that speaks with the meter through the box: as long as it does, the box's own orders stay away, since a meter may allow one association. A breaker goes between two of its exchanges, and the head-end has the meter again afterwards.</summary>
internal sealed class PassageHold(TimeSpan idleAfter, TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private string? _holder;
    private long _since, _used;

    /// <summary>The holder spoke.</summary>
    internal void Take(string holder)
    {
        var now = clock.GetTimestamp();
        (_since, _holder, _used) = (_holder == holder ? _since : now, holder, now);
    }

    internal void End() => _holder = null;

    internal bool IsOf(string holder) => _holder == holder;

    /// <summary>Why an order has to wait; null where it has not. A hold that is over ends with the first who comes and is another.</summary>
    /// <param name="holder">Who passes something through; null for an order of the box.</param>
    internal string? Refusal(MeterOrder order, string? holder)
    {
        if (_holder != holder && (clock.GetElapsedTime(_used) >= idleAfter || clock.GetElapsedTime(_since) >= Longest))
        {
            End();
        }

        return _holder is null || _holder == holder || order.Class <= WorkClass.Breaker ? null : MissText.Of(MissReason.HeldByPassThrough, _holder);
    }
}
