using Simulation.Plc.Medium;

namespace Simulation.Plc.G3;

/// <summary>A node of a G3 network: the modem of a meter, what it knows of its network, and the meter behind it on UDP.</summary>
public sealed class G3Node
{
    private readonly byte[]?[] _keys = new byte[2][];

    internal G3Node(PlcNode place, NodeMeter? meter, int seed)
    {
        (Place, Meter) = (place, meter);
        Psk = new byte[16];
        new Random(unchecked((seed * 31) + place.Number)).NextBytes(Psk);
    }

    /// <summary>Where it is on the line.</summary>
    public PlcNode Place { get; }

    /// <summary>The meter behind it; null for none.</summary>
    public NodeMeter? Meter { get; }

    /// <summary>The key it proves itself with when it joins.</summary>
    public byte[] Psk { get; set; }

    /// <summary>Its short address; null while it has joined no network.</summary>
    public ushort? Short { get; private set; }

    /// <summary>The network it has joined.</summary>
    public ushort Pan { get; private set; }

    /// <summary>Times it joined.</summary>
    public int Joined { get; private set; }

    /// <summary>Frames it refused, because their counter was not above the last it had heard.</summary>
    public int RefusedCounters { get; internal set; }

    /// <summary>Frames it could not open: it has not the key.</summary>
    public int Unopened { get; internal set; }

    /// <summary>The key of the network it uses now, 0 or 1.</summary>
    public byte KeyIndex { get; private set; }

    /// <summary>The highest counter it has heard of the coordinator, itself.</summary>
    internal uint HeardCounter { get; set; }

    /// <summary>When it last heard what it could open.</summary>
    internal DateTime HeardAt { get; set; }

    /// <summary>When it went; null while it is there.</summary>
    internal DateTime? WentAt { get; set; }

    /// <summary>It knows nothing of its network any more when it comes back.</summary>
    internal bool BeginsAnew { get; set; }

    /// <summary>How long it waits for an answer to its next wish to join.</summary>
    internal TimeSpan WishWait { get; set; }

    /// <summary>A wish to join is scheduled.</summary>
    internal bool Wishes { get; set; }

    internal ReadOnlySpan<byte> Eui => Place.EuiOctets.Span;

    internal byte[]? Key(int index) => _keys[index & 1];

    internal void Take(int index, byte[] key) => _keys[index & 1] = key;

    /// <summary>Uses the other key from now on.</summary>
    internal void Activate(byte index) => KeyIndex = (byte)(index & 1);

    internal void Join(ushort pan, ushort shortAddress, byte keyIndex, DateTime now, uint counter)
    {
        (Pan, Short, KeyIndex, HeardAt, HeardCounter, WishWait) = (pan, shortAddress, (byte)(keyIndex & 1), now, counter, TimeSpan.Zero);
        Joined++;
    }

    /// <summary>It is in no network any more.</summary>
    internal void Forget()
    {
        Short = null;
        (_keys[0], _keys[1]) = (null, null);
        Meter?.Drop();
    }
}
