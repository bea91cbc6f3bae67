using System.Text;
using Simulation.Dlms;

namespace Substation.Orders;

/// <summary>
/// Watches over the keys of a meter while its box lives and dies: each use of a key that the meter accepts as genuine, each that it refuses, and whether one of its keys, old or new, stands in clear on the
/// box's disk or in what the head-end is told.
/// </summary>
internal sealed class KeyWatch
{
    private readonly MeterKeys _keys;
    private readonly IReadOnlyList<Canary> _canaries;
    private readonly HashSet<(string Key, string Title, uint Counter)> _used = [];
    private readonly SortedSet<string> _found = [];
    private readonly byte[] _mark;
    private readonly int _refused;

    /// <param name="mark">Text that stands in what is kept of the order: where it is not found nothing was looked through.</param>
    internal KeyWatch(DlmsMeter meter, string mark)
    {
        _mark = Encoding.UTF8.GetBytes(mark);
        (_keys, _canaries, _refused) = (meter.Keys, NewKeys.Canaries(meter.Keys), meter.Keys.Refused);
        _keys.Used = (key, title, counter, _) => Again += _used.Add((Convert.ToHexString(key), Convert.ToHexString(title), counter)) ? 0 : 1;
    }

    /// <summary>Uses of a key.</summary>
    internal int Uses => _used.Count + Again;

    /// <summary>Uses of a key under a title and a counter that were used under it before.</summary>
    internal int Again { get; private set; }

    /// <summary>Times the meter was spoken to under a key that it does not have.</summary>
    internal int Refused => _keys.Refused - _refused;

    /// <summary>Which key stands where.</summary>
    internal IReadOnlyCollection<string> Found => _found;

    /// <summary>Places at which the order was found, as it must be.</summary>
    internal int Kept { get; private set; }

    /// <summary>Looks through the disk and through what was published.</summary>
    internal void LookThrough(BoxDisk disk, HeadEnd headEnd)
    {
        foreach (var (name, octets) in disk.Contents)
        {
            Look(name, octets);
        }

        Look("what was published", Encoding.UTF8.GetBytes(string.Join('\n', headEnd.All.Select(one => one.Topic + one.Payload))));
    }

    private void Look(string name, ReadOnlySpan<byte> octets)
    {
        octets = octets.TrimEnd((byte)0);
        Kept += octets.IndexOf(_mark) >= 0 ? 1 : 0;
        foreach (var canary in _canaries)
        {
            if (canary.FormIn(octets) is { } form)
            {
                _found.Add($"{canary.Name} stands in {name}, {form}");
            }
        }
    }
}
