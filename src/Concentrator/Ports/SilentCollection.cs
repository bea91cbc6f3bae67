using Metering;
using Metering.Orders.Planner;

namespace Concentrator.Ports;

/// <summary>A box that collects nothing says nothing of it.</summary>
internal sealed class SilentCollection : ICollectionView
{
    public string? Forecast => null;

    public IReadOnlyList<CollectionForecast> Forecasts => [];

    public string? ReasonOf(MeterId meter) => null;
}
