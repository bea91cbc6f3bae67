using System.Buffers.Binary;
using Simulation.Plc.Medium;

namespace Simulation.Plc.G3;

/// <summary>What a coordinator knows of ways: its routing table, searches for routes and paths, networks next door.</summary>
internal sealed class G3Routes(G3Coordinator modem)
{
    private const byte Media = 0, Phases = 0x00;
    private readonly LinkedList<ushort> _known = []; // the one used last in front
    private readonly Dictionary<ushort, LinkedListNode<ushort>> _places = [];

    internal int Count => _known.Count;

    internal void Clear()
    {
        _known.Clear();
        _places.Clear();
    }

    /// <summary>A way to a node is known: it has joined, or a search found it.</summary>
    internal void Learn(ushort destination)
    {
        Forget(destination);
        _places[destination] = _known.AddFirst(destination);
        if (_known.Count > modem.Network.Plan.Routes)
        {
            Forget(_known.Last!.Value);
        }
    }

    internal void Forget(ushort destination)
    {
        if (_places.Remove(destination, out var place))
        {
            _known.Remove(place);
        }
    }

    /// <summary>Goes on at once where a route is known, after a search where one may be made, and with false where there is none.</summary>
    internal void Use(ushort destination, bool discovers, Action<bool> then)
    {
        if (_places.ContainsKey(destination))
        {
            Learn(destination);
            then(true);
        }
        else if (discovers)
        {
            Search(destination, then);
        }
        else
        {
            then(false);
        }
    }

    /// <summary>ROUTE_DISCOVERY: <c>destination (2), most hops</c>.</summary>
    internal void FindRoute(byte[] parameters) =>
        Search(BinaryPrimitives.ReadUInt16BigEndian(parameters), modem.Whenever<bool>(found => modem.Say(G3Message.RouteDiscoveryConfirm, found ? G3Status.Success : G3Status.RouteError)));

    /// <summary>PATH_DISCOVERY: <c>destination (2), metric</c>. The answer has the hops of the way there and back.</summary>
    internal void FindPath(byte[] parameters)
    {
        var (destination, metric) = (BinaryPrimitives.ReadUInt16BigEndian(parameters), parameters[2]);
        Search(destination, modem.Whenever<bool>(found =>
        {
            var node = found ? modem.Network.Find(modem.Pan, destination) : null;
            List<byte> confirm = [node is null ? G3Status.IncompletePath : G3Status.Success, (byte)(destination >> 8), (byte)destination, 0, 0, metric];
            var hops = node is null ? [] : HopsTo(node);
            confirm.AddRange([(byte)hops.Count, (byte)hops.Count]);
            for (var i = 0; i < hops.Count; i++)
            {
                confirm.AddRange(Hop(hops[i].Short ?? 0, hops[i]));
            }

            for (var i = hops.Count - 1; i >= 0; i--)
            {
                confirm.AddRange(Hop(i == 0 ? G3Address.Coordinator : hops[i - 1].Short ?? 0, hops[i]));
            }

            modem.Say(G3Message.PathDiscoveryConfirm, [.. confirm]);
        }));
    }

    /// <summary>DISCOVERY: <c>seconds</c>. One indication for each network that is heard, then the confirm.</summary>
    internal void Discover(byte[] parameters) => modem.After(TimeSpan.FromSeconds(parameters[0]), () =>
    {
        var found = modem.Network.Found().ToList();
        foreach (var (pan, lqi, agent, cost) in found)
        {
            modem.Say(G3Message.DiscoveryIndication, (byte)(pan >> 8), (byte)pan, lqi, (byte)(agent >> 8), (byte)agent, (byte)(cost >> 8), (byte)cost, Media);
        }

        modem.Say(G3Message.DiscoveryConfirm, found.Count > 0 ? G3Status.Success : G3Status.NoBeacon);
    });

    /// <summary>Entry of the routing table by its index: <c>destination (2), next hop (2), cost (2), hops and weak links, media, time to live (2)</c>.</summary>
    internal byte[]? Entry(ushort index)
    {
        if (index >= _known.Count || modem.Network.Find(modem.Pan, _known.ElementAt(index)) is not { } node)
        {
            return null;
        }

        var hops = HopsTo(node);
        var (to, next, cost) = (node.Short!.Value, hops[0].Short ?? 0, (ushort)hops.Sum(hop => CostOf(hop)));
        return [(byte)(to >> 8), (byte)to, (byte)(next >> 8), (byte)next, (byte)(cost >> 8), (byte)cost, (byte)(hops.Count << 4), Media, 0, 180];
    }

    /// <summary>Link quality as the modem tells it.</summary>
    internal static byte LqiOf(G3Node node) => (byte)Math.Clamp(node.Place.Quality * 255, 1, 255);

    /// <summary>Asks all, and hears from the node through the hops between: the medium's work, and nothing where the node is not there.</summary>
    private void Search(ushort destination, Action<bool> then)
    {
        if (modem.Network.Find(modem.Pan, destination) is not { } node || !node.Place.IsPresent)
        {
            modem.After(TimeSpan.FromSeconds(modem.Adaptation[G3AttributeTable.TraversalTime][0]), () => then(false));
            return;
        }

        var line = modem.Network.Line;
        line.Control(node.Place, false, G3Network.ShortMessage, modem.Whenever<bool>(asked =>
        {
            if (!asked)
            {
                then(false);
                return;
            }

            line.Control(node.Place, true, G3Network.ShortMessage, modem.Whenever<bool>(answered =>
            {
                if (answered && node.Short == destination)
                {
                    Learn(destination);
                }

                then(answered && node.Short == destination);
            }));
        }));
    }

    /// <summary>The nodes on the way, the first hop first, the node itself last.</summary>
    private List<G3Node> HopsTo(G3Node node)
    {
        var hops = new List<G3Node>();
        for (PlcNode? place = node.Place; place is not null; place = place.Parent)
        {
            hops.Insert(0, modem.Network.Find(place.EuiOctets.Span)!);
        }

        return hops;
    }

    /// <summary><c>address (2), not supporting, link cost, phase difference, modulation there, modulation back</c>.</summary>
    private static byte[] Hop(ushort address, G3Node link) => [(byte)(address >> 8), (byte)address, 0, CostOf(link), Phases, 1, 1];

    private static byte CostOf(G3Node link) => (byte)Math.Clamp(16 + ((1 - link.Place.Quality) * 200), 16, 255);
}
