using System.Collections.Concurrent;
using Metering;
using Metering.Orders;

namespace Concentrator.Field;

/// <summary>Through which driver a meter is reached now.</summary>
internal sealed class MeterReach
{
    private readonly ConcurrentDictionary<MeterId, IMeterDriver> _drivers = new();

    /// <summary>A meter joined: a collection may begin with what it misses.</summary>
    internal event Action<MeterId>? Joined;

    internal void Join(MeterId meter, IMeterDriver driver)
    {
        _drivers[meter] = driver;
        Joined?.Invoke(meter);
    }

    internal void Leave(MeterId meter) => _drivers.TryRemove(meter, out _);

    /// <summary>The driver's link was lost: nobody is reached through it.</summary>
    internal void Lose(IMeterDriver driver)
    {
        foreach (var (meter, _) in _drivers.Where(entry => ReferenceEquals(entry.Value, driver)))
        {
            _drivers.TryRemove(meter, out _);
        }
    }

    internal IMeterDriver? Find(MeterId meter) => _drivers.GetValueOrDefault(meter);

    internal IReadOnlyList<MeterId> Meters(OrderKind kind) => [.. _drivers.Where(entry => entry.Value.Facts.Orders.Contains(kind)).Select(entry => entry.Key).Order()];
}
