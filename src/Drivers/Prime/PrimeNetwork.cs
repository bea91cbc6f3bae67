using System.Text;
using Metering;
using Metering.Driver;
using Protocols.Usi.Prime;

namespace Drivers.Prime;

/// <summary>
/// The nodes of the network by their EUI-48, as the modem's events and lists tell of them. A meter can be asked once its node has a 4-32 connection (3A), not before. Pure of I/O and of time;
/// called by the reading loop and by who asks, one at a time.
/// </summary>
/// <param name="changed">Is called when there is something to tell.</param>
internal sealed partial class PrimeNetwork(PrimeOptions options, NodeAdmission admission, Action changed)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Eui48, PrimeNode> _nodes = [];
    private readonly Dictionary<ushort, PrimeNode> _byAddress = [];
    private readonly Dictionary<byte, PrimeNode> _switches = [];
    private readonly Dictionary<MeterId, PrimeNode> _byMeter = [];
    private readonly HashSet<PrimeNode> _dirty = [];
    private readonly List<NodeWork> _finished = [];
    private long _mark;

    /// <summary>Nodes for which there was no room.</summary>
    internal long Overflowed { get; private set; }

    /// <summary>Joins whose EUI-48 stands in another number of octets than this firmware's.</summary>
    internal long OddJoins { get; private set; }

    /// <summary>Counts the nodes in each state.</summary>
    internal Dictionary<NodeState, int> Count()
    {
        lock (_lock)
        {
            return _nodes.Values.CountBy(node => node.State).ToDictionary();
        }
    }

    /// <summary>An event of the network, other than a restart.</summary>
    /// <param name="hasKey">The modem was given the device unique key of the node it is of.</param>
    internal void Take(NetworkEvent told, bool hasKey = false)
    {
        if (!told.Eui.IsNode)
        {
            return;
        }

        lock (_lock)
        {
            if (Node(told.Eui) is not { } node)
            {
                return;
            }

            node.Mark = ++_mark;
            Name(node);
            switch (told.Kind)
            {
                case NetworkEventKind.Registered:
                    Disconnect(node, $"node {node.Name} registered anew");
                    Place(node, told.Sid, told.Lnid, told.Lsid);
                    Set(node, NodeState.Registered, "registered; its 4-32 connection is not open yet");
                    break;
                case NetworkEventKind.Unregistered:
                    Leave(node, "left the network: its modem unregistered, or was not heard for two rounds of keep-alive");
                    break;
                case NetworkEventKind.NoUniqueKey:
                    Disconnect(node, $"node {node.Name} has no device unique key");
                    node.KeyDenied += hasKey ? 1 : 0;
                    Set(node, NodeState.Refused, node.KeyDenied >= PrimeNode.MostDenials ? admission.DeniedUniqueKey(node) : admission.NoUniqueKey(node));
                    break;
                case NetworkEventKind.UnknownNode:
                    Disconnect(node, $"node {node.Name} is not on the white list");
                    Set(node, NodeState.Quarantined, NodeAdmission.NotExpected(node) + "; the modem turned it away");
                    break;
                case NetworkEventKind.Promoted or NetworkEventKind.Demoted or NetworkEventKind.Alive:
                    Place(node, told.Sid, told.Lnid, told.Kind == NetworkEventKind.Demoted ? NetworkEvent.NoSwitch : told.Lsid);
                    if (node.State == NodeState.Gone)
                    {
                        Set(node, NodeState.Registered, "registered; its 4-32 connection is not open yet");
                    }

                    break;
            }

            Touch(node);
        }
    }

    /// <summary>A meter opened its 4-32 connection.</summary>
    internal void Take(JoinIndication join)
    {
        lock (_lock)
        {
            OddJoins += Eui48.Size + join.Filler.Length == options.Quirks.JoinMacOctets ? 0 : 1;
            if (join.Eui.IsNode && Node(join.Eui) is { } node)
            {
                node.Mark = ++_mark;
                Connect(node, join.Address, Text(join.Serial.Span), join.Secured != 0);
            }
        }
    }

    /// <summary>A 4-32 connection was closed.</summary>
    internal void Leave(ushort address, string why)
    {
        lock (_lock)
        {
            if (_byAddress.TryGetValue(address, out var node))
            {
                node.Mark = ++_mark;
                Close(node, why);
            }
        }
    }

    /// <summary>The modem restarted, or is gone: whatever it knew.</summary>
    internal void Forget(string why)
    {
        lock (_lock)
        {
            foreach (var node in _nodes.Values.Where(node => node.State != NodeState.Gone).ToList())
            {
                Leave(node, why);
            }
        }
    }

    /// <summary>Before a list is asked for: what happens after this is newer than the list.</summary>
    internal long BeginList()
    {
        lock (_lock)
        {
            return ++_mark;
        }
    }

    /// <summary>The modem's lists of registered nodes, of switches (1.3) and of connections, whole. Who is in none of them is gone.</summary>
    internal void Take(IReadOnlyList<RegisteredDevice> devices, IReadOnlyList<SwitchEntry> switches, IReadOnlyList<LlcNode> connected, long begun, bool isSecured)
    {
        lock (_lock)
        {
            var (seen, open) = (new HashSet<PrimeNode>(), new HashSet<PrimeNode>());
            foreach (var device in devices)
            {
                if (device.Eui.IsNode && Node(device.Eui) is { } node && seen.Add(node) && node.Mark < begun)
                {
                    var lsid = device.Lsid != NetworkEvent.NoSwitch ? device.Lsid : switches.FirstOrDefault(one => one.Lnid == device.Lnid && one.Sid == device.Sid, new SwitchEntry(0, NetworkEvent.NoSwitch, 0, 0)).Lsid;
                    Name(node);
                    Place(node, device.Sid, device.Lnid, lsid);
                    if (node.State == NodeState.Gone)
                    {
                        Set(node, NodeState.Registered, "registered; its 4-32 connection is not open yet");
                    }
                }
            }

            foreach (var one in connected)
            {
                if (one.Address >= LlcNode.FirstSpecial || !one.Eui.IsNode || Node(one.Eui) is not { } node)
                {
                    continue;
                }

                seen.Add(node);
                open.Add(node);
                if (node.Mark < begun && !(node.Address == one.Address && node.State == NodeState.Connected))
                {
                    Connect(node, one.Address, one.Serial, isSecured);
                }
            }

            foreach (var node in seen.Where(node => node.Address is not null && node.Mark < begun && !open.Contains(node)).ToList())
            {
                Close(node, "it was closed while nobody looked");
            }

            foreach (var node in _nodes.Values.Where(node => node.State != NodeState.Gone && node.Mark < begun && !seen.Contains(node)).ToList())
            {
                Leave(node, "left the network while nobody looked: it is in none of the modem's lists");
            }

            foreach (var node in seen)
            {
                Touch(node); // a switch may have been listed after the nodes that hang on it
            }
        }
    }

    /// <summary>How well nodes are heard.</summary>
    internal void Take(IReadOnlyList<NeighbourLink> links)
    {
        lock (_lock)
        {
            var quality = new Dictionary<(byte, ushort), int>(links.Count);
            foreach (var link in links)
            {
                quality[(link.Sid, link.Lnid)] = Math.Min(link.SignalToNoise * 100 / NeighbourLink.BestSignalToNoise, 100);
            }

            foreach (var node in _nodes.Values.Where(node => node.State is NodeState.Registered or NodeState.Connected && quality.ContainsKey((node.Sid, node.Lnid))))
            {
                node.QualityPercent = quality[(node.Sid, node.Lnid)];
                Touch(node);
            }
        }
    }

    /// <summary>The list of who is expected changed: everybody who is connected, or waits, is judged anew.</summary>
    internal void Readmit()
    {
        lock (_lock)
        {
            foreach (var node in _nodes.Values.Where(node => node.Address is not null || node.IsUnlisted || node.State is NodeState.Quarantined or NodeState.Refused).ToList())
            {
                if (node.IsUnlisted && !admission.Expected(node).IsNone)
                {
                    node.IsUnlisted = false;
                    Touch(node);
                }

                if (node.Address is null && node.State == NodeState.Quarantined && !admission.Expected(node).IsNone)
                {
                    Name(node);
                    Set(node, NodeState.Gone, "turned away before it was expected; it may register now");
                }
                else if (node.Address is not null && (!node.IsReadable || !admission.StillHolds(node)))
                {
                    Judge(node);
                }
            }
        }
    }

    /// <summary>Keys came: whoever was turned away for want of one may register.</summary>
    /// <param name="areOthers">They are other keys than before: whose was denied may register too.</param>
    internal void MayTryAgain(Func<Eui48, bool> hasKey, bool areOthers)
    {
        lock (_lock)
        {
            foreach (var node in _nodes.Values.Where(node => node is { State: NodeState.Refused, Address: null } && (areOthers || node.KeyDenied < PrimeNode.MostDenials) && hasKey(node.Eui)).ToList())
            {
                node.KeyDenied = areOthers ? 0 : node.KeyDenied;
                Set(node, NodeState.Gone, "turned away before the modem had its device unique key; it may register now");
            }
        }
    }

    /// <summary>Nodes of which the modem has had the device unique key for long: those that were never seen are told.</summary>
    internal void Await(IEnumerable<Eui48> keyed)
    {
        lock (_lock)
        {
            foreach (var eui in keyed)
            {
                if (!_nodes.ContainsKey(eui) && Node(eui) is { } node)
                {
                    Name(node);
                    node.IsAwaited = !node.Meter.IsNone;
                    Set(node, NodeState.Gone, NodeAdmission.Awaited(node));
                }
            }
        }
    }

    /// <summary>The meter said who it is, or would not.</summary>
    /// <param name="meter">None where it would not.</param>
    internal void Answered(PrimeNode node, MeterId meter, string sentence)
    {
        lock (_lock)
        {
            if (node.State != NodeState.Connected)
            {
                return;
            }

            if (meter.IsNone)
            {
                Set(node, NodeState.Connected, sentence);
                return;
            }

            (node.SaidItself, node.IsToBeAsked, node.AskedInVain) = (true, false, 0);
            if (!admission.LetsIn(node, meter))
            {
                Name(node, meter);
                Set(node, NodeState.Quarantined, $"in quarantine: its meter says that it is {meter}, which nobody expects; import its shipment row, or let unknown meters in");
                return;
            }

            Bind(node, meter, node.Profile, sentence);
        }
    }

    /// <summary>Another meter answers behind a node than was kept of it: it is asked anew, unless the shipment list says so.</summary>
    internal void Doubt(MeterId meter, string sentence)
    {
        lock (_lock)
        {
            if (Behind(meter) is { SaidItself: true } node)
            {
                Finish(node, sentence);
                (node.Meter, node.IsToBeAsked) = (default, true); // what the table of meters says of it no longer holds
                Set(node, NodeState.Connected, sentence);
            }
        }
    }

    /// <summary>The node a meter is reached through, or was; the one that can be asked first.</summary>
    internal PrimeNode? Behind(MeterId meter)
    {
        lock (_lock)
        {
            return !meter.IsNone && _byMeter.TryGetValue(meter, out var node) && node.Meter == meter ? node : null;
        }
    }

    /// <summary>Gives what came over a connection to its meter; false where nobody waits there.</summary>
    internal bool Take(DataIndication came)
    {
        lock (_lock)
        {
            if (!_byAddress.TryGetValue(came.Source, out var node) || node.Link is not { } link)
            {
                return false;
            }

            link.Take(came);
            return true;
        }
    }

    /// <summary>Runs something that reads or changes nodes.</summary>
    internal T With<T>(Func<IReadOnlyCollection<PrimeNode>, T> what)
    {
        lock (_lock)
        {
            return what(_nodes.Values);
        }
    }

    /// <summary>What changed since the last time, in events; and whose orders have ended.</summary>
    internal (List<DriverEvent> Told, List<NodeWork> Finished) Drain()
    {
        lock (_lock)
        {
            var told = new List<DriverEvent>();
            foreach (var node in _dirty)
            {
                NodeTelling.Tell(node, told);
            }

            List<NodeWork> finished = [.. _finished];
            _dirty.Clear();
            _finished.Clear();
            return (told, finished);
        }
    }

    private static string Text(ReadOnlySpan<byte> serial) => Encoding.ASCII.GetString(serial).TrimEnd('\0', ' ');
}
