using Concentrator.Collection;
using Metering;
using Simulation.Plc.Medium;
using Substation.Street;

namespace Substation;

/// <summary>The box next door: meters that join there are its own as long as they are there, which the head-end tells both a few minutes later.</summary>
internal sealed class LifeNeighbour
{
    internal const string Name = "dc-next-door";

    private static readonly TimeSpan HeardAfter = TimeSpan.FromMinutes(5);
    private readonly HashSet<MeterId> _here = [];

    internal LifeNeighbour(PlcStreet street, Collector collector) => street.Line.Changed += node =>
    {
        if (!street.Expected.TryGetValue(node, out var meter))
        {
            return;
        }

        var isHere = !node.IsPresent && street.Line.Presence.AbsenceAt(node, street.Line.Time.Now) == AbsenceKind.AtNeighbour;
        if (isHere ? _here.Add(meter) : node.IsPresent && _here.Remove(meter))
        {
            Visits += isHere ? 1 : 0;
            street.Line.Time.After(HeardAfter, () => collector.Give(meter, isHere ? Name : null));
        }
    };

    /// <summary>Times that a meter joined here.</summary>
    internal int Visits { get; private set; }
}
