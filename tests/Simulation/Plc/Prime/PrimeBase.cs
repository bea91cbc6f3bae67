using Simulation.Plc.Medium;

namespace Simulation.Plc.Prime;

/// <summary>The base node's side of the network: whom it lets in, its tables, keep-alive, switches, and what it tells its host of all that. One life of it: after a reset there is another.</summary>
public sealed class PrimeBase
{
    private const int Short = 16;
    private const int LostRounds = 2;
    private readonly PrimeNetwork _network;
    private readonly Action<byte[]> _say;
    private readonly Random _random;
    private bool _isOver;

    internal PrimeBase(PrimeNetwork network, PrimeAdmission admission, Action<byte[]> say, int life)
    {
        (_network, Admission, _say, _random) = (network, admission, say, new Random(unchecked((network.Plan.Seed * 17) + life)));
        Table = new PrimeTable(AliveEvery);
    }

    /// <summary>Its tables.</summary>
    public PrimeTable Table { get; }

    /// <summary>Whom it lets in.</summary>
    internal PrimeAdmission Admission { get; }

    private LineTime Time => _network.Time;

    private TimeSpan AliveEvery => _network.Line.Plan.AliveEvery;

    /// <summary>It is gone, with all that is scheduled.</summary>
    internal void End()
    {
        _isOver = true;
        Table.Clear();
        _network.HearEnd(this);
    }

    /// <summary>A node may register: by the white list, and with its key where the profile asks for one.</summary>
    internal bool Accepts(PrimeNode node)
    {
        var verdict = Admission.Judge(node);
        if (verdict == PrimeVerdict.NoUniqueKey)
        {
            _say(PrimeSay.Event(PrimeSay.NoUniqueKey, null, node.Place.EuiOctets.Span));
        }

        return !_isOver && verdict == PrimeVerdict.Accepted;
    }

    internal PrimeEntry Register(PrimeNode node, PrimeEntry? carrier)
    {
        if (Table.Find(node.Place.Eui) is { } old)
        {
            Forget(old); // it comes back before it was missed: its connection is closed first
        }

        var entry = Table.Register(node, carrier, Math.Min(Admission.Profile, node.Profile));
        _say(PrimeSay.Event(PrimeSay.Registered, entry, node.Place.EuiOctets.Span));
        if (AliveEvery > TimeSpan.Zero)
        {
            Time.After(AliveEvery * _random.NextDouble(), () => Ask(entry));
        }

        return entry;
    }

    internal void Connect(PrimeEntry entry)
    {
        if (!_isOver && entry.Address is null && Table.Connect(entry) is { } address)
        {
            _say(PrimeSay.Joined(address, entry.Node.Place.Serial, entry.Node.Place.EuiOctets.Span, entry.Profile == 0 ? (byte)0 : (byte)1));
        }
    }

    /// <summary>Makes a node a switch, after it was asked to be one.</summary>
    internal void Promote(PrimeEntry entry)
    {
        if (entry.IsPromoting || entry.Lsid != PrimeEntry.NoSwitch)
        {
            return;
        }

        entry.IsPromoting = true;
        _network.Line.Control(entry.Node.Place, false, Short, down => _network.Line.Control(entry.Node.Place, true, Short, up =>
        {
            entry.IsPromoting = false;
            if (up && down && !_isOver && !entry.IsGone && Table.Promote(entry))
            {
                _say(PrimeSay.Event(PrimeSay.Promoted, entry, entry.Node.Place.EuiOctets.Span));
            }
        }));
    }

    /// <summary>A switch is none any more; who hangs on it has to register again.</summary>
    internal void Demote(PrimeEntry entry)
    {
        foreach (var orphan in Table.All.Where(one => one.Carrier == entry).ToList())
        {
            Leave(orphan, isTold: true);
        }

        Table.Demote(entry);
        _say(PrimeSay.Event(PrimeSay.Demoted, entry, entry.Node.Place.EuiOctets.Span));
    }

    /// <summary>Releases the 4-32 connection of an address, as its host wishes.</summary>
    internal void Release(ushort address)
    {
        if (Table.Find(address) is not { } entry)
        {
            return;
        }

        _network.Line.Control(entry.Node.Place, false, Short, ok =>
        {
            if (_isOver || entry.Address != address)
            {
                return;
            }

            Table.Disconnect(entry);
            _say(PrimeSay.Left(address));
            if (ok && entry.Node.HasConnection)
            {
                _network.ConnectLater(entry.Node, entry);
            }
        });
    }

    /// <summary>A node is out, and with it all behind it.</summary>
    /// <param name="isTold">It was told so, and knows.</param>
    internal void Leave(PrimeEntry entry, bool isTold)
    {
        if (entry.IsGone)
        {
            return;
        }

        foreach (var behind in Table.All.Where(one => one.Carrier == entry).ToList())
        {
            Leave(behind, isTold);
        }

        Forget(entry);
        _say(PrimeSay.Event(PrimeSay.Unregistered, entry, entry.Node.Place.EuiOctets.Span));
        if (entry.Node.Entry == entry && entry.Node.Place.IsPresent)
        {
            _network.Dismiss(entry.Node);
        }
    }

    private void Forget(PrimeEntry entry)
    {
        var address = entry.Address;
        Table.Remove(entry);
        if (address is { } left)
        {
            _say(PrimeSay.Left(left));
        }
    }

    /// <summary>A round of keep-alive for one node. Its air time is a part of the beacon frame's.</summary>
    private void Ask(PrimeEntry entry)
    {
        if (_isOver || entry.IsGone)
        {
            return;
        }

        var place = entry.Node.Place;
        if (place.IsPresent && entry.Node.Entry == entry && _random.NextDouble() >= Math.Pow(_network.Line.Noise.LossOf(place, Time.Now), 3))
        {
            entry.Missed = 0;
            _say(PrimeSay.Event(PrimeSay.Alive, entry, place.EuiOctets.Span, Table.AliveTime));
        }
        else if (++entry.Missed >= LostRounds)
        {
            Leave(entry, isTold: false);
            return;
        }

        Time.After(AliveEvery * (0.95 + (0.1 * _random.NextDouble())), () => Ask(entry));
    }
}
