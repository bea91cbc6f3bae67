using Drivers.Dlms;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Protocols.Usi.Prime;

namespace Drivers.Prime;

/// <summary>The meters behind the nodes: their orders, and who they are where nobody knows.</summary>
/// <param name="meters">How meters of a kind are spoken with; null for the kind the driver is configured with.</param>
internal sealed class NodeMeters(
    PrimeOptions options, PrimeNetwork network, NodeAdmission admission, PrimeModem modem, Func<string?, DlmsOptions> meters, IKeyRing keys, ICounterStore counters, ITimeSource time, TimeProvider clock,
    IDriverMemory memory)
{
    private const int MostTries = 7;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500), LongestPause = TimeSpan.FromSeconds(8), AskedAgainAfter = TimeSpan.FromMinutes(10);
    private readonly FirmwareShelf _shelf = new();
    private long _sent, _failed;

    /// <summary>APDUs that were sent, and those that did not reach their meter.</summary>
    internal (long Sent, long Failed) Counted => (Interlocked.Read(ref _sent), Interlocked.Read(ref _failed));

    /// <summary>The orders of a meter; null, and why, where it cannot be asked now.</summary>
    internal NodeWork? Find(MeterId meter, out OrderStep? why)
    {
        var (work, step) = network.With<(NodeWork?, OrderStep?)>(_ =>
        {
            if (network.Behind(meter) is not { IsReadable: true } node)
            {
                return (null, Absent(meter, network.Behind(meter)));
            }

            return (node.Work ??= new NodeWork(meter, Queue(node, meter)), null);
        });
        why = step;
        return work;
    }

    /// <summary>Asks the meter behind a node who it is.</summary>
    internal async ValueTask AskAsync(PrimeNode node, CancellationToken stop)
    {
        var queue = Queue(node, default);
        try
        {
            var meter = await queue.IdentifyAsync(stop).ConfigureAwait(false);
            await admission.KeepAsync(node, meter, stop).ConfigureAwait(false);
            network.Answered(node, meter, $"meter {meter} can be asked; it said itself who it is");
        }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidDataException or MeterRefusalException)
        {
            var again = AskedAgainAfter * (1 << Math.Min(node.AskedInVain, 5));
            (node.AskedInVain, node.AskedAt) = (node.AskedInVain + 1, clock.GetTimestamp() + (long)(again.TotalSeconds * clock.TimestampFrequency));
            network.Answered(node, default, $"connected, but its meter does not say who it is; it is asked again in {again.TotalMinutes:0} min. {e.Message}");
        }
        finally
        {
            await queue.CloseAsync().ConfigureAwait(false);
        }
    }

    private MeterQueue Queue(PrimeNode node, MeterId meter)
    {
        var kind = meters(node.Profile);
        var longest = Math.Min(kind.Association.LongestPdu, PrimeOptions.LongestPdu);
        var how = kind with { Port = $"{options.Name}/{node.Name}", Framing = DlmsFraming.Llc, Meter = meter, SparesAir = true, Association = kind.Association with { LongestPdu = longest } };
        return new MeterQueue(how, _ => new ValueTask<IPort>(Open(node, meter)), keys, counters, time, clock, memory, _shelf);
    }

    private NodeLink Open(PrimeNode node, MeterId meter) => network.With(_ =>
    {
        if (node.State != NodeState.Connected || node.Address is not { } address)
        {
            throw new IOException($"node {node.Name} cannot be reached: {node.Sentence}");
        }

        var name = meter.IsNone ? $"the meter behind node {node.Name}" : $"meter {meter}";
        node.Link?.End($"the way to {name} was opened again");
        return node.Link = new NodeLink(address, name, (request, stop) => SendAsync(name, request, stop));
    });

    /// <summary>Sends an APDU. A modem that is busy for a moment is asked again; a confirm that never came is no answer: whether the APDU arrived, the meter's answer tells, or its silence.</summary>
    private async ValueTask SendAsync(string name, DataRequest request, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            Interlocked.Increment(ref _sent);
            if (await modem.SendAsync(request, stop).ConfigureAwait(false) is not { } status || status == DataStatus.Sent)
            {
                return;
            }

            if (PrimeText.IsMomentary(status) && attempt < MostTries)
            {
                var pause = Pause * (1 << (attempt - 1)); // until what the modem is still at has its confirm
                await Task.Delay(pause < LongestPause ? pause : LongestPause, clock, stop).ConfigureAwait(false);
                continue;
            }

            Interlocked.Increment(ref _failed);
            if (PrimeText.IsGone(status))
            {
                network.Leave(request.Address, $"{name} {PrimeText.Of(status)}");
                throw new IOException($"{name} {PrimeText.Of(status)}");
            }

            throw new NotAcknowledgedException($"{name} {PrimeText.Of(status)}");
        }
    }

    private OrderStep Absent(MeterId meter, PrimeNode? node)
    {
        var sentence = node switch
        {
            null => $"no node of {options.Name} has meter {meter} behind it",
            { Why: MissReason.BranchDown } => $"node {node.Name} of meter {meter} is gone, and so is switch {node.Parent!.Name}, on which it hangs",
            { State: NodeState.Gone } => $"node {node.Name} of meter {meter} is gone: {node.Sentence}",
            { State: NodeState.Registered } => $"node {node.Name} of meter {meter} is {node.Sentence}",
            _ => $"node {node.Name} of meter {meter}: {node.Sentence}",
        };
        return new OrderStep(OrderState.Failed, sentence, null, default) { Why = node?.Why ?? MissReason.NeverRegistered };
    }
}
