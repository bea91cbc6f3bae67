using Metering;
using Metering.Driver;
using Protocols.Usi.Prime;

namespace Drivers.Prime;

/// <summary>What happens to one node; under the lock of the table.</summary>
internal sealed partial class PrimeNetwork
{
    private PrimeNode? Node(Eui48 eui)
    {
        if (_nodes.TryGetValue(eui, out var known))
        {
            return known;
        }

        if (_nodes.Count >= PrimeOptions.MostNodes)
        {
            if (_nodes.Values.FirstOrDefault(node => node.State == NodeState.Gone && !_dirty.Contains(node) && !node.IsSwitch) is not { } old)
            {
                Overflowed++;
                return null;
            }

            _nodes.Remove(old.Eui);
        }

        return _nodes[eui] = new PrimeNode(eui);
    }

    private void Connect(PrimeNode node, ushort address, string serial, bool isSecured)
    {
        if (node.Address != address)
        {
            Disconnect(node, $"node {node.Name} has another connection now");
        }

        if (_byAddress.TryGetValue(address, out var other) && other != node)
        {
            Disconnect(other, $"the connection of node {other.Name} was given to {node.Name}");
            Set(other, NodeState.Registered, "registered, but its address was given to another node");
        }

        (node.Address, node.Serial, node.IsSecured) = (address, serial.Length > 0 ? serial : null, isSecured);
        _byAddress[address] = node;
        Judge(node);
    }

    private void Judge(PrimeNode node)
    {
        var verdict = admission.Judge(node, Behind);
        (node.IsToBeAsked, node.AskedInVain, node.Profile, node.IsUnlisted) = (verdict.MustBeAsked, 0, verdict.Profile, verdict.State == NodeState.Quarantined);
        if (verdict.State == NodeState.Connected && !verdict.Meter.IsNone)
        {
            node.SaidItself = verdict.SaidItself;
            Bind(node, verdict.Meter, verdict.Profile, verdict.Sentence);
            return;
        }

        Finish(node, $"node {node.Name}: {verdict.Sentence}");
        Name(node, verdict.State == NodeState.Quarantined && verdict.Meter.IsNone ? node.Meter : verdict.Meter); // whose it was is still worth knowing
        Set(node, verdict.State, verdict.Sentence);
    }

    private void Bind(PrimeNode node, MeterId meter, string? profile, string sentence)
    {
        if (Behind(meter) is { IsReadable: true } other && other != node)
        {
            Finish(other, $"meter {meter} answers at node {node.Name} now");
            Set(other, NodeState.Quarantined, $"its meter {meter} answers at node {node.Name} now: look which of the two is right");
        }

        if (node.Meter != meter)
        {
            Finish(node, $"meter {meter} is behind node {node.Name} now");
        }

        node.Profile = profile;
        Name(node, meter);
        Set(node, NodeState.Connected, sentence);
    }

    /// <summary>Of a node without a connection, the shipment list alone may tell whose it is.</summary>
    private void Name(PrimeNode node)
    {
        if (node.Meter.IsNone)
        {
            Name(node, admission.Expected(node));
        }
    }

    private void Name(PrimeNode node, MeterId meter)
    {
        node.Meter = meter;
        if (!meter.IsNone && (Behind(meter) is not { IsReadable: true } || node.State == NodeState.Connected))
        {
            _byMeter[meter] = node;
        }
    }

    private void Place(PrimeNode node, byte sid, ushort lnid, byte lsid)
    {
        if (node.IsSwitch && node.Lsid != lsid && _switches.GetValueOrDefault(node.Lsid) == node)
        {
            _switches.Remove(node.Lsid);
        }

        var isNew = lsid != NetworkEvent.NoSwitch && _switches.GetValueOrDefault(lsid) != node;
        (node.Sid, node.Lnid, node.Lsid) = (sid, lnid, lsid);
        node.Parent = sid == 0 ? null : _switches.GetValueOrDefault(sid, node.Parent!);
        if (isNew)
        {
            _switches[lsid] = node;
            node.Carries = true;
            foreach (var child in _nodes.Values.Where(child => child.Sid == lsid && child != node))
            {
                child.Parent = node;
                Touch(child);
            }
        }

        Touch(node);
    }

    private void Leave(PrimeNode node, string why)
    {
        Disconnect(node, $"node {node.Name} {why}");
        if (node.IsSwitch && _switches.GetValueOrDefault(node.Lsid) == node)
        {
            _switches.Remove(node.Lsid);
        }

        (node.Lsid, node.QualityPercent) = (NetworkEvent.NoSwitch, null);
        Set(node, NodeState.Gone, why);
    }

    private void Close(PrimeNode node, string why)
    {
        Disconnect(node, $"the 4-32 connection of node {node.Name} is gone: {why}");
        Set(node, NodeState.Registered, $"registered, but without a 4-32 connection: {why}");
    }

    private void Disconnect(PrimeNode node, string why)
    {
        if (node.Address is { } address && _byAddress.GetValueOrDefault(address) == node)
        {
            _byAddress.Remove(address);
        }

        (node.Address, node.IsToBeAsked, node.IsSecured) = (null, false, null);
        Finish(node, why);
    }

    private void Finish(PrimeNode node, string why)
    {
        node.Link?.End(why);
        node.Link = null;
        if (node.Work is { } work)
        {
            node.Work = null;
            _finished.Add(work);
        }
    }

    private void Set(PrimeNode node, NodeState state, string sentence)
    {
        if (node.Carries && (node.State == NodeState.Gone) != (state == NodeState.Gone))
        {
            foreach (var child in _nodes.Values.Where(child => child.Parent == node))
            {
                Touch(child); // why it is away is another now
            }
        }

        (node.State, node.Sentence, node.IsAwaited) = (state, sentence, node.IsAwaited && state == NodeState.Gone);
        node.KeyDenied = state is NodeState.Registered or NodeState.Connected ? 0 : node.KeyDenied;
        Touch(node);
    }

    private void Touch(PrimeNode node)
    {
        _dirty.Add(node);
        changed();
    }
}
