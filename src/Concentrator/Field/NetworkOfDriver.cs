using Concentrator.Ports;
using Metering;
using Metering.Driver;

namespace Concentrator.Field;

/// <summary>The nodes of one driver: 4,000 at most, those that are gone given up first.</summary>
internal sealed class NetworkOfDriver(string driver, string family)
{
    internal const int MostNodes = 4000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _nodes = new(StringComparer.Ordinal);
    private readonly int[] _states = new int[Enum.GetValues<NodeState>().Length];
    private long _joins, _leaves, _moves, _notKept;

    internal string Driver => driver;

    internal bool HasNodes
    {
        get
        {
            lock (_lock)
            {
                return _nodes.Count > 0;
            }
        }
    }

    internal (string Driver, long Joins, long Leaves, long Moves) Moves
    {
        get
        {
            lock (_lock)
            {
                return (driver, _joins, _leaves, _moves);
            }
        }
    }

    /// <summary>Takes an event; gives what is to be told of it.</summary>
    internal IReadOnlyList<(string What, NetworkNode Node)> Take(DriverEvent told, BoxTime now)
    {
        lock (_lock)
        {
            switch (told)
            {
                case DriverEvent.NodeChanged changed:
                    return Take(changed.Node, now);
                case DriverEvent.Joined joined:
                    _joins++;
                    return Of("joined", joined.Meter, joined.LinkAddress, $"joined under {joined.LinkAddress}");
                case DriverEvent.Left left:
                    _leaves++;
                    return Of("left", left.Meter, left.LinkAddress, left.Reason);
                case DriverEvent.Moved moved:
                    _moves++;
                    return Of("moved", moved.Meter, moved.LinkAddress, $"moved to {moved.Parent}");
                default:
                    return [];
            }
        }
    }

    internal IReadOnlyList<(NodeState State, int Count)> Counts()
    {
        lock (_lock)
        {
            return [.. _states.Select((count, state) => ((NodeState)state, count))];
        }
    }

    internal NodeView? Find(string eui, long now)
    {
        lock (_lock)
        {
            return _nodes.TryGetValue(eui, out var entry) ? entry.View(driver, now) : null;
        }
    }

    internal NetworkView View(long now)
    {
        lock (_lock)
        {
            var nodes = _nodes.Values.Select(entry => entry.View(driver, now)).OrderBy(node => node.Node.Level ?? int.MaxValue).ThenBy(node => node.Node.Eui, StringComparer.Ordinal);
            return new NetworkView(driver, family, [.. nodes], _joins, _leaves, _moves, _notKept);
        }
    }

    internal void Lose(long now)
    {
        lock (_lock)
        {
            foreach (var entry in _nodes.Values)
            {
                entry.Lose(now);
            }
        }
    }

    private List<(string, NetworkNode)> Take(NetworkNode node, BoxTime now)
    {
        if (!_nodes.TryGetValue(node.Eui, out var entry))
        {
            if (_nodes.Count >= MostNodes && !GiveUpOldest())
            {
                _notKept++;
                return [];
            }

            _nodes[node.Eui] = entry = new Entry(node, now);
            _states[(int)node.State]++;
            return [(Word(node.State), node)];
        }

        var before = entry.Node;
        _states[(int)before.State]--;
        _states[(int)node.State]++;
        entry.Take(node, now);
        if (before.State == node.State && before.Parent != node.Parent && before.State != NodeState.Gone)
        {
            _moves++;
            return [("moved", node)];
        }

        return before == node ? [] : [(Word(node.State), node)];
    }

    /// <summary>A meter's event with its node; without one, as on a line with one meter, nothing is told.</summary>
    private List<(string, NetworkNode)> Of(string what, MeterId meter, string address, string sentence) =>
        _nodes.Values.FirstOrDefault(entry => entry.Node.Meter == meter && (entry.Node.Address == address || entry.Node.State != NodeState.Gone)) is { } entry
            ? [(what, entry.Node with { Sentence = sentence })] : [];

    /// <summary>Makes room: the node that is gone longest.</summary>
    private bool GiveUpOldest()
    {
        var oldest = _nodes.Values.Where(entry => entry.Node.State == NodeState.Gone).MinBy(entry => entry.LastMonotonic);
        if (oldest is null)
        {
            return false;
        }

        _nodes.Remove(oldest.Node.Eui);
        _states[(int)NodeState.Gone]--;
        return true;
    }

    private static string Word(NodeState state) => state.ToString().ToLowerInvariant();

    /// <summary>A node, and since when it stands as it does.</summary>
    private sealed class Entry
    {
        private readonly NetworkPresence _presence;
        private readonly DateTime? _firstTold;
        private DateTime? _since, _lastTold;
        private bool _isOld;

        internal Entry(NetworkNode node, BoxTime now)
        {
            (Node, _firstTold, _since) = (node, now.Utc, now.Utc);
            _presence = new NetworkPresence(now.Monotonic);
            Take(node, now);
        }

        internal NetworkNode Node { get; private set; }

        internal long LastMonotonic { get; private set; }

        internal void Take(NetworkNode node, BoxTime now)
        {
            _since = Node.State == node.State ? _since : now.Utc;
            (Node, _lastTold, LastMonotonic, _isOld) = (node, now.Utc, now.Monotonic, false);
            _presence.Note(node.State == NodeState.Connected, now.Monotonic);
        }

        internal void Lose(long now)
        {
            _isOld = true;
            _presence.Note(false, now);
        }

        internal NodeView View(string driver, long now) => new(driver, Node, _firstTold, _since, _lastTold, Math.Round(_presence.Percent(now), 1), _isOld);
    }
}
