using Drivers.Dlms;
using Metering;

namespace Drivers.Prime;

/// <summary>The orders of the meter behind a node, worked while the node is there.</summary>
internal sealed class NodeWork : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _working;

    internal NodeWork(MeterId meter, MeterQueue queue)
    {
        (Meter, Queue) = (meter, queue);
        _working = WorkAsync();
    }

    /// <summary>Whose orders.</summary>
    internal MeterId Meter { get; }

    internal MeterQueue Queue { get; }

    /// <summary>The node is gone: what waits fails.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _working.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            await Queue.IdentifyAsync(_stop.Token).ConfigureAwait(false); // it is known: nothing is asked
            await Queue.RunAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (IOException)
        {
            await Queue.CloseAsync().ConfigureAwait(false); // its node went while an order came: what waits fails
        }
        catch (OperationCanceledException)
        {
            // It ends with its node.
        }
    }
}
