using Concentrator.Ports;
using Metering.Driver;

namespace Concentrator.Collection;

/// <summary>Tells the collection why meters cannot be asked, by what their networks say of their nodes.</summary>
internal sealed class NetworkWatch(INetworkDirectory network, Collector collector)
{
    internal async Task RunAsync(CancellationToken stop)
    {
        await foreach (var change in network.WatchAsync(stop).ConfigureAwait(false))
        {
            var node = change.Node;
            if (node.Meter.IsNone || node.State == NodeState.Connected)
            {
                continue;
            }

            var parent = node.Parent is { } eui ? network.FindNode(eui)?.Node : null;
            collector.Unreached(node.Meter, WhyOf(node, parent), node is { State: NodeState.Gone, Why: MissReason.None or MissReason.Absent or MissReason.BranchDown } ? node.Parent ?? "" : node.Sentence);
        }
    }

    /// <summary>What the driver says it is; else by the node's state, and that of the one it hangs on.</summary>
    private static MissReason WhyOf(NetworkNode node, NetworkNode? parent) => node.Why != MissReason.None ? node.Why : node.State switch
    {
        NodeState.Quarantined => MissReason.NotListed,
        NodeState.Refused => MissReason.KeyMissing,
        NodeState.Gone when parent is { State: NodeState.Gone } => MissReason.BranchDown,
        NodeState.Gone => MissReason.Absent,
        _ => MissReason.NotConnected,
    };
}
