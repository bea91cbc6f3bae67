using Simulation.Plc.Medium;

namespace Simulation.Plc.Ideal;

/// <summary>
/// A scheduler that knows who will be there when: what nobody can beat with the same seed. It works without pause, asks next whoever will be there the shortest time from now on, keeps what it has
/// of an interrupted read, and loses to noise exactly the share that is lost in the mean.
/// </summary>
/// <param name="line">Asked for its nodes, their places and their presence; it is not used otherwise.</param>
/// <param name="messages">Octets of the messages that one meter's read takes, both directions.</param>
/// <param name="joins">From a node's coming to its first answer: it has to register, to connect and to associate first.</param>
public sealed class AllSeeing(PowerLine line, IReadOnlyList<int> messages, TimeSpan joins)
{
    private const int MostTries = 20;

    /// <summary>What it has fetched, and when each was complete.</summary>
    /// <param name="from">When the rows are there.</param>
    /// <param name="until">When it stops.</param>
    public AllSeeingDay Fetch(DateTime from, DateTime until)
    {
        var open = line.Nodes.Where(node => !node.IsForeign).Select(node => new Task(node, Windows(node, from, until), WorkOf(node))).ToList();
        var meters = open.Count;
        open.RemoveAll(task => task.Windows.Count == 0);
        var fetched = new Dictionary<PlcNode, DateTime>();
        for (var now = from; now < until && open.Count > 0;)
        {
            Task? next = null;
            var least = TimeSpan.MaxValue;
            var wakes = until;
            foreach (var task in open)
            {
                if (task.Left(now, out var opens) is { } left)
                {
                    (next, least) = left < least ? (task, left) : (next, least);
                }
                else if (opens < wakes)
                {
                    wakes = opens;
                }
            }

            if (next is null)
            {
                now = wakes;
                continue;
            }

            var needs = next.Work / Passing(next.Node, now);
            var closes = next.Closes(now);
            if (now + needs <= closes)
            {
                now += needs;
                fetched[next.Node] = now;
                open.Remove(next);
            }
            else
            {
                next.Work -= (closes - now) * Passing(next.Node, now);
                now = closes;
            }

            open.RemoveAll(task => task.Ends <= now);
        }

        return new AllSeeingDay(meters, fetched);
    }

    /// <summary>Times in which a meter can answer: it is there, and has had the time to join.</summary>
    private List<(DateTime From, DateTime To)> Windows(PlcNode node, DateTime from, DateTime until)
    {
        var windows = new List<(DateTime From, DateTime To)>();
        var start = line.Presence.Absences(node, from - joins, from) is [.., var last] && last.To + joins > from ? last.To + joins : from; // who was there before has joined
        foreach (var absence in line.Presence.Absences(node, from, until))
        {
            Add(windows, start, absence.From);
            start = absence.To + joins;
        }

        Add(windows, start, until);
        return windows;
    }

    private static void Add(List<(DateTime From, DateTime To)> windows, DateTime from, DateTime to)
    {
        if (from < to)
        {
            windows.Add((from, to));
        }
    }

    private TimeSpan WorkOf(PlcNode node) => IdealTime.Of(line, messages.Select(octets => new IdealMessage(node, octets))).OnMedium;

    /// <summary>Share of the medium's time that passes something at an hour: a PPDU that is lost has to be sent again, in PRIME over all its hops.</summary>
    private double Passing(PlcNode node, DateTime now)
    {
        var (all, sum, hops) = (1.0, 0.0, 0);
        for (var hop = node; hop is not null; hop = hop.Parent)
        {
            var passes = 1 - line.Noise.LossOf(hop, now);
            (all, sum, hops) = (all * passes, sum + passes, hops + 1);
        }

        return Math.Max(1.0 / MostTries, line.Phy.IsPrime ? all : sum / hops);
    }

    /// <summary>One meter's read.</summary>
    private sealed class Task(PlcNode node, List<(DateTime From, DateTime To)> windows, TimeSpan work)
    {
        internal PlcNode Node => node;

        internal List<(DateTime From, DateTime To)> Windows => windows;

        internal TimeSpan Work { get; set; } = work;

        internal DateTime Ends => windows[^1].To;

        internal DateTime Closes(DateTime now) => windows.First(window => window.From <= now && now < window.To).To;

        /// <summary>How long it will still be there; null where it is not there now.</summary>
        /// <param name="opens">When it is there again.</param>
        internal TimeSpan? Left(DateTime now, out DateTime opens)
        {
            opens = DateTime.MaxValue;
            var (left, isOpen) = (TimeSpan.Zero, false);
            foreach (var (from, to) in windows)
            {
                if (to <= now)
                {
                    continue;
                }

                isOpen |= from <= now;
                opens = from > now && from < opens ? from : opens;
                left += to - (from > now ? from : now);
            }

            return isOpen ? left : null;
        }
    }
}
