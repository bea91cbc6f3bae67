using System.Collections.Concurrent;
using System.Text;
using Concentrator.Ports;
using Metering;

namespace Concentrator.Upstream.Dlms;

/// <summary>The meters that can be spoken with now, in which network each is, and by which addresses a head-end names them.</summary>
/// <param name="networks">Number of the network that a driver leads to; 0 for one of its own.</param>
internal sealed class ReachedMeters(INetworkDirectory nodes, IReadOnlyDictionary<string, byte> networks)
{
    private const int Eui48 = 6, Eui64 = 8;
    private readonly ConcurrentDictionary<MeterId, string> _drivers = new();

    /// <summary>A meter can be reached from now on, or no more.</summary>
    internal event Action<MeterId, bool>? Changed;

    /// <summary>All of them.</summary>
    internal ICollection<MeterId> All => _drivers.Keys;

    /// <summary>Hears what the field tells.</summary>
    internal void Take(ReachChange change)
    {
        if (change.IsReached)
        {
            _drivers[change.Meter] = change.Driver;
        }
        else
        {
            _drivers.TryRemove(change.Meter, out _);
        }

        Changed?.Invoke(change.Meter, change.IsReached);
    }

    internal bool IsReached(MeterId meter) => _drivers.ContainsKey(meter);

    /// <summary>The driver that leads to it, or empty.</summary>
    internal string DriverOf(MeterId meter) => _drivers.GetValueOrDefault(meter, "");

    /// <summary>The number of its network.</summary>
    internal byte NetworkOf(MeterId meter) => networks.GetValueOrDefault(DriverOf(meter));

    /// <summary>
    /// The meter of a gateway address: its id (the logical device name) as text, its system title where it has no name, or the EUI of its node; network 0 is any. None where nobody is known
    /// by it, or in another network.
    /// </summary>
    internal MeterId Find(byte network, ReadOnlySpan<byte> address)
    {
        var meter = MeterId.TryParse(Encoding.ASCII.GetString(address), out var named) && IsReached(named) ? named : ByOctets(address);
        return !meter.IsNone && (network == 0 || network == NetworkOf(meter)) ? meter : default;
    }

    private MeterId ByOctets(ReadOnlySpan<byte> address)
    {
        if (address.Length is not (Eui48 or Eui64))
        {
            return default;
        }

        var hex = Convert.ToHexString(address);
        return MeterId.TryParse("ST-" + hex, out var titled) && IsReached(titled) ? titled
            : nodes.FindNode(hex) is { Node.Meter: { IsNone: false } meter } && IsReached(meter) ? meter : default;
    }
}
