using Metering.Driver;
using Metering.Ledger;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>
/// What is done beside the work, little by little: the frame counter is kept each hour, what the MAC counts is read, who is no longer expected is put out, the ways to nodes are asked for, and those that were given up are looked for. Each search goes through
/// the whole network, so there is one at a time and a pause behind it.
/// </summary>
internal sealed class G3Upkeep(G3Options options, G3Modem modem, G3Network network, G3Sender sender, G3BringUp bringUp, G3Gate gate, Func<bool> isUp, Action tell, TimeProvider clock)
{
    /// <summary>A node that was not heard for so long is not asked for its way.</summary>
    private static readonly TimeSpan HeardWithin = TimeSpan.FromHours(2);

    private static readonly TimeSpan CountsEvery = TimeSpan.FromMinutes(15);
    private readonly G3Counts _counts = new(modem);

    /// <summary>Works until stopped.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        var (kept, told) = (clock.GetTimestamp(), clock.GetTimestamp());
        long? counted = null;
        while (true)
        {
            await Task.Delay(options.DiscoveriesApart, clock, stop).ConfigureAwait(false);
            if (isUp())
            {
                if (clock.GetElapsedTime(kept) >= options.CounterEvery)
                {
                    kept = clock.GetTimestamp();
                    await TryAsync(bringUp.KeepCounterAsync, stop).ConfigureAwait(false);
                }

                if (counted is not { } last || clock.GetElapsedTime(last) >= CountsEvery)
                {
                    counted = clock.GetTimestamp();
                    await TryAsync(_counts.ReadAsync, stop).ConfigureAwait(false);
                }

                await TryAsync(gate.TakeTurnAsync, stop).ConfigureAwait(false);
                await TryAsync(SearchAsync, stop).ConfigureAwait(false);
            }

            if (clock.GetElapsedTime(told) >= options.TellEvery)
            {
                told = clock.GetTimestamp();
                tell();
            }
        }
    }

    /// <summary>For people.</summary>
    internal void AddTo(Dictionary<string, string> facts) => _counts.AddTo(facts);

    private static async ValueTask TryAsync(Func<CancellationToken, ValueTask> work, CancellationToken stop)
    {
        try
        {
            await work(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or TimeoutException or StorageFaultException)
        {
            // The line sees to the modem, the ledger tells its faults itself: the next turn comes.
        }
    }

    /// <summary>Looks for the node that was given up longest beyond its time, else asks for the way that is known worst.</summary>
    private async ValueTask SearchAsync(CancellationToken stop)
    {
        G3Node? lost = null, unknown = null;
        var (beyond, oldest) = (TimeSpan.Zero, options.PathEvery);
        foreach (var node in network.Nodes)
        {
            if (node is { State: NodeState.Gone, GivenUp: { } since })
            {
                var over = clock.GetElapsedTime(since) - WaitOf(node);
                (lost, beyond) = over >= beyond ? (node, over) : (lost, beyond);
            }
            else if (node is { IsInNetwork: true, LastHeard: { } heard } && clock.GetElapsedTime(heard) < HeardWithin)
            {
                var age = node.PathAsked is { } asked ? clock.GetElapsedTime(asked) : TimeSpan.MaxValue;
                (unknown, oldest) = age > oldest ? (node, age) : (unknown, oldest);
            }
        }

        if (lost is not null)
        {
            await ReviveAsync(lost, stop).ConfigureAwait(false);
        }
        else if (unknown is not null && sender.MaySearch(true))
        {
            unknown.PathAsked = clock.GetTimestamp();
            var path = await modem.FindPathAsync(unknown.Address, stop).ConfigureAwait(false);
            if (path.Status == AdpStatus.Success && path.Forward.Count > 0)
            {
                network.Route(unknown, path.Forward);
            }
        }
    }

    private async ValueTask ReviveAsync(G3Node node, CancellationToken stop)
    {
        if (await sender.TryFindRouteAsync(node, false, stop).ConfigureAwait(false))
        {
            network.Enter(node, $"a route to {node.Address:X4} was found again");
            return;
        }

        (node.GivenUp, node.Revivals) = (clock.GetTimestamp(), node.Revivals + 1);
    }

    private TimeSpan WaitOf(G3Node node)
    {
        if (node.Revivals == 0)
        {
            return options.ReviveSoon; // a crowd on the medium looks like a node that is gone
        }

        var wait = options.ReviveAfter * (1 << Math.Min(node.Revivals - 1, 10));
        return wait < options.ReviveLongest ? wait : options.ReviveLongest;
    }
}
