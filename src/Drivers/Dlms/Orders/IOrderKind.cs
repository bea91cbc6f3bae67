using Metering.Orders;

namespace Drivers.Dlms.Orders;

/// <summary>One kind of order, as a meter executes it: one file each.</summary>
internal interface IOrderKind
{
    /// <summary>Which kind.</summary>
    OrderKind Kind { get; }

    /// <summary>Between two of its steps more urgent orders may run: it may take long, and it goes on where it stood.</summary>
    bool LetsOthersPass => false;

    /// <summary>As long as it is under way the meter is its own: what else would change the meter, or take as long, waits until it is through.</summary>
    bool OwnsMeter => false;

    /// <summary>It may run between two steps of an order that owns the meter: it changes nothing the other relies on.</summary>
    bool PassesOwner => false;

    /// <summary>It gives up what owns the meter: that ends, and this runs in its place.</summary>
    bool EndsOwner(QueuedOrder order) => false;

    /// <summary>Why the order cannot be executed by any meter, from its payload alone; null where it can. Nothing was sent yet.</summary>
    /// <exception cref="InvalidDataException">The payload is none of this kind.</exception>
    string? Refusal(MeterOrder order);

    /// <summary>Executes it: progress, parts (each with what the meter told), and one final step.</summary>
    /// <exception cref="MeterRefusalException">The meter does not do it.</exception>
    /// <exception cref="IOException">The link is gone.</exception>
    /// <exception cref="TimeoutException">The meter does not answer.</exception>
    IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, CancellationToken stop);
}
