using System.Globalization;
using Drivers.Ports;
using Drivers.Usi;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Ledger;
using Metering.Orders;
using Protocols.Usi;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>
/// One life of the driver, from the opening of its port to its loss: the parts, what each frame of the modem is to which of them, and the network made again whenever the modem starts.
/// </summary>
internal sealed class G3Life : IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(2), LongestWait = TimeSpan.FromMinutes(1);

    private readonly G3Options _options;
    private readonly TimeProvider _clock;
    private readonly UsiPort _port;
    private readonly G3Modem _modem;
    private readonly G3AddressBook _book;
    private readonly G3NetworkBook _networkBook;
    private readonly G3DataDesk _desk;
    private readonly G3JoinDesk _joins;
    private readonly G3Sender _sender;
    private readonly G3BringUp _bringUp;
    private readonly G3Rekeying _rekeying;
    private readonly G3Gate _gate;
    private readonly G3Upkeep _upkeep;
    private readonly G3Attendants _attendants;
    private readonly G3Street _street;
    private readonly SemaphoreSlim _wanted = new(0), _oneRekeying = new(1);
    private readonly HashSet<G3Node> _attended = [];
    private readonly List<Task> _attending = [];
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken _stop;
    private int _isUp;
    private long _strangers, _badPackets, _otherFrames, _alarms;

    internal G3Life(
        G3Options options, Func<CancellationToken, ValueTask<ILink>> open, IKeyRing keys, IKeyWrap wrap, ICounterStore counters, ITimeSource time, TimeProvider clock, IDriverMemory memory,
        IMeterAdmission admission)
    {
        (_options, _clock) = (options, clock);
        Network = new G3Network(options, clock);
        News = new G3News(Network, FactsOf);
        var who = AttributeGet.Mac(MacAttribute.ExtendedAddress).ToFrame();
        var line = new UsiPortOptions(options.Port, "a G3 modem", who, IsProbeAnswer, new Initialize(options.Band, true).ToFrame());
        _port = new UsiPort(line, open, Hear, TakeStep, clock);
        _modem = new G3Modem(_port, options);
        (_book, _networkBook) = (new G3AddressBook(memory, options.Name), new G3NetworkBook(memory, options.Name));
        _bringUp = new G3BringUp(options, _modem, _networkBook, memory, wrap);
        _desk = new G3DataDesk(options, clock);
        _joins = new G3JoinDesk(options, _modem, Network, _book, admission, keys, clock, Attend);
        _sender = new G3Sender(options, _modem, _desk, Network, _port, () => _bringUp.PanId, Forget, clock);
        _rekeying = new G3Rekeying(options, _modem, Network, _joins);
        _gate = new G3Gate(_modem, Network, admission, _joins.Note, clock);
        _upkeep = new G3Upkeep(options, _modem, Network, _sender, _bringUp, _gate, () => IsUp, News.TellFacts, clock);
        _street = new G3Street(options, _sender, _desk, keys, counters, clock);
        _attendants = new G3Attendants(options, Network, _sender, _joins, admission, keys, counters, time, clock, memory, _street.Meters);
    }

    /// <summary>The devices.</summary>
    internal G3Network Network { get; }

    /// <summary>What is told.</summary>
    internal G3News News { get; }

    private bool IsUp => Volatile.Read(ref _isUp) != 0;

    private string Lost => $"the link to {_options.Port} was lost";

    /// <summary>Works until stopped, or until the link is lost.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _stop = life.Token;
        try
        {
            Remember();
            Task[] loops = [_port.RunAsync(life.Token), ConductAsync(life.Token), _joins.RunAsync(life.Token), _upkeep.RunAsync(life.Token), _street.RunAsync(life.Token), _broken.Task];
            try
            {
                await (await Task.WhenAny(loops).ConfigureAwait(false)).ConfigureAwait(false);
            }
            finally
            {
                _desk.Close(Lost);
                await life.CancelAsync().ConfigureAwait(false);
                _broken.TrySetResult();
                await Task.WhenAll([.. loops, .. Attending()]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            News.End();
        }
    }

    public void Dispose()
    {
        _port.Dispose();
        _modem.Dispose();
        _book.Dispose();
        _sender.Dispose();
        _attendants.Dispose();
        _desk.Dispose();
        _street.Dispose();
        _wanted.Dispose();
        _oneRekeying.Dispose();
    }

    /// <summary>Puts a node out; there is no confirm, so it counts as out at once.</summary>
    internal async ValueTask<bool> KickAsync(string eui, CancellationToken stop)
    {
        if (Network.Find(eui) is not { Address: not 0 } node)
        {
            return false;
        }

        await _modem.SendAsync(new Kick(node.Address, node.Eui), stop).ConfigureAwait(false);
        Depart(node, "was put out of the network by an operator");
        return true;
    }

    /// <summary>Changes the group key.</summary>
    internal async ValueTask<G3RekeyResult> RekeyAsync(CancellationToken stop)
    {
        await _oneRekeying.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            return IsUp ? await _rekeying.RunAsync(_bringUp.Keys, stop).ConfigureAwait(false) : throw new IOException($"the network of {_options.Name} is not up: its key cannot be changed now");
        }
        finally
        {
            _oneRekeying.Release();
        }
    }

    /// <summary>Takes up the nodes that were in the network when the box was stopped: they did not notice.</summary>
    private void Remember()
    {
        var bad = _book.Load();
        _networkBook.Load();
        bad.ForEach(sentence => News.Tell(LinkState.Opening, sentence));
        foreach (var entry in _book.Entries)
        {
            var node = Network.Of(entry.Eui);
            Network.Place(node, entry.Address);
            node.Meter = entry.Meter;
            switch (entry.Membership)
            {
                case G3Membership.In:
                    Network.Enter(node, $"was in the network under {entry.Address:X4} when the driver was started");
                    Attend(node);
                    break;
                case G3Membership.LetIn:
                    Network.GiveUp(node, $"was let in under {entry.Address:X4} before the driver was started: whether it completed its join is not known, a route to it is looked for");
                    Attend(node);
                    break;
                default:
                    Network.Change(node, NodeState.Gone, "was not in the network when the driver was started");
                    break;
            }
        }
    }

    /// <summary>Makes the network whenever the modem has started, and again while it does not succeed.</summary>
    private async Task ConductAsync(CancellationToken stop)
    {
        await _wanted.WaitAsync(stop).ConfigureAwait(false);
        for (var wait = FirstWait; ;)
        {
            string? failure = null;
            try
            {
                News.Tell(LinkState.Configuring, $"making the modem at {_options.Port} the coordinator");
                await _bringUp.RunAsync(Network.Nodes.Exists(node => node.Address != 0), stop).ConfigureAwait(false);
                Volatile.Write(ref _isUp, 1);
                _desk.Open();
                var remarks = _bringUp.Remarks;
                News.Tell(LinkState.Listening, $"network {_bringUp.PanId:X4} is up, coordinator {Network.NameOf(_bringUp.Coordinator)}{(remarks.Length > 0 ? ": " : "")}{remarks}");
                wait = FirstWait;
            }
            catch (Exception e) when (e is IOException or TimeoutException or StorageFaultException)
            {
                failure = e.Message;
            }

            if (failure is null)
            {
                await _wanted.WaitAsync(stop).ConfigureAwait(false);
                continue;
            }

            News.Tell(LinkState.Stalled, $"{failure}; once more in {wait.TotalSeconds:0} s");
            await WantedWithinAsync(wait, stop).ConfigureAwait(false);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    private async ValueTask WantedWithinAsync(TimeSpan wait, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(wait, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            await _wanted.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Once more.
        }
    }

    /// <summary>A step of the line to the modem; on one of its loops.</summary>
    private void TakeStep(UsiChange change)
    {
        if (change.Step is UsiStep.Opening or UsiStep.Resetting or UsiStep.Reopening or UsiStep.Started)
        {
            Volatile.Write(ref _isUp, 0);
            _desk.Pause();
            _sender.Restart();
        }

        var isUp = change.Step == UsiStep.Answers && IsUp;
        News.Tell(isUp ? LinkState.Listening : change.State, isUp ? $"{change.Sentence}: network {_bringUp.PanId:X4} is up" : change.Sentence);

        if (change.Step == UsiStep.Started)
        {
            _wanted.Release();
        }
    }

    /// <summary>The modem has forgotten its network: it is made again.</summary>
    private void Forget(string why)
    {
        if (Interlocked.Exchange(ref _isUp, 0) != 0)
        {
            _desk.Pause();
            _sender.Restart();
            News.Tell(LinkState.Configuring, why);
            _wanted.Release();
        }
    }

    /// <summary>The modem says its EUI, or that it was not started: in both cases it is there.</summary>
    private bool IsProbeAnswer(UsiFrame frame)
    {
        if (frame.Protocol != UsiProtocol.G3Adp)
        {
            return false;
        }

        switch (G3Message.Read(frame.Payload, out _))
        {
            case AttributeGetConfirm { Command: G3Command.MacGetConfirm, Attribute: MacAttribute.ExtendedAddress }:
                return true;
            case StatusIndication { About: G3Command.MacGetRequest } status:
                ForgetWhere(status);
                return true;
            default:
                return false;
        }
    }

    private void ForgetWhere(StatusIndication status)
    {
        if (status.Status == ModemStatus.NotAllowed)
        {
            Forget($"the modem says that it was not started ({status.About}): it was switched off and on, or started by itself");
        }
    }

    /// <summary>A frame nobody waits for; on the reading loop, its octets hold for the call only.</summary>
    private void Hear(UsiFrame frame)
    {
        var message = frame.Protocol == UsiProtocol.G3Adp ? G3Message.Read(frame.Payload, out _) : null;
        switch (message)
        {
            case DataIndication data:
                TakePacket(data);
                break;
            case BufferIndication buffers:
                _desk.Take(buffers.Free);
                break;
            case JoinRequestIndication asked when IsUp:
                _joins.Ask(asked.Eui);
                break;
            case JoinCompleteIndication joined:
                _joins.Complete(joined.Eui, joined.Address);
                _gate.Look(); // it may have been struck off meanwhile
                break;
            case LeaveIndication left when Network.Find(left.Address) is { IsUnlisted: false } node:
                Depart(node, "left the network by itself");
                break;
            case DiscoveryIndication found:
                _bringUp.Find(found.PanId);
                break;
            case NetworkStatusIndication { Status: MacStatus.AlternatePanId } status:
                Interlocked.Increment(ref _alarms);
                News.Tell(IsUp ? LinkState.Listening : LinkState.Configuring, $"another network near by has PAN id {status.PanId:X4} too: give one of them another");
                break;
            case StatusIndication { Status: ModemStatus.UnknownCommand, About: G3Command.ShortAddressAssign }:
                News.Tell(LinkState.Stalled, $"the modem at {_options.Port} has a firmware that leaves joining to the host (it does not know command 42): give it a current one");
                break;
            case StatusIndication status:
                ForgetWhere(status);
                break;
            default:
                Interlocked.Increment(ref _otherFrames);
                break;
        }
    }

    private void TakePacket(DataIndication data)
    {
        if (!UdpPacket.TryParse(data.Packet, out var packet, out _) || packet.DestinationPort != _options.UdpPort)
        {
            Interlocked.Increment(ref _badPackets);
            return;
        }

        if (packet.Source.TryLinkLocal(out var panId, out var address) && panId == _bringUp.PanId && Network.Hear(address, data.Lqi) is { } node)
        {
            node.Link?.Take(packet.Payload.ToArray());
            if (node.IsUnlisted)
            {
                _gate.Look(); // it has not heard that it is out
            }

            return;
        }

        Interlocked.Increment(ref _strangers);
    }

    private void Depart(G3Node node, string sentence)
    {
        node.GivenUp = null;
        Network.Change(node, NodeState.Gone, sentence);
        _joins.Note(node);
    }

    private void Attend(G3Node node)
    {
        lock (_attended)
        {
            if (_attended.Add(node))
            {
                _attending.Add(AttendAsync(node));
            }
        }
    }

    private async Task AttendAsync(G3Node node)
    {
        await Task.Yield(); // the reading loop has other things to do
        try
        {
            await new G3Attendance(_attendants, node).RunAsync(_stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _broken.TrySetException(e);
        }
    }

    private List<Task> Attending()
    {
        lock (_attended)
        {
            return [.. _attending];
        }
    }

    private Dictionary<string, string> FactsOf()
    {
        var facts = new Dictionary<string, string>();
        _bringUp.AddTo(facts);
        Network.AddTo(facts);
        _joins.AddTo(facts);
        _gate.AddTo(facts);
        _sender.AddTo(facts);
        _desk.AddTo(facts);
        _street.AddTo(facts);
        _upkeep.AddTo(facts);
        _port.Counters.AddTo(facts);
        facts["packetsOfStrangers"] = Interlocked.Read(ref _strangers).ToString(CultureInfo.InvariantCulture);
        facts["packetsRefused"] = Interlocked.Read(ref _badPackets).ToString(CultureInfo.InvariantCulture);
        facts["otherFrames"] = Interlocked.Read(ref _otherFrames).ToString(CultureInfo.InvariantCulture);
        facts["panIdConflicts"] = Interlocked.Read(ref _alarms).ToString(CultureInfo.InvariantCulture);
        return facts;
    }
}
