using System.Globalization;
using System.Threading.Channels;
using Drivers.Dlms;
using Drivers.Ports;
using Drivers.Usi;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Protocols.Usi;
using Protocols.Usi.Prime;

namespace Drivers.Prime;

/// <summary>What a driver is made of, and how its parts hear of each other.</summary>
internal sealed class PrimeParts : IDisposable
{
    private static readonly UsiFrame Probe = PibRequest.Get(PrimePib.FirmwareVersion).ToFrame(), Reset = new BareMessage(PrimeCommand.ResetRequest).ToFrame();
    private readonly Channel<DriverEvent.LinkChanged> _changes = Channel.CreateBounded<DriverEvent.LinkChanged>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly PrimeBringUp _bringUp;
    private readonly PrimeGate _gate;
    private readonly PrimeModem _modem;
    private readonly NodeAdmission _admission;
    private long _unread, _unasked;

    internal PrimeParts(
        PrimeOptions options, Func<CancellationToken, ValueTask<ILink>> open, Func<string?, DlmsOptions> meters, IMeterAdmission expected, IKeyRing keys, ICounterStore counters, ITimeSource time,
        TimeProvider clock, IDriverMemory memory)
    {
        Port = new UsiPort(new UsiPortOptions(options.Port, "a PRIME base node", Probe, IsProbeAnswer, Reset), open, Heard, Changed, clock);
        _modem = new PrimeModem(options, Port, clock);
        _admission = new NodeAdmission(options, expected, memory);
        Network = new PrimeNetwork(options, _admission, Wake);
        _gate = new PrimeGate(options, expected, keys, memory, _modem, clock);
        _bringUp = new PrimeBringUp(options, _modem, Network, _gate, memory, Tell);
        Meters = new NodeMeters(options, Network, _admission, _modem, meters, keys, counters, time, clock, memory);
        Upkeep = new PrimeUpkeep(options, Port, Network, Meters, _bringUp, _gate, expected, keys, clock, Tell);
    }

    internal UsiPort Port { get; }

    internal PrimeNetwork Network { get; }

    internal NodeMeters Meters { get; }

    internal PrimeUpkeep Upkeep { get; }

    /// <summary>There is something to tell.</summary>
    internal void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Waits until there is.</summary>
    internal async ValueTask WakenedAsync(CancellationToken stop) => await _wake.Reader.ReadAsync(stop).ConfigureAwait(false);

    internal bool TryTakeChange(out DriverEvent.LinkChanged change) => _changes.Reader.TryRead(out change!);

    /// <summary>What is to be told of nodes.</summary>
    internal IReadOnlyList<DriverEvent> Drain()
    {
        var (told, finished) = Network.Drain();
        Upkeep.Take(finished, told.Count > 0);
        return told;
    }

    /// <summary>Nobody is reached any more: what waits fails.</summary>
    internal async ValueTask EndAsync(string why)
    {
        Network.Forget(why);
        Drain();
        await Upkeep.FinishAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        Port.Dispose();
        Upkeep.Dispose();
        Meters.Dispose();
    }

    private static bool IsProbeAnswer(UsiFrame frame) => frame.Protocol == UsiProtocol.Prime && PrimeMessage.Read(frame.Payload, out _) is PibConfirm { Pib: PrimePib.FirmwareVersion };

    private void Changed(UsiChange change)
    {
        Tell(change.State, change.Sentence);
        if (change.Step == UsiStep.Started)
        {
            Upkeep.BringUp();
        }
    }

    private void Heard(UsiFrame frame)
    {
        if (frame.Protocol != UsiProtocol.Prime || PrimeMessage.Read(frame.Payload, out _) is not { } message)
        {
            Interlocked.Increment(ref _unread);
            return;
        }

        switch (message)
        {
            case NetworkEvent { Kind: NetworkEventKind.Rebooted }:
                Network.Forget("the modem restarted");
                Port.Abandon("the modem restarted");
                Tell(LinkState.Configuring, "the modem says that it restarted: its network is read anew");
                Upkeep.BringUp();
                break;
            case NetworkEvent happened:
                Network.Take(happened, _gate.HasKey(happened.Eui));
                if (happened.Kind == NetworkEventKind.NoUniqueKey)
                {
                    Upkeep.HandKey(happened.Eui);
                }

                break;
            case JoinIndication join:
                Network.Take(join);
                break;
            case AddressMessage { Command: PrimeCommand.LeaveIndication } leave:
                Network.Leave(leave.Address, "the meter or the modem closed it");
                break;
            case DataIndication came when Network.Take(came):
                break;
            case DataConfirm late:
                _modem.Late(late);
                break;
            default:
                Interlocked.Increment(ref _unasked);
                break;
        }
    }

    private void Tell(LinkState state, string sentence)
    {
        var facts = new Dictionary<string, string>(_bringUp.Facts);
        Port.Counters.AddTo(facts);
        var (sent, failed) = Meters.Counted;
        foreach (var (name, count) in new (string, long)[]
        {
            ("apdusSent", sent), ("apdusFailed", failed), ("lostConfirms", _modem.LostConfirms), ("lateConfirms", _modem.LateConfirms), ("unread", Interlocked.Read(ref _unread)),
            ("unasked", Interlocked.Read(ref _unasked)), ("belowProfile", _admission.BelowProfile), ("noRoom", Network.Overflowed), ("oddJoins", Network.OddJoins), ("whiteListed", _gate.Listed), ("uniqueKeys", _gate.Keys),
        })
        {
            facts[name] = count.ToString(CultureInfo.InvariantCulture);
        }

        Meters.AddTo(facts);
        foreach (var (at, count) in Network.Count())
        {
            facts["nodes" + at] = count.ToString(CultureInfo.InvariantCulture);
        }

        _changes.Writer.TryWrite(new DriverEvent.LinkChanged(state, sentence, facts));
        Wake();
    }
}
