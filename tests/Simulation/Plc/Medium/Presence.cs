namespace Simulation.Plc.Medium;

/// <summary>
/// Who is there when: a pure function of seed, node and time, so that an all-seeing schedule may ask it about the future. Time is cut into cycles of two days, so that a node may change once a
/// day; in each a node has absences of its own (by the shape of the plan, hopping, straying, a dead feeder) and those of the switches that carry it, for 5 to 30 minutes each.
/// </summary>
public sealed class Presence
{
    private static readonly long Cycle = TimeSpan.FromDays(2).Ticks;
    private readonly PowerLinePlan _plan;
    private readonly int _seed;
    private readonly PresenceShapes _shapes;
    private readonly Kept?[] _kept;
    private readonly int _first;

    internal Presence(PowerLinePlan plan, int seed, IReadOnlyList<PlcNode> nodes)
    {
        (_plan, _seed, _first) = (plan, seed, plan.FirstNumber);
        _shapes = new PresenceShapes(plan, seed, new Ranks(plan.Nodes, seed));
        _kept = new Kept?[nodes.Count];
        Newcomers = NewcomersOf(plan, nodes);
    }

    /// <summary>Those that are built in later.</summary>
    public IReadOnlySet<PlcNode> Newcomers { get; }

    /// <summary>It can be reached.</summary>
    public bool IsPresent(PlcNode node, DateTime utc) => AbsenceAt(node, utc) == AbsenceKind.None;

    /// <summary>Why it cannot.</summary>
    public AbsenceKind AbsenceAt(PlcNode node, DateTime utc)
    {
        foreach (var absence in InCycle(node, utc.Ticks / Cycle))
        {
            if (absence.From <= utc && utc < absence.To)
            {
                return absence.Kind;
            }
        }

        return AbsenceKind.None;
    }

    /// <summary>The next time at which it may come, go or move: nothing happens to it before.</summary>
    public DateTime NextChange(PlcNode node, DateTime after)
    {
        var cycle = after.Ticks / Cycle;
        var next = new DateTime((cycle + 1) * Cycle, DateTimeKind.Utc);
        foreach (var absence in InCycle(node, cycle))
        {
            next = absence.From > after && absence.From < next ? absence.From : absence.To > after && absence.To < next ? absence.To : next;
        }

        for (var carrier = node.Home; carrier is not null; carrier = carrier.Home)
        {
            foreach (var absence in InCycle(carrier, cycle))
            {
                next = absence.To > after && absence.To < next ? absence.To : next; // it goes back to its switch
            }
        }

        return next;
    }

    /// <summary>The times in which it is not there, merged, in order, cut off at both ends.</summary>
    public IReadOnlyList<Absence> Absences(PlcNode node, DateTime from, DateTime to)
    {
        var merged = new List<Absence>();
        for (var cycle = from.Ticks / Cycle; cycle * Cycle < to.Ticks; cycle++)
        {
            foreach (var absence in InCycle(node, cycle).Select(one => one with { From = Later(one.From, from), To = Earlier(one.To, to) }).Where(one => one.From < one.To).OrderBy(one => one.From))
            {
                if (merged.Count > 0 && absence.From <= merged[^1].To)
                {
                    merged[^1] = merged[^1] with { To = Later(merged[^1].To, absence.To) };
                }
                else
                {
                    merged.Add(absence);
                }
            }
        }

        return merged;
    }

    /// <summary>The node it hangs on at a time: its own switch, or the next one up that is there; null: the coordinator.</summary>
    internal PlcNode? CarrierOf(PlcNode node, DateTime utc)
    {
        var carrier = node.Home;
        while (carrier is not null && !IsPresent(carrier, utc))
        {
            carrier = carrier.Home;
        }

        return carrier;
    }

    /// <summary>Phase and channel at a time.</summary>
    internal (int Phase, int Channel) PlaceOf(PlcNode node, DateTime utc)
    {
        var cycle = utc.Ticks / Cycle;
        var hops = _plan.HopsPerDay > 0 ? InCycle(node, cycle).Count(absence => absence.Kind == AbsenceKind.Hopping && absence.From <= utc) : 0;
        var turn = _plan.HopsPerDay > 0 ? cycle : 0;
        return (1 + (int)(3 * Draw.Unit(_seed, node.Number, turn, hops, Draw.Hops)), _plan.HopsPerDay > 0 ? 1 + (int)(8 * Draw.Unit(_seed, node.Number, turn, ~hops, Draw.Hops)) : 1);
    }

    private Absence[] InCycle(PlcNode node, long cycle)
    {
        var at = node.Number - _first;
        if (_kept[at] is not { } kept || kept.Cycle != cycle)
        {
            _kept[at] = kept = new Kept(cycle, Find(node, at, cycle));
        }

        return kept.Absences;
    }

    private Absence[] Find(PlcNode node, int at, long cycle)
    {
        var (from, to) = (new DateTime(cycle * Cycle, DateTimeKind.Utc), new DateTime((cycle + 1) * Cycle, DateTimeKind.Utc));
        var all = new List<Absence>();
        _shapes.Add(all, node, at, cycle, from);
        foreach (var outage in _plan.Outages)
        {
            if (outage.From < to && outage.To > from)
            {
                all.Add(new Absence(Later(outage.From, from), Earlier(outage.To, to), AbsenceKind.Outage));
            }
        }

        foreach (var away in _plan.Away)
        {
            if (away.Number == node.Number && away.From < to && away.To > from)
            {
                all.Add(new Absence(Later(away.From, from), Earlier(away.To, to), AbsenceKind.Unheard));
            }
        }

        if (_plan.NewcomersAt > from && Newcomers.Contains(node))
        {
            all.Add(new Absence(from, Earlier(_plan.NewcomersAt, to), AbsenceKind.NotYet));
        }

        if (node.Home is { } carrier)
        {
            foreach (var absence in InCycle(carrier, cycle).Where(one => one.Kind != AbsenceKind.Outage))
            {
                var back = absence.From.AddMinutes(5 + (25 * Draw.Unit(_seed, node.Number, absence.From.Ticks, 0, Draw.Branch)));
                all.Add(new Absence(absence.From, Earlier(back, absence.To), AbsenceKind.BranchDown));
            }
        }

        return [.. all];
    }

    /// <summary>From each level as many as its share of those that carry nobody.</summary>
    private static HashSet<PlcNode> NewcomersOf(PowerLinePlan plan, IReadOnlyList<PlcNode> nodes)
    {
        var leaves = nodes.Where(node => node is { IsSwitch: false, IsForeign: false }).OrderBy(node => node.Level).ThenBy(node => node.Number).ToList();
        var count = Math.Min(plan.Newcomers, leaves.Count);
        return [.. Enumerable.Range(0, count).Select(i => leaves[(int)((i + 0.5) * leaves.Count / count)])];
    }

    private static DateTime Later(DateTime one, DateTime other) => one > other ? one : other;

    private static DateTime Earlier(DateTime one, DateTime other) => one < other ? one : other;

    /// <summary>What was found last.</summary>
    private sealed record Kept(long Cycle, Absence[] Absences);
}
