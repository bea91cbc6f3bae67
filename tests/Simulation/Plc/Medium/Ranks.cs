namespace Simulation.Plc.Medium;

/// <summary>
/// Who is how often there: each node has a rank of its own, evenly spread over 0 to 1, so that any number of nodes has the quantiles of its shape and not a sample of them. The last are the
/// steadiest; switches are taken from them.
/// </summary>
internal sealed class Ranks
{
    private readonly double[] _presence, _changes;

    internal Ranks(int nodes, int seed)
    {
        var random = Draw.Of(seed, nodes, 0, Draw.Rank);
        _presence = [.. Enumerable.Range(0, nodes).Select(i => (i + 0.5) / nodes)];
        random.Shuffle(_presence);

        // Those that are seldom there come and go more often, by tendency; those that always or hardly ever are there, never or as they are told.
        var keys = _presence.Select(rank => MeasuredDay.PresenceOf(rank) is >= 1 or < 0.5 ? -1 : (0.75 * (1 - rank)) + (0.25 * random.NextDouble())).ToArray();
        var order = Enumerable.Range(0, nodes).ToArray();
        Array.Sort(keys, order);
        _changes = new double[nodes];
        for (var i = 0; i < nodes; i++)
        {
            _changes[order[i]] = (i + 0.5) / nodes;
        }
    }

    /// <summary>Rank of presence of the node at a place in the list.</summary>
    internal double OfPresence(int at) => _presence[at];

    /// <summary>Its rank among all by how often it comes and goes.</summary>
    internal double OfChanges(int at) => _changes[at];
}
