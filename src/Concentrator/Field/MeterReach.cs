using Concentrator.Ports;
using Metering;
using Metering.Orders;

namespace Concentrator.Field;

/// <summary>Through which driver a meter is reached now.</summary>
internal sealed class MeterReach : IMeterReach
{
    private readonly Dictionary<MeterId, IMeterDriver> _drivers = [];
    private readonly List<Action<ReachChange>> _followers = [];
    private readonly Lock _lock = new();

    public void Follow(Action<ReachChange> take)
    {
        lock (_lock)
        {
            _followers.Add(take);
            foreach (var (meter, driver) in _drivers)
            {
                take(ChangeOf(meter, driver, isReached: true));
            }
        }
    }

    /// <summary>A meter joined, or joined anew.</summary>
    internal void Join(MeterId meter, IMeterDriver driver)
    {
        lock (_lock)
        {
            _drivers[meter] = driver;
            Tell(ChangeOf(meter, driver, isReached: true));
        }
    }

    /// <summary>A meter left; where another driver reaches it by now it stays.</summary>
    internal void Leave(MeterId meter, IMeterDriver driver)
    {
        lock (_lock)
        {
            if (_drivers.TryGetValue(meter, out var by) && ReferenceEquals(by, driver))
            {
                _drivers.Remove(meter);
                Tell(ChangeOf(meter, driver, isReached: false));
            }
        }
    }

    /// <summary>The driver's link was lost: nobody is reached through it.</summary>
    internal void Lose(IMeterDriver driver)
    {
        lock (_lock)
        {
            foreach (var meter in _drivers.Where(entry => ReferenceEquals(entry.Value, driver)).Select(entry => entry.Key).ToList())
            {
                _drivers.Remove(meter);
                Tell(ChangeOf(meter, driver, isReached: false));
            }
        }
    }

    internal IMeterDriver? Find(MeterId meter)
    {
        lock (_lock)
        {
            return _drivers.GetValueOrDefault(meter);
        }
    }

    private static ReachChange ChangeOf(MeterId meter, IMeterDriver driver, bool isReached) =>
        new(meter, driver.Facts.Name, driver.Facts.MetersAtOnce, isReached && driver.Facts.Orders.Contains(OrderKind.Read));

    private void Tell(ReachChange change) => _followers.ForEach(take => take(change));
}
