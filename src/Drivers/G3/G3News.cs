using System.Threading.Channels;
using Metering.Driver;

namespace Drivers.G3;

/// <summary>What the driver tells: what became of its link, and of its nodes. Links change a few times a day; should nobody listen, the oldest news of them go.</summary>
internal sealed class G3News(G3Network network, Func<IReadOnlyDictionary<string, string>> facts)
{
    private const int Most = 64;
    private readonly Channel<DriverEvent> _link = Channel.CreateBounded<DriverEvent>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private DriverEvent.LinkChanged _last = new(LinkState.Closed, "");

    /// <summary>The link changed.</summary>
    internal void Tell(LinkState state, string sentence)
    {
        _last = new DriverEvent.LinkChanged(state, sentence, facts());
        _link.Writer.TryWrite(_last);
    }

    /// <summary>Counters changed.</summary>
    internal void TellFacts() => Tell(_last.State, _last.Sentence);

    /// <summary>Nothing more comes.</summary>
    internal void End()
    {
        _link.Writer.TryComplete();
        network.End();
    }

    /// <summary>Everything, in order, until the end.</summary>
    internal async IAsyncEnumerable<DriverEvent> AllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        Task<bool>? link = null, nodes = null;
        while (true)
        {
            while (_link.Reader.TryRead(out var change))
            {
                yield return change;
            }

            if (network.Changed.TryRead(out var node))
            {
                while (network.NextEvent(node) is { } told)
                {
                    yield return told;
                }

                continue;
            }

            link = link is null or { IsCompleted: true } ? _link.Reader.WaitToReadAsync(stop).AsTask() : link;
            nodes = nodes is null or { IsCompleted: true } ? network.Changed.WaitToReadAsync(stop).AsTask() : nodes;
            var more = await Task.WhenAny(link, nodes).ConfigureAwait(false);
            if (!await more.ConfigureAwait(false) && !await (more == link ? nodes : link).ConfigureAwait(false))
            {
                yield break;
            }
        }
    }
}
