namespace Simulation.Plc.Medium;

/// <summary>Which node hangs on which by the plan of the street: levels as the plan has them, switches among the steadiest nodes.</summary>
internal sealed class StreetTree
{
    private static readonly byte[] OwnMaker = [0x40, 0x40, 0x22], ForeignMaker = [0x00, 0x80, 0xE1];

    private StreetTree(IReadOnlyList<PlcNode> nodes) => Nodes = nodes;

    internal IReadOnlyList<PlcNode> Nodes { get; }

    internal static StreetTree Plant(PowerLinePlan plan, int seed)
    {
        var random = Draw.Of(seed, plan.Nodes, plan.FirstNumber, Draw.Tree);
        var ranks = new Ranks(plan.Nodes, seed);
        var own = Enumerable.Range(0, plan.Nodes).Select(at => Make(plan, plan.FirstNumber + at, SerialOf(plan, at), false)).ToArray();
        var steady = Enumerable.Range(0, plan.Nodes).OrderByDescending(ranks.OfPresence).Select(at => own[at]).ToList();
        var counts = Counts(plan);
        var carriers = new List<PlcNode>();
        var at = 0;
        var rest = own.ToList();
        var levels = new List<List<PlcNode>>();
        for (var level = 0; level < counts.Length; level++)
        {
            var below = level + 1 < counts.Length ? counts[level + 1] : 0;
            var switches = steady.GetRange(at, Math.Min(steady.Count - at, (below + plan.NodesOfSwitch - 1) / plan.NodesOfSwitch));
            at += switches.Count;
            switches.ForEach(node => node.IsSwitch = true);
            levels.Add(switches);
        }

        rest.RemoveAll(node => node.IsSwitch);
        var others = rest.ToArray();
        random.Shuffle(others);
        var next = 0;
        for (var level = 0; level < counts.Length; level++)
        {
            var take = Math.Clamp(counts[level] - levels[level].Count, 0, others.Length - next);
            var all = levels[level].Concat(others.AsSpan(next, level == counts.Length - 1 ? others.Length - next : take).ToArray()).ToList();
            next += level == counts.Length - 1 ? others.Length - next : take;
            for (var i = 0; i < all.Count; i++)
            {
                all[i].Home = all[i].Parent = carriers.Count == 0 ? null : carriers[i % carriers.Count];
            }

            carriers = levels[level].Count > 0 ? levels[level] : carriers;
        }

        var top = levels[0];
        var foreign = Enumerable.Range(0, plan.Foreigners).Select(i => Make(plan, plan.FirstNumber + plan.Nodes + i, $"NBR{plan.FirstNumber + i:D10}", true)).ToArray();
        foreach (var node in foreign)
        {
            node.Home = node.Parent = top.Count > 0 && random.Next(2) == 1 ? top[random.Next(top.Count)] : null;
        }

        return new StreetTree([.. own, .. foreign]);
    }

    private static int[] Counts(PowerLinePlan plan)
    {
        var counts = plan.Levels.Select(share => (int)Math.Round(share * plan.Nodes)).ToArray();
        counts[0] += plan.Nodes - counts.Sum();
        return counts;
    }

    /// <summary>Thirteen characters, as meters of the field have; the last pairs of a line tell the same where the plan wants it.</summary>
    private static string SerialOf(PowerLinePlan plan, int at)
    {
        var twin = plan.Nodes - 1 - at;
        var told = twin < plan.DuplicateSerials ? at - plan.DuplicateSerials : at;
        return $"SIM{plan.FirstNumber + Math.Max(0, told):D10}";
    }

    private static PlcNode Make(PowerLinePlan plan, int number, string serial, bool isForeign)
    {
        var maker = isForeign ? ForeignMaker : OwnMaker;
        byte[] eui = plan.Phy.IsPrime
            ? [.. maker, (byte)(number >> 16), (byte)(number >> 8), (byte)number]
            : [.. maker, 0xFF, 0xFE, (byte)(number >> 16), (byte)(number >> 8), (byte)number];
        return new PlcNode(number, eui, serial, isForeign);
    }
}
