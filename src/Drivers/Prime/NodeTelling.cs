using Metering.Driver;

namespace Drivers.Prime;

/// <summary>What is told of a node: the difference to what was told before, so that nothing is told twice, however often it changed meanwhile.</summary>
internal static class NodeTelling
{
    /// <summary>Adds the events of a node.</summary>
    internal static void Tell(PrimeNode node, ICollection<DriverEvent> told)
    {
        var (now, before) = (node.View(), node.Told);
        if (now == before || (before is null && now.State == NodeState.Gone && !node.IsAwaited))
        {
            return;
        }

        node.Told = now;
        var (is_, was) = (node.IsReadable, PrimeNode.WasReadable(before));
        if (was && (!is_ || before!.Meter != now.Meter))
        {
            told.Add(new DriverEvent.Left(before!.Meter, before.Address, now.Sentence));
        }

        if (is_ && (!was || before!.Meter != now.Meter))
        {
            told.Add(new DriverEvent.Joined(now.Meter, now.Address));
        }
        else if (is_ && (before!.Parent != now.Parent || before.Address != now.Address))
        {
            told.Add(new DriverEvent.Moved(now.Meter, now.Address, now.Parent ?? ""));
        }

        told.Add(new DriverEvent.NodeChanged(now));
    }
}
