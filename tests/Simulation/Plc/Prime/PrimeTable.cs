namespace Simulation.Plc.Prime;

/// <summary>The tables of a base node: who is registered, who is a switch, who has a 4-32 connection.</summary>
public sealed class PrimeTable
{
    private const ushort FirstSpecialAddress = 0x0FFE, FirstSpecialLnid = 0x3FFE;
    private readonly Dictionary<string, PrimeEntry> _byEui = [];
    private readonly Dictionary<ushort, PrimeEntry> _byAddress = [];
    private readonly HashSet<ushort> _closed = [];
    private readonly HashSet<byte> _switches = [];
    private ushort _lnid, _address;

    internal PrimeTable(TimeSpan aliveEvery) => AliveTime = (byte)Math.Clamp(Math.Round(Math.Log2(Math.Max(32, aliveEvery.TotalSeconds) / 32)), 0, 7);

    /// <summary>All that are registered, in no order that means something.</summary>
    public IReadOnlyCollection<PrimeEntry> All => _byEui.Values;

    /// <summary>The keep-alive period as the MAC tells it: 32 s times a power of two.</summary>
    internal byte AliveTime { get; }

    internal PrimeEntry? Find(string eui) => _byEui.GetValueOrDefault(eui);

    internal PrimeEntry? Find(ushort address) => _byAddress.GetValueOrDefault(address);

    /// <summary>An address that somebody had, and nobody has now.</summary>
    internal bool IsClosed(ushort address) => _closed.Contains(address);

    internal PrimeEntry Register(PrimeNode node, PrimeEntry? carrier, byte profile = 0)
    {
        _lnid = (ushort)(_lnid + 1 == FirstSpecialLnid ? 1 : _lnid + 1);
        return _byEui[node.Place.Eui] = new PrimeEntry(node, carrier, _lnid, profile);
    }

    /// <summary>The next address that is free; null where there is none.</summary>
    internal ushort? Connect(PrimeEntry entry)
    {
        for (var turns = 0; turns < FirstSpecialAddress; turns++)
        {
            _address = (ushort)(_address + 1 >= FirstSpecialAddress ? 1 : _address + 1);
            if (_byAddress.TryAdd(_address, entry))
            {
                _closed.Remove(_address);
                return entry.Address = _address;
            }
        }

        return null;
    }

    internal void Disconnect(PrimeEntry entry)
    {
        if (entry.Address is { } address)
        {
            _byAddress.Remove(address);
            _closed.Add(address);
            entry.Address = null;
        }
    }

    /// <summary>Makes a node a switch; false where there is no number left.</summary>
    internal bool Promote(PrimeEntry entry)
    {
        for (byte lsid = 1; lsid < PrimeEntry.NoSwitch; lsid++)
        {
            if (_switches.Add(lsid))
            {
                entry.Lsid = lsid;
                return true;
            }
        }

        return false;
    }

    internal void Demote(PrimeEntry entry)
    {
        _switches.Remove(entry.Lsid);
        entry.Lsid = PrimeEntry.NoSwitch;
    }

    internal void Remove(PrimeEntry entry)
    {
        entry.IsGone = true;
        Disconnect(entry);
        _switches.Remove(entry.Lsid);
        if (_byEui.GetValueOrDefault(entry.Node.Place.Eui) == entry)
        {
            _byEui.Remove(entry.Node.Place.Eui);
        }
    }

    internal void Clear()
    {
        foreach (var entry in _byEui.Values)
        {
            (entry.IsGone, entry.Address) = (true, null);
        }

        _byEui.Clear();
        _byAddress.Clear();
        _closed.Clear();
        _switches.Clear();
    }
}
