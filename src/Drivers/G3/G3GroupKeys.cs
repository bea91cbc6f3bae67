using System.Security.Cryptography;
using System.Text;
using Metering.Keys;
using Metering.Ledger;
using Metering.Orders;

namespace Drivers.G3;

/// <summary>
/// The group keys of a network, made at random for each PAN, kept wrapped under the key of this device and never otherwise. There are two places, of which one is in use; the other has a key
/// only while it is being given out.
/// </summary>
internal sealed class G3GroupKeys(IDriverMemory memory, IKeyWrap wrap, string driver, ushort panId)
{
    internal const int Size = 16;
    private const byte Format = 1;
    private readonly byte[]?[] _keys = new byte[]?[2];

    /// <summary>Which of the two is in use.</summary>
    internal int Active { get; private set; }

    /// <summary>Why the nodes have to join again; null where they need not.</summary>
    internal string? Loss { get; private set; }

    private string Name => $"group keys of PAN {panId:X4}";

    /// <summary>The keys that are there, by their place.</summary>
    internal IEnumerable<(ushort Place, ReadOnlyMemory<byte> Key)> All => _keys.Select((key, place) => ((ushort)place, (ReadOnlyMemory<byte>)key)).Where(one => !one.Item2.IsEmpty);

    /// <summary>Reads what was kept, or makes the first key and keeps it.</summary>
    internal async ValueTask OpenAsync(CancellationToken stop)
    {
        if (_keys[Active] is not null || TryRead(memory.Load(driver, Name)))
        {
            return;
        }

        Array.Clear(_keys);
        (Active, _keys[0]) = (0, RandomNumberGenerator.GetBytes(Size));
        await KeepAsync(stop).ConfigureAwait(false);
    }

    /// <summary>A new key in the place that is not in use, kept before anybody is given it.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> RenewAsync(CancellationToken stop)
    {
        _keys[1 - Active] ??= RandomNumberGenerator.GetBytes(Size); // one whose giving out was broken off is given out again: some may have it
        await KeepAsync(stop).ConfigureAwait(false);
        return _keys[1 - Active];
    }

    /// <summary>The new key is in use, the old one forgotten.</summary>
    internal async ValueTask ActivateAsync(CancellationToken stop)
    {
        CryptographicOperations.ZeroMemory(_keys[Active]);
        _keys[Active] = null;
        Active = 1 - Active;
        await KeepAsync(stop).ConfigureAwait(false);
    }

    private bool TryRead(ReadOnlyMemory<byte> octets)
    {
        if (octets.IsEmpty)
        {
            return false;
        }

        try
        {
            var from = new OctetReader(octets);
            var (format, active) = (from.Byte(), from.Byte() & 1);
            for (var place = 0; place < _keys.Length && format == Format; place++)
            {
                var wrapped = from.Octets();
                _keys[place] = wrapped.IsEmpty ? null : wrap.Unwrap(wrapped.Span, Bind(place));
            }

            Active = active;
        }
        catch (InvalidDataException)
        {
            _keys[Active] = null;
        }

        Loss = _keys[Active] is null ? $"the kept group key of PAN {panId:X4} cannot be unwrapped on this device: a new one was made, and every node has to join again" : null;
        return Loss is null;
    }

    private ValueTask KeepAsync(CancellationToken stop)
    {
        var to = new OctetWriter();
        to.Byte(Format);
        to.Byte((byte)Active);
        for (var place = 0; place < _keys.Length; place++)
        {
            to.Octets(_keys[place] is { } key ? wrap.Wrap(key, Bind(place)) : []);
        }

        return memory.SaveAsync(driver, Name, to.ToArray(), stop);
    }

    private byte[] Bind(int place) => Encoding.UTF8.GetBytes($"{driver}|G3 group key|{panId:X4}|{place}");
}
