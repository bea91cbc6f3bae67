using Metering;
using Metering.Driver;

namespace Concentrator.Ports;

/// <summary>A node of a power line network, and since when it stands as it does.</summary>
/// <param name="Driver">The driver whose network it is in.</param>
/// <param name="Node">What the driver said of it last.</param>
/// <param name="FirstTold">When it was first told of since the service began, UTC; null while the box had no time.</param>
/// <param name="Since">When it came into its present state.</param>
/// <param name="LastTold">When the driver last spoke of it.</param>
/// <param name="PresentPercent">How much of the last 24 hours (or since it was first told of) it could be asked.</param>
/// <param name="IsOld">The driver's link was lost since, and it has not spoken of the node again: this is how it stood then.</param>
public sealed record NodeView(string Driver, NetworkNode Node, DateTime? FirstTold, DateTime? Since, DateTime? LastTold, double PresentPercent, bool IsOld);

/// <summary>The network of one driver.</summary>
/// <param name="Nodes">By level, then EUI.</param>
/// <param name="Joins">Meters that joined since the service began.</param>
/// <param name="Leaves">Meters that left since.</param>
/// <param name="Moves">Times a node or meter came to another place in the network.</param>
/// <param name="NotKept">Nodes that were not kept because there were too many.</param>
public sealed record NetworkView(string Driver, string Family, IReadOnlyList<NodeView> Nodes, long Joins, long Leaves, long Moves, long NotKept);

/// <summary>Something that happened in a network.</summary>
/// <param name="What"><c>joined</c>, <c>left</c>, <c>moved</c>, or the state a node came into: <c>quarantined</c>, <c>refused</c>, <c>registered</c>, <c>connected</c>, <c>gone</c>.</param>
public sealed record NetworkChange(DateTime? At, string Driver, string What, NetworkNode Node);

/// <summary>The nodes of every power line network of this box.</summary>
public interface INetworkDirectory
{
    /// <summary>One for each driver that told of nodes.</summary>
    IReadOnlyList<NetworkView> List();

    /// <summary>How many nodes of each driver are in each state: without looking at each node's history.</summary>
    IReadOnlyList<(string Driver, NodeState State, int Count)> Counts();

    /// <summary>How often meters came, went and moved in each driver's network.</summary>
    IReadOnlyList<(string Driver, long Joins, long Leaves, long Moves)> Moves();

    /// <summary>The node of a meter, the connected one before one that is gone; null where none is known.</summary>
    NodeView? Find(MeterId meter);

    /// <summary>A node, whatever network it is in: the one that is not gone before one that is; null where none is known.</summary>
    NodeView? FindNode(string eui);

    /// <summary>What happens from now on; a slow watcher loses changes, never the box.</summary>
    IAsyncEnumerable<NetworkChange> WatchAsync(CancellationToken stop);
}
