using Drivers.Dlms;
using Drivers.Dlms.Street;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;

namespace Drivers.G3;

/// <summary>What an attendant of nodes is given.</summary>
internal sealed record G3Attendants(
    G3Options Options, G3Network Network, G3Sender Sender, G3JoinDesk Joins, IMeterAdmission Admission, IKeyRing Keys, ICounterStore Counters, ITimeSource Time, TimeProvider Clock, IDriverMemory Memory,
    MeterStreet Street)
    : IDisposable
{
    /// <summary>Meters that are asked who they are at once: it costs the medium, and orders have their turn too.</summary>
    internal SemaphoreSlim Asking { get; } = new(2);

    /// <summary>What meters of one firmware have in common.</summary>
    internal FirmwareShelf Shelf { get; } = new();

    public void Dispose() => Asking.Dispose();
}

/// <summary>Attends to one node as long as the driver runs: finds out which meter is behind it, then works that meter's orders.</summary>
internal sealed class G3Attendance(G3Attendants with, G3Node node)
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(2), Longest = TimeSpan.FromHours(1);

    internal async Task RunAsync(CancellationToken stop)
    {
        var wait = First;
        while (true)
        {
            if (!node.IsInNetwork)
            {
                await node.Returned.Task.WaitAsync(stop).ConfigureAwait(false);
            }

            var expected = with.Admission.Find(node.Name, null);
            var options = OptionsOf(expected);
            MeterQueue? its = null;
            var queue = its = new MeterQueue(options, _ => new ValueTask<IPort>(with.Network.Open(node, with.Sender, () => its!.Class)), with.Keys, with.Counters, with.Time, with.Clock, with.Memory, with.Shelf, with.Street);
            await using (queue.ConfigureAwait(false))
            {
                if (await TryIdentifyAsync(queue, expected, !options.Meter.IsNone, stop).ConfigureAwait(false))
                {
                    await WorkAsync(queue, stop).ConfigureAwait(false);
                    wait = First;
                    continue;
                }
            }

            await WaitAsync(wait, stop).ConfigureAwait(false);
            wait = wait * 2 < Longest ? wait * 2 : Longest;
        }
    }

    /// <summary>Works the orders of its meter until stopped, or until another one is expected there: then what waits fails.</summary>
    private async Task WorkAsync(MeterQueue queue, CancellationToken stop)
    {
        using var working = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var work = queue.RunAsync(working.Token);
        await Task.WhenAny(work, node.Reassigned.Task).ConfigureAwait(false);
        await working.CancelAsync().ConfigureAwait(false);
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Its time is over.
        }
    }

    private DlmsOptions OptionsOf(ExpectedMeter? expected)
    {
        var options = with.Options.OfNode(node.Name, expected);
        return options.Meter.IsNone ? options with { Meter = node.Meter } : options;
    }

    /// <summary>False where the meter does not say who it is, or is somebody who is there already.</summary>
    private async ValueTask<bool> TryIdentifyAsync(MeterQueue queue, ExpectedMeter? expected, bool isKnown, CancellationToken stop)
    {
        var turn = isKnown ? null : with.Asking; // nobody is asked who is known
        await (turn?.WaitAsync(stop) ?? Task.CompletedTask).ConfigureAwait(false);
        try
        {
            var meter = await queue.IdentifyAsync(stop).ConfigureAwait(false);
            if (with.Network.TryConnect(node, meter, queue, expected))
            {
                with.Joins.Note(node);
                _ = with.Admission.Find(node.Name, null) is { } now && with.Network.Reassign(node, now); // the list may have changed meanwhile
                return true;
            }
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            with.Network.Doubt(node, $"in the network, but its meter is not known: {e.Message}");
        }
        finally
        {
            turn?.Release();
        }

        return false;
    }

    /// <summary>Waits a while, or until the node joins again.</summary>
    private async ValueTask WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        node.Returned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await node.Returned.Task.WaitAsync(wait, with.Clock, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Once more.
        }
    }
}
