using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>What a change of the group key came to.</summary>
/// <param name="Changed">Nodes that have it.</param>
/// <param name="Left">Nodes that did not take it, by EUI: they have to join again.</param>
public sealed record G3RekeyResult(int Changed, IReadOnlyList<string> Left);

/// <summary>
/// Changes the group key (2.5): the new key to the modem, the phase begun, the key to each node, then each node told to use it, the phase ended, the key in use. What is broken off goes on
/// with the same new key the next time.
/// </summary>
internal sealed class G3Rekeying(G3Options options, G3Modem modem, G3Network network, G3JoinDesk joins)
{
    /// <summary>While a key is changed a device asks as if it joined, and is answered with an address that means nothing.</summary>
    internal const ushort DummyAddress = 0xFFF0;

    /// <summary>Changes it.</summary>
    /// <exception cref="IOException">The modem does not take it.</exception>
    internal async ValueTask<G3RekeyResult> RunAsync(G3GroupKeys keys, CancellationToken stop)
    {
        var key = await keys.RenewAsync(stop).ConfigureAwait(false);
        var set = await modem.SetAsync(AttributeSet.Lbp(LbpAttribute.RekeyGroupMasterKey, 0, key), stop).ConfigureAwait(false); // the document names no index for it
        if (set.Status != (byte)LbpStatus.Success)
        {
            throw new IOException($"the modem at {options.Port} does not take a new group key: {set.StatusText}");
        }

        var nodes = network.Nodes.Where(node => node.IsInNetwork).ToList();
        joins.IsRekeying = true;
        try
        {
            await modem.SendAsync(new SetRekeyPhase(true), stop).ConfigureAwait(false);
            var given = await EachAsync(nodes, true, stop).ConfigureAwait(false);
            var changed = await EachAsync(given, false, stop).ConfigureAwait(false);
            await modem.SendAsync(new SetRekeyPhase(false), stop).ConfigureAwait(false);
            await modem.SendAsync(new Bare(G3Command.ActivateNewKey), stop).ConfigureAwait(false);
            await keys.ActivateAsync(stop).ConfigureAwait(false);
            var left = nodes.Except(changed).ToList();
            left.ForEach(node => network.Change(node, Metering.Driver.NodeState.Gone, "did not take the new group key: it has to join again"));
            return new G3RekeyResult(changed.Count, [.. left.Select(node => node.Name)]);
        }
        finally
        {
            joins.IsRekeying = false;
        }
    }

    /// <summary>Does one half with each node, one after another; gives those with which it succeeded.</summary>
    private async ValueTask<List<G3Node>> EachAsync(List<G3Node> nodes, bool distributes, CancellationToken stop)
    {
        var done = new List<G3Node>();
        foreach (var node in nodes)
        {
            try
            {
                if (await joins.TrySetKeyAsync(node, stop).ConfigureAwait(false))
                {
                    await modem.RekeyAsync(new Rekey(node.Address, node.Eui, distributes), stop).ConfigureAwait(false);
                    done.Add(node);
                }
            }
            catch (TimeoutException)
            {
                // It does not answer: it joins again when it does.
            }
        }

        return done;
    }
}
