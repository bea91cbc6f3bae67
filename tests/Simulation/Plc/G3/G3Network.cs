using Simulation.Dlms;
using Simulation.Plc.Medium;

namespace Simulation.Plc.G3;

/// <summary>
/// The nodes of a G3 network on their line, and the coordinator that serves them now: joining, leaving, forgetting, frames under a key and a counter, meters that answer. Nodes keep what
/// they know when the coordinator is replaced by another.
/// </summary>
public sealed class G3Network
{
    /// <summary>Octets of a wish to join, of leaving, of asking for a route.</summary>
    internal const int ShortMessage = 30;

    private const int WrapperHeader = 8;
    private static readonly MeterWrapper Wrapper = new(1);
    private static readonly TimeSpan LooksAfterNodesEvery = TimeSpan.FromMinutes(10);
    private readonly Dictionary<string, G3Node> _byEui;
    private readonly Random _random;
    private readonly Dictionary<(ushort Pan, ushort Short), G3Node> _byShort = [];
    private G3Coordinator? _coordinator;

    /// <summary>A network on a line.</summary>
    /// <param name="meters">The meter behind a node; null for none.</param>
    public G3Network(PowerLine line, G3Plan plan, Func<PlcNode, DlmsMeter?> meters)
    {
        (Line, Plan, _random) = (line, plan, new Random(plan.Seed));
        Nodes = [.. line.Nodes.Select(place => new G3Node(place, meters(place) is { } meter ? new NodeMeter(meter, new MeterPace(unchecked(plan.Seed + place.Number), 1), line.Time) : null, plan.Seed))];
        _byEui = Nodes.ToDictionary(node => node.Place.Eui);
        line.Changed += place => HearChange(_byEui[place.Eui]);
        line.Time.After(LooksAfterNodesEvery, LookAfterNodes);
    }

    /// <summary>All nodes.</summary>
    public IReadOnlyList<G3Node> Nodes { get; }

    /// <summary>How it behaves.</summary>
    public G3Plan Plan { get; }

    /// <summary>Datagrams that reached a node.</summary>
    public long Datagrams { get; private set; }

    /// <summary>Its medium.</summary>
    public PowerLine Line { get; }

    internal LineTime Time => Line.Time;

    /// <summary>A node leaves by itself, as one does that is taken down in order.</summary>
    public void Leave(G3Node node) => Time.Post(() =>
    {
        if (node.Short is not { } shortAddress)
        {
            return;
        }

        Line.Control(node.Place, true, ShortMessage, ok =>
        {
            if (ok && _coordinator?.Pan == node.Pan)
            {
                _coordinator.HearLeave(shortAddress);
            }

            node.Forget();
        });
    });

    /// <summary>A coordinator started its network: it is the one from now on. Nodes without a network join it, those of another one notice when they have heard nothing of theirs for long.</summary>
    internal void HearStart(G3Coordinator coordinator)
    {
        _coordinator = coordinator;
        foreach (var node in Nodes)
        {
            if (node.Short is null)
            {
                Wish(node, Plan.JoinsWithin * _random.NextDouble());
            }
        }

        foreach (var neighbour in Plan.Neighbours.Where(neighbour => neighbour.Pan == coordinator.Pan))
        {
            coordinator.TellStatus(neighbour.Pan, neighbour.Agent, G3Status.AlternatePan, 0);
        }
    }

    /// <summary>Networks that a discovery finds: those next door, and those that nodes are in, each told of by the node that is heard best.</summary>
    internal IEnumerable<G3Neighbour> Found() => Plan.Neighbours.Concat(
        Nodes.Where(node => node.Place.IsPresent && node.Short is not null && Plan.Neighbours.All(neighbour => neighbour.Pan != node.Pan))
            .GroupBy(node => node.Pan, (pan, all) => all.MaxBy(node => node.Place.Quality)!)
            .Select(node => new G3Neighbour(node.Pan, G3Routes.LqiOf(node), node.Short!.Value)));

    /// <summary>The node that has a short address in the coordinator's network.</summary>
    internal G3Node? Find(ushort pan, ushort shortAddress) => _byShort.TryGetValue((pan, shortAddress), out var node) && node.Short == shortAddress && node.Pan == pan ? node : null;

    internal G3Node? Find(ReadOnlySpan<byte> eui) => _byEui.GetValueOrDefault(Convert.ToHexString(eui));

    /// <summary>A node has joined under a short address.</summary>
    internal void Admit(G3Node node, ushort pan, ushort shortAddress, byte keyIndex, uint counter)
    {
        node.Join(pan, shortAddress, keyIndex, Time.Now, counter);
        _byShort[(pan, shortAddress)] = node;
    }

    /// <summary>Octets of an APDU in a datagram: what the medium counts.</summary>
    internal static int ApduOctets(int datagram) => Math.Max(1, datagram - WrapperHeader);

    /// <summary>A node was thrown out: it forgets the network, and wishes to join again after a while.</summary>
    internal void Dismiss(G3Node node)
    {
        node.Forget();
        Wish(node, Plan.WishesAgain * (1 + _random.NextDouble()));
    }

    /// <summary>A node begins to join after a time.</summary>
    internal void Wish(G3Node node, TimeSpan after)
    {
        if (!node.Wishes)
        {
            node.Wishes = true;
            Time.After(after, () => WishNow(node));
        }
    }

    /// <summary>
    /// Takes a frame of the coordinator to a node, through the hops that open it one after another: each has to have the key, and to have heard no higher counter of whom it hears. The
    /// first hop hears the coordinator itself.
    /// </summary>
    /// <param name="isToAll">A frame to all has the same counter for everybody behind one hop.</param>
    internal bool Opens(G3Node node, byte[] key, byte keyIndex, uint counter, bool isToAll = false)
    {
        var first = node;
        for (var place = node.Place; place.Parent is { } parent; place = parent)
        {
            first = _byEui[parent.Eui];
        }

        if (first.Short is null || first.Key(keyIndex)?.AsSpan().SequenceEqual(key) != true)
        {
            first.Unopened++;
            return false;
        }

        if (counter < first.HeardCounter || (counter == first.HeardCounter && !isToAll))
        {
            first.RefusedCounters++;
            return false;
        }

        first.HeardCounter = counter;
        if (node.Key(keyIndex)?.AsSpan().SequenceEqual(key) != true)
        {
            node.Unopened++;
            return false;
        }

        first.HeardAt = node.HeardAt = Time.Now;
        return true;
    }

    /// <summary>A node's meter answers a packet, where it is for it.</summary>
    internal void Deliver(G3Node node, UdpPacket packet)
    {
        Datagrams++;
        if (packet.DestinationPort != Plan.Port)
        {
            return;
        }

        if (node.Meter is not { } meter || MeterDatagrams.Read(packet.Payload) is not var (client, apdu))
        {
            return;
        }

        meter.Ask(client, apdu, answer =>
        {
            if (!G3Address.IsMulticast(packet.Destination)) // nobody answers to all
            {
                Send(node, meter, new UdpPacket(packet.Destination, packet.Source, packet.DestinationPort, packet.SourcePort, Wrapper.Wrap(client, answer)).ToOctets(), answer.Length);
            }
        });
    }

    /// <summary>A packet to all, for those who are in the network.</summary>
    internal void DeliverAll(IReadOnlyList<PlcNode> reached, byte[] key, byte keyIndex, uint counter, UdpPacket packet)
    {
        foreach (var node in reached.Select(place => _byEui[place.Eui]).Where(node => node.Short is not null && node.Pan == _coordinator?.Pan))
        {
            if (Opens(node, key, keyIndex, counter, isToAll: true))
            {
                Deliver(node, packet);
            }
        }
    }

    private void Send(G3Node node, NodeMeter meter, byte[] packet, int octets)
    {
        if (!node.Place.IsPresent || node.Short is null)
        {
            meter.Tell("absent");
            return;
        }

        Line.Up(node.Place, octets, ok => meter.Tell(!ok ? node.Place.IsPresent ? "lost: power line" : "absent" : _coordinator?.HearPacket(node, packet) == true ? null : "lost: modem"));
    }

    private void WishNow(G3Node node)
    {
        node.Wishes = false;
        if (node.Short is not null || !node.Place.IsPresent || _coordinator?.IsStarted != true)
        {
            return; // it wishes again when it comes, or when a coordinator starts
        }

        node.WishWait = node.WishWait == TimeSpan.Zero ? Plan.WishesAgain : node.WishWait * 2 > Plan.LongestWait ? Plan.LongestWait : node.WishWait * 2;
        Wish(node, node.WishWait * (1 + (_random.NextDouble() / 4)));
        Line.Control(node.Place, true, ShortMessage, ok =>
        {
            if (ok && node.Short is null)
            {
                _coordinator?.HearWish(node);
            }
        });
    }

    private void HearChange(G3Node node)
    {
        if (!node.Place.IsPresent)
        {
            var why = Line.Presence.AbsenceAt(node.Place, Time.Now);
            node.BeginsAnew |= why is AbsenceKind.Outage or AbsenceKind.AtNeighbour; // without power, or in another network
            node.WentAt ??= Time.Now;
            return;
        }

        if (node.BeginsAnew || Time.Now - node.WentAt > Plan.ForgetsAfter)
        {
            node.Forget();
        }

        (node.WentAt, node.BeginsAnew) = (null, false);
        if (node.Short is null)
        {
            node.WishWait = TimeSpan.Zero;
            Wish(node, Plan.JoinsWithin * _random.NextDouble());
        }
    }

    /// <summary>Nodes that heard nothing for long begin anew.</summary>
    private void LookAfterNodes()
    {
        Time.After(LooksAfterNodesEvery, LookAfterNodes);
        foreach (var node in Nodes)
        {
            if (node.Short is not null && node.Place.IsPresent && Time.Now - node.HeardAt > Plan.LostAfter)
            {
                node.Forget();
            }

            if (node.Short is null && node.Place.IsPresent)
            {
                Wish(node, Plan.JoinsWithin * _random.NextDouble());
            }
        }
    }
}
