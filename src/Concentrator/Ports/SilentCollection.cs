using Metering;

namespace Concentrator.Ports;

/// <summary>A box that collects nothing says nothing of it.</summary>
internal sealed class SilentCollection : ICollectionView
{
    public string? Forecast => null;

    public string? ReasonOf(MeterId meter) => null;
}
