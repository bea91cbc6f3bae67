using Metering;

namespace Substation.Box;

/// <summary>What was committed: it outlives a power cut, and goes on to the subscriber, at once or when the way there is open again.</summary>
internal sealed class BlockStore(Subscriber subscriber)
{
    private readonly Queue<ReadingBlock> _waiting = new();

    /// <summary>Everything that was committed.</summary>
    internal List<ReadingBlock> Blocks { get; } = [];

    /// <summary>Times in which nobody can be reached, UTC.</summary>
    internal IReadOnlyList<(DateTime From, DateTime To)> Outages { get; init; } = [];

    internal void Take(ReadingBlock block, DateTime utc)
    {
        Blocks.Add(block);
        _waiting.Enqueue(block);
        Deliver(utc);
    }

    /// <summary>Delivers what waits, where there is a way.</summary>
    internal void Deliver(DateTime utc)
    {
        while (!Outages.Any(outage => outage.From <= utc && utc < outage.To) && _waiting.TryDequeue(out var block))
        {
            subscriber.Take(block);
        }
    }
}
