namespace Simulation.Plc.Medium;

/// <summary>What a hop loses: by the node's place, its phase and the hour of the day. A pure function of seed, node and time.</summary>
public sealed class LineNoise(PowerLinePlan plan, int seed)
{
    /// <summary>How well a node is heard by the one it hangs on, 0 to 1: by its place in the street and its phase, for the whole run.</summary>
    public double QualityOf(PlcNode node) => 1 - (0.6 * Draw.Unit(seed, node.Number, node.Parent?.Number ?? 0, node.Phase, Draw.Quality));

    /// <summary>Share of PPDUs that its hop loses at a time.</summary>
    public double LossOf(PlcNode node, DateTime utc)
    {
        if (plan.Loss <= 0)
        {
            return 0;
        }

        var place = 2 * (1 - node.Quality) / 0.6; // 0 to 2, 1 in the middle
        return Math.Min(0.95, plan.Loss * place * plan.LossByHour[utc.Hour] * plan.LossByPhase[node.Phase - 1]);
    }
}
