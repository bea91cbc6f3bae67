using System.Globalization;
using Drivers.Dlms;
using Drivers.Dlms.Street;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Protocols.Usi.Prime;

namespace Drivers.Prime;

/// <summary>The meters behind the nodes: their orders, and who they are where nobody knows.</summary>
internal sealed class NodeMeters : IDisposable
{
    private const int MostTries = 7;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500), LongestPause = TimeSpan.FromSeconds(8), AskedAgainAfter = TimeSpan.FromMinutes(10), BetweenBroadcasts = TimeSpan.FromMilliseconds(100);
    private readonly FirmwareShelf _shelf = new();
    private readonly PrimeOptions _options;
    private readonly PrimeNetwork _network;
    private readonly NodeAdmission _admission;
    private readonly PrimeModem _modem;
    private readonly Func<string?, DlmsOptions> _kinds;
    private readonly (IKeyRing Keys, ICounterStore Counters, ITimeSource Time, TimeProvider Clock, IDriverMemory Memory) _box;
    private readonly StreetVoice _voice;
    private readonly MeterStreet _street;
    private long _sent, _failed;

    /// <param name="meters">How meters of a kind are spoken with; null for the kind the driver is configured with.</param>
    internal NodeMeters(
        PrimeOptions options, PrimeNetwork network, NodeAdmission admission, PrimeModem modem, Func<string?, DlmsOptions> meters, IKeyRing keys, ICounterStore counters, ITimeSource time, TimeProvider clock,
        IDriverMemory memory)
    {
        (_options, _network, _admission, _modem, _kinds, _box) = (options, network, admission, modem, meters, (keys, counters, time, clock, memory));
        _voice = new StreetVoice(meters(null).SystemTitle, DataRequest.LongestApdu, TellAllAsync, keys, counters);
        _street = new MeterStreet(new MediumTurns(clock, 1) { IsFirstComeFirstServed = !options.Arbitrates }, new ImageCast(_voice, BetweenBroadcasts, clock));
    }

    /// <summary>Tells images to all who wait for them, until stopped.</summary>
    internal Task TellImagesAsync(CancellationToken stop) => _street.Images!.RunAsync(stop);

    /// <summary>For people.</summary>
    internal void AddTo(Dictionary<string, string> facts)
    {
        facts["blocksTold"] = _street.Images!.Told.ToString(CultureInfo.InvariantCulture);
        _street.Turns.AddTo(facts);
    }

    public void Dispose()
    {
        _street.Turns.Dispose();
        _voice.Dispose();
    }

    /// <summary>APDUs that were sent, and those that did not reach their meter.</summary>
    internal (long Sent, long Failed) Counted => (Interlocked.Read(ref _sent), Interlocked.Read(ref _failed));

    /// <summary>The orders of a meter; null, and why, where it cannot be asked now.</summary>
    internal NodeWork? Find(MeterId meter, out OrderStep? why)
    {
        var (work, step) = _network.With<(NodeWork?, OrderStep?)>(_ =>
        {
            if (_network.Behind(meter) is not { IsReadable: true } node)
            {
                return (null, Absent(meter, _network.Behind(meter)));
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
            await _admission.KeepAsync(node, meter, stop).ConfigureAwait(false);
            _network.Answered(node, meter, $"meter {meter} can be asked; it said itself who it is");
        }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidDataException or MeterRefusalException)
        {
            var again = AskedAgainAfter * (1 << Math.Min(node.AskedInVain, 5));
            (node.AskedInVain, node.AskedAt) = (node.AskedInVain + 1, _box.Clock.GetTimestamp() + (long)(again.TotalSeconds * _box.Clock.TimestampFrequency));
            _network.Answered(node, default, $"connected, but its meter does not say who it is; it is asked again in {again.TotalMinutes:0} min. {e.Message}");
        }
        finally
        {
            await queue.CloseAsync().ConfigureAwait(false);
        }
    }

    private MeterQueue Queue(PrimeNode node, MeterId meter)
    {
        var kind = _kinds(node.Profile);
        var longest = Math.Min(kind.Association.LongestPdu, PrimeOptions.LongestPdu);
        var how = kind with { Port = $"{_options.Name}/{node.Name}", Framing = DlmsFraming.Llc, Meter = meter, SparesAir = true, AtOnce = DlmsOptions.AtOnceOnAir, Arbitrates = _options.Arbitrates, Association = kind.Association with { LongestPdu = longest } };
        MeterQueue? queue = null;
        return queue = new MeterQueue(how, _ => new ValueTask<IPort>(Open(node, meter, () => queue!.Class)), _box.Keys, _box.Counters, _box.Time, _box.Clock, _box.Memory, _shelf, _street);
    }

    private NodeLink Open(PrimeNode node, MeterId meter, Func<WorkClass> work) => _network.With(_ =>
    {
        if (node.State != NodeState.Connected || node.Address is not { } address)
        {
            throw new IOException($"node {node.Name} cannot be reached: {node.Sentence}");
        }

        var name = meter.IsNone ? $"the meter behind node {node.Name}" : $"meter {meter}";
        node.Link?.End($"the way to {name} was opened again");
        return node.Link = new NodeLink(address, name, (request, stop) => SendAsync(name, request, work, stop));
    });

    /// <summary>Sends an APDU. A modem that is busy for a moment is asked again; a confirm that never came is no answer: whether the APDU arrived, the meter's answer tells, or its silence.</summary>
    private async ValueTask SendAsync(string name, DataRequest request, Func<WorkClass> work, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            Interlocked.Increment(ref _sent);
            if (await SendInTurnAsync(request, work(), stop).ConfigureAwait(false) is not { } status || status == DataStatus.Sent)
            {
                return;
            }

            if (PrimeText.IsMomentary(status) && attempt < MostTries)
            {
                var pause = Pause * (1 << (attempt - 1)); // until what the modem is still at has its confirm
                await Task.Delay(pause < LongestPause ? pause : LongestPause, _box.Clock, stop).ConfigureAwait(false);
                continue;
            }

            Interlocked.Increment(ref _failed);
            if (PrimeText.IsGone(status))
            {
                _network.Leave(request.Address, $"{name} {PrimeText.Of(status)}");
                throw new IOException($"{name} {PrimeText.Of(status)}");
            }

            throw new NotAcknowledgedException($"{name} {PrimeText.Of(status)}");
        }
    }

    private async ValueTask<DataStatus?> SendInTurnAsync(DataRequest request, WorkClass work, CancellationToken stop)
    {
        await _street.Turns.EnterAsync(request.Apdu.Length, work, Timeout.InfiniteTimeSpan, stop).ConfigureAwait(false);
        try
        {
            return await _modem.SendAsync(request, stop).ConfigureAwait(false);
        }
        finally
        {
            _street.Turns.Leave();
        }
    }

    /// <summary>To every meter: both LSAPs are 0 there, and who hears it takes it for its pre-established client (plc-modems.md 3.2).</summary>
    private ValueTask TellAllAsync(int client, ReadOnlyMemory<byte> apdu, CancellationToken stop) =>
        SendAsync("all meters", new DataRequest(0, 0, DataRequest.Broadcast, apdu), static () => WorkClass.Firmware, stop);

    private OrderStep Absent(MeterId meter, PrimeNode? node)
    {
        var sentence = node switch
        {
            null => $"no node of {_options.Name} has meter {meter} behind it",
            { Why: MissReason.BranchDown } => $"node {node.Name} of meter {meter} is gone, and so is switch {node.Parent!.Name}, on which it hangs",
            { State: NodeState.Gone } => $"node {node.Name} of meter {meter} is gone: {node.Sentence}",
            { State: NodeState.Registered } => $"node {node.Name} of meter {meter} is {node.Sentence}",
            _ => $"node {node.Name} of meter {meter}: {node.Sentence}",
        };
        return new OrderStep(OrderState.Failed, sentence, null, default) { Why = node?.Why ?? MissReason.NeverRegistered };
    }
}
