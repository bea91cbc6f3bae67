using Simulation.Plc.Medium;

namespace Simulation.Plc.Ideal;

/// <summary>What an all-seeing scheduler fetched.</summary>
/// <param name="Meters">All that belong here.</param>
/// <param name="Fetched">Those it has, and when each was complete.</param>
public sealed record AllSeeingDay(int Meters, IReadOnlyDictionary<PlcNode, DateTime> Fetched)
{
    /// <summary>Share of complete meter-days: the ceiling.</summary>
    public double Share => Meters == 0 ? 1 : (double)Fetched.Count / Meters;

    /// <summary>The same by an earlier time.</summary>
    public double ShareBy(DateTime utc) => Meters == 0 ? 1 : (double)Fetched.Values.Count(at => at <= utc) / Meters;
}
