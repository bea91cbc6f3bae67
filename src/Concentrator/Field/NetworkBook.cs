using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Concentrator.Ports;
using Metering;
using Metering.Driver;

namespace Concentrator.Field;

/// <summary>The nodes of every driver's network, in RAM: what each driver said of each last, how often meters came and went. A driver tells all of its nodes again when it starts.</summary>
internal sealed class NetworkBook(ITimeSource time) : INetworkDirectory
{
    private readonly ConcurrentDictionary<Channel<NetworkChange>, bool> _watchers = new();
    private readonly ConcurrentDictionary<MeterId, (string Driver, string Eui)> _meters = new();
    private readonly ConcurrentDictionary<string, NetworkOfDriver> _drivers = new(StringComparer.Ordinal);

    public IReadOnlyList<NetworkView> List() => [.. _drivers.Values.Where(network => network.HasNodes).OrderBy(network => network.Driver, StringComparer.Ordinal).Select(network => network.View(time.Now.Monotonic))];

    public IReadOnlyList<(string Driver, NodeState State, int Count)> Counts() =>
        [.. _drivers.Values.Where(network => network.HasNodes).OrderBy(network => network.Driver, StringComparer.Ordinal).SelectMany(network => network.Counts().Select(count => (network.Driver, count.State, count.Count)))];

    public IReadOnlyList<(string Driver, long Joins, long Leaves, long Moves)> Moves() =>
        [.. _drivers.Values.Where(network => network.HasNodes).OrderBy(network => network.Driver, StringComparer.Ordinal).Select(network => network.Moves)];

    public NodeView? Find(MeterId meter) =>
        _meters.TryGetValue(meter, out var at) && _drivers.TryGetValue(at.Driver, out var network) ? network.Find(at.Eui, time.Now.Monotonic) : null;

    public NodeView? FindNode(string eui) =>
        _drivers.Values.Select(network => network.Find(eui, time.Now.Monotonic)).OfType<NodeView>().OrderBy(node => node.Node.State == NodeState.Gone).ThenBy(node => node.Driver, StringComparer.Ordinal).FirstOrDefault();

    public async IAsyncEnumerable<NetworkChange> WatchAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var changes = Channel.CreateBounded<NetworkChange>(new BoundedChannelOptions(4096) { FullMode = BoundedChannelFullMode.DropOldest });
        _watchers[changes] = true;
        try
        {
            await foreach (var change in changes.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                yield return change;
            }
        }
        finally
        {
            _watchers.TryRemove(changes, out _);
        }
    }

    /// <summary>Takes what a driver tells of its network; anything else is passed over.</summary>
    internal void Take(string driver, string family, DriverEvent told)
    {
        if (told is not (DriverEvent.NodeChanged or DriverEvent.Joined or DriverEvent.Left or DriverEvent.Moved))
        {
            return;
        }

        var now = time.Now;
        var network = _drivers.GetOrAdd(driver, name => new NetworkOfDriver(name, family));
        foreach (var (what, node) in network.Take(told, now))
        {
            if (!node.Meter.IsNone && (node.State is not NodeState.Gone || !_meters.ContainsKey(node.Meter)))
            {
                _meters[node.Meter] = (driver, node.Eui); // a meter that moved to another node or another network is where it can be asked
            }

            Tell(new NetworkChange(now.Utc, driver, what, node));
        }
    }

    /// <summary>The driver's link is gone: nobody can be asked, and nodes stand as they stood until they are told of again.</summary>
    internal void Lose(string driver)
    {
        if (_drivers.TryGetValue(driver, out var network))
        {
            network.Lose(time.Now.Monotonic);
        }
    }

    private void Tell(NetworkChange change)
    {
        foreach (var watcher in _watchers.Keys)
        {
            watcher.Writer.TryWrite(change);
        }
    }
}
