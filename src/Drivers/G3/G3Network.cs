using System.Globalization;
using System.Threading.Channels;
using Drivers.Dlms;
using Metering;
using Metering.Driver;
using Metering.Orders;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>
/// The devices of one network, by EUI, address and meter. Whoever changes one does so here, under one lock; what changed is told in the order in which it first changed, as it stands when it
/// is told: a device that changes often is told of as often as there is somebody to listen.
/// </summary>
internal sealed class G3Network(G3Options options, TimeProvider clock)
{
    /// <summary>Devices that are not in the network and of which something is known: whoever plugs in a thousand modems of strangers fills this and no more.</summary>
    private const int MostStrangers = 1024;

    private const double Smoothing = 0.25;

    private readonly Lock _lock = new();
    private readonly Dictionary<Eui64, G3Node> _nodes = [];
    private readonly Dictionary<ushort, G3Node> _byAddress = [];
    private readonly Dictionary<MeterId, G3Node> _byMeter = [];
    private readonly Queue<G3Node> _strangers = new();
    private readonly Channel<G3Node> _changed = Channel.CreateUnbounded<G3Node>(); // each node is in it once at most

    /// <summary>Nodes of which something is to be told.</summary>
    internal ChannelReader<G3Node> Changed => _changed.Reader;

    /// <summary>Nothing is told any more.</summary>
    internal void End() => _changed.Writer.TryComplete();

    /// <summary>Every device that is known.</summary>
    internal List<G3Node> Nodes
    {
        get
        {
            lock (_lock)
            {
                return [.. _nodes.Values];
            }
        }
    }

    /// <summary>The EUI as it is printed.</summary>
    internal string NameOf(Eui64 eui) => (options.EuiReversed ? eui.Reversed : eui).ToString();

    /// <summary>A device; made where it is new.</summary>
    internal G3Node Of(Eui64 eui)
    {
        lock (_lock)
        {
            if (_nodes.TryGetValue(eui, out var node))
            {
                return node;
            }

            while (_strangers.Count >= MostStrangers)
            {
                var oldest = _strangers.Dequeue();
                if (oldest.Address == 0 && _nodes.GetValueOrDefault(oldest.Eui) == oldest)
                {
                    _nodes.Remove(oldest.Eui);
                }
            }

            _nodes[eui] = node = new G3Node(eui, NameOf(eui));
            _strangers.Enqueue(node);
            return node;
        }
    }

    internal G3Node? Find(ushort address)
    {
        lock (_lock)
        {
            return _byAddress.GetValueOrDefault(address);
        }
    }

    /// <summary>The device by its EUI as it is printed.</summary>
    internal G3Node? Find(string name) => Eui64.TryParse(name, out var eui) ? FindEui(options.EuiReversed ? eui.Reversed : eui) : null;

    internal G3Node? Find(MeterId meter)
    {
        lock (_lock)
        {
            return _byMeter.GetValueOrDefault(meter);
        }
    }

    /// <summary>Gives a device its address; who had it has none any more.</summary>
    internal void Place(G3Node node, ushort address)
    {
        lock (_lock)
        {
            if (_byAddress.Remove(node.Address, out var self) && self != node)
            {
                _byAddress[node.Address] = self;
            }

            if (_byAddress.TryGetValue(address, out var before) && before != node)
            {
                before.Address = 0;
                Tell(before);
            }

            node.Address = address;
            _byAddress[address] = node;
            Tell(node);
        }
    }

    /// <summary>The device stands otherwise than before, and why. One that leaves lets go of the visit to its meter.</summary>
    /// <param name="turned">Why it is turned away.</param>
    internal void Change(G3Node node, NodeState state, string sentence, MissReason turned = MissReason.None)
    {
        lock (_lock)
        {
            (node.State, node.Sentence, node.Turned) = (state, sentence, turned);
            if (!node.IsInNetwork)
            {
                node.Link?.Lose(sentence);
                node.Link = null;
            }

            Tell(node);
        }
    }

    /// <summary>What is to be said of a device that is in the network, while its meter is not known.</summary>
    internal void Doubt(G3Node node, string sentence)
    {
        lock (_lock)
        {
            if (node.IsInNetwork)
            {
                Change(node, NodeState.Registered, sentence);
            }
        }
    }

    /// <summary>The device is in the network, under its address.</summary>
    internal void Enter(G3Node node, string sentence)
    {
        lock (_lock)
        {
            (node.GivenUp, node.Revivals, node.JoinsFailed, node.Spared, node.IsUnlisted, node.PutOutAt) = (null, 0, 0, null, false, null);
            (node.State, node.Sentence) = (node.Queue is null ? NodeState.Registered : NodeState.Connected, sentence);
            node.Returned.TrySetResult();
            Tell(node);
        }
    }

    /// <summary>Opens a way to the meter behind a device; the way before it is over.</summary>
    /// <param name="work">What the visit is for at a moment.</param>
    /// <exception cref="IOException">The device is not in the network.</exception>
    internal G3NodeLink Open(G3Node node, G3Sender sender, Func<WorkClass> work)
    {
        lock (_lock)
        {
            node.Link?.Lose($"node {node.Name} is visited anew");
            return node.Link = node.IsInNetwork ? new G3NodeLink((payload, stop) => sender.SendAsync(node, payload, work, stop)) : throw new IOException($"node {node.Name}: {node.Sentence}");
        }
    }

    /// <summary>Nobody expects the device here: it was put out, and waits.</summary>
    internal void Quarantine(G3Node node, string sentence, long now)
    {
        lock (_lock)
        {
            (node.IsUnlisted, node.PutOutAt, node.GivenUp) = (true, now, null);
            Change(node, NodeState.Quarantined, sentence, MissReason.NotListed);
        }
    }

    /// <summary>The device is expected by now.</summary>
    internal void TakeBack(G3Node node, MeterId meter)
    {
        lock (_lock)
        {
            var wasPutOut = node.PutOutAt is not null;
            (node.IsUnlisted, node.Revivals, node.Meter) = (false, 0, meter);
            Change(node, NodeState.Gone, wasPutOut ? "was put out while nobody expected it; it may join now, and a route to it is looked for should it not have heard of that" : "turned away before it was expected; it may join now");
            node.GivenUp = wasPutOut ? clock.GetTimestamp() : node.GivenUp;
        }
    }

    /// <summary>No way is found to a device.</summary>
    internal void GiveUp(G3Node node, string sentence)
    {
        lock (_lock)
        {
            node.GivenUp = clock.GetTimestamp();
            Change(node, NodeState.Gone, sentence);
        }
    }

    /// <summary>The meter behind a device can be asked. False where another device that is in the network has that meter.</summary>
    /// <param name="expected">Who was expected behind it when it was asked; null for nobody.</param>
    internal bool TryConnect(G3Node node, MeterId meter, MeterQueue queue, ExpectedMeter? expected)
    {
        lock (_lock)
        {
            if (_byMeter.TryGetValue(meter, out var other) && other != node && other.IsInNetwork)
            {
                Change(node, node.State, $"says it is the meter {meter}, which is behind {other.Name} already: one of them has the number of the other");
                return false;
            }

            if (!node.Meter.IsNone && node.Meter != meter && _byMeter.GetValueOrDefault(node.Meter) == node)
            {
                _byMeter.Remove(node.Meter);
            }

            (node.Meter, node.Queue, node.ExpectedThen, _byMeter[meter]) = (meter, queue, expected, node);
            node.Reassigned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            node.State = node.IsInNetwork ? NodeState.Connected : node.State;
            Tell(node);
            return true;
        }
    }

    /// <summary>Another meter, or one of another kind, is expected behind a device than the one whose orders are worked: what waits for that one fails, and the other is known instead. False where it is not so.</summary>
    internal bool Reassign(G3Node node, ExpectedMeter expected)
    {
        lock (_lock)
        {
            if (node.Queue is null || (expected.Meter == node.Meter && (expected.Profile ?? node.ExpectedThen?.Profile) == node.ExpectedThen?.Profile))
            {
                return false;
            }

            if (_byMeter.GetValueOrDefault(node.Meter) == node)
            {
                _byMeter.Remove(node.Meter);
            }

            (node.Queue, node.Meter) = (null, expected.Meter);
            node.State = node.State == NodeState.Connected ? NodeState.Registered : node.State;
            node.Sentence = $"meter {expected.Meter} is expected behind it now";
            node.Reassigned.TrySetResult();
            Tell(node);
            return true;
        }
    }

    /// <summary>Something came from an address; the device it is from, or null. One that was given up is back.</summary>
    internal G3Node? Hear(ushort address, byte lqi)
    {
        lock (_lock)
        {
            if (!_byAddress.TryGetValue(address, out var node))
            {
                return null;
            }

            node.LastHeard = clock.GetTimestamp();
            node.Lqi = node.Lqi is { } before ? before + ((lqi - before) * Smoothing) : lqi;
            if (node.GivenUp is not null)
            {
                Enter(node, $"heard again under {address:X4}");
            }
            else if (node.Told is { } told && Math.Abs((told.QualityPercent ?? -100) - (node.Lqi.Value * 100 / byte.MaxValue)) >= 10)
            {
                Tell(node);
            }

            return node;
        }
    }

    /// <summary>Which way data take to a device; those on the way carry others' data.</summary>
    internal void Route(G3Node node, IReadOnlyList<PathHop> forward)
    {
        lock (_lock)
        {
            foreach (var carrier in node.Way)
            {
                carrier.Carries--;
                Tell(carrier);
            }

            node.Level = forward.Count;
            node.Way = [.. forward.SkipLast(1).Select(hop => _byAddress.GetValueOrDefault(hop.Address)).OfType<G3Node>()];
            foreach (var carrier in node.Way)
            {
                carrier.Carries++;
                Tell(carrier);
            }

            Tell(node);
        }
    }

    /// <summary>The next thing to be told of a node that changed: it or its meter came or went, or something of it is other; null where there is nothing more.</summary>
    internal DriverEvent? NextEvent(G3Node node)
    {
        lock (_lock)
        {
            node.IsChanged = false;
            var snapshot = node.Snapshot;
            if (snapshot != node.Told)
            {
                node.Told = snapshot;
                return new DriverEvent.NodeChanged(snapshot);
            }

            var readable = node.State == NodeState.Connected ? node.Meter : default;
            if (readable == node.ToldMeter)
            {
                return null;
            }

            var before = node.ToldMeter;
            node.ToldMeter = before.IsNone ? readable : default;
            return before.IsNone ? new DriverEvent.Joined(readable, snapshot.Address) : new DriverEvent.Left(before, snapshot.Address, snapshot.Sentence);
        }
    }

    /// <summary>How many stand how, for people.</summary>
    internal void AddTo(Dictionary<string, string> facts)
    {
        lock (_lock)
        {
            foreach (var state in Enum.GetValues<NodeState>())
            {
                facts["nodes" + state] = _nodes.Values.Count(node => node.State == state).ToString(CultureInfo.InvariantCulture);
            }
        }
    }

    private G3Node? FindEui(Eui64 eui)
    {
        lock (_lock)
        {
            return _nodes.GetValueOrDefault(eui);
        }
    }

    private void Tell(G3Node node)
    {
        if (!node.IsChanged)
        {
            node.IsChanged = true;
            _changed.Writer.TryWrite(node);
        }
    }
}
