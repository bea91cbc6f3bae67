using System.Security.Cryptography;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Protocols.Usi.Prime;

namespace Drivers.Prime;

/// <summary>
/// What the modem is told of who may join: first the device unique keys, then the white list, so that nobody who is let in is turned away for want of a key. Only what changed is told again, unless
/// the modem may have forgotten.
/// </summary>
internal sealed class PrimeGate(PrimeOptions options, IMeterAdmission admission, IKeyRing keys, IDriverMemory memory, PrimeModem modem, TimeProvider clock)
{
    private const string ListedName = "white list";
    private readonly Dictionary<Eui48, (UInt128 Mark, long At)> _handed = [];
    private readonly HashSet<Eui48> _listed = [];
    private bool? _isClosed;

    /// <summary>What the modem did not take, for people; null where it took everything.</summary>
    internal string? Refusal { get; private set; }

    /// <summary>Device unique keys the modem has.</summary>
    internal int Keys => _handed.Count;

    /// <summary>The modem has the device unique key of a node.</summary>
    internal bool HasKey(Eui48 eui)
    {
        lock (_handed)
        {
            return _handed.ContainsKey(eui);
        }
    }

    /// <summary>Nodes whose device unique key the modem has had for so long.</summary>
    internal List<Eui48> KeyedFor(TimeSpan time)
    {
        lock (_handed)
        {
            return [.. _handed.Where(one => clock.GetElapsedTime(one.Value.At) >= time).Select(one => one.Key)];
        }
    }

    /// <summary>Nodes on the white list.</summary>
    internal int Listed => _listed.Count;

    /// <summary>The modem may have forgotten everything.</summary>
    internal void Forget()
    {
        lock (_handed)
        {
            _handed.Clear();
        }

        _listed.Clear();
        _isClosed = null;
    }

    /// <summary>The modem says that it has no key of a node.</summary>
    internal void Forget(Eui48 eui)
    {
        lock (_handed)
        {
            _handed.Remove(eui);
        }
    }

    /// <summary>Tells the modem what it does not know yet.</summary>
    internal async ValueTask TellAsync(CancellationToken stop)
    {
        Refusal = null;
        var expected = new HashSet<Eui48>();
        foreach (var meter in admission.All)
        {
            if (Eui48.TryParse(meter.Eui, out var eui))
            {
                expected.Add(eui);
            }
        }

        foreach (var eui in expected)
        {
            await HandKeyAsync(eui, stop).ConfigureAwait(false);
        }

        var closes = options.UsesWhiteList && !admission.AcceptsUnknown;
        if (closes)
        {
            await ListAsync(expected, stop).ConfigureAwait(false);
        }

        if (_isClosed != closes && (options.UsesWhiteList || closes))
        {
            var result = await modem.SetAsync(PrimePib.WhiteListEnabled, new byte[] { closes ? (byte)1 : (byte)0 }, stop).ConfigureAwait(false);
            _isClosed = closes;
            Refusal = result == MlmeResult.Done || !closes ? Refusal : $"the modem has no white list ({PrimeText.Of(result)}): who is not expected joins, and waits in quarantine";
        }
    }

    /// <summary>
    /// Hands the modem the device unique key of a node, where there is one. The value is EUI-48 and key, 22 octets: which layout attribute 8140 has stands in no document at hand (plc-modems.md, 3.4),
    /// to be verified on hardware.
    /// </summary>
    internal async ValueTask HandKeyAsync(Eui48 eui, CancellationToken stop)
    {
        if (options.SecurityProfile is not > 0)
        {
            return;
        }

        var (value, mark) = KeyOf(eui);
        if (value.Length == 0 || (_handed.TryGetValue(eui, out var handed) && handed.Mark == mark))
        {
            return;
        }

        var result = await modem.SetAsync(PrimePib.DeviceUniqueKeys, value, stop).ConfigureAwait(false);
        CryptographicOperations.ZeroMemory(value);
        if (result == MlmeResult.Done)
        {
            lock (_handed)
            {
                _handed[eui] = (mark, clock.GetTimestamp());
            }
        }
        else
        {
            Refusal = $"the modem does not take the device unique key of node {eui}: {PrimeText.Of(result)}";
        }
    }

    private (byte[] Value, UInt128 Mark) KeyOf(Eui48 eui)
    {
        Span<byte> key = stackalloc byte[64];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var length = keys.Find(new KeyName(eui.ToString(), KeyPurpose.Duk), key);
        if (length != 16)
        {
            return ([], 0);
        }

        SHA256.HashData(key[..length], hash);
        byte[] value = [.. Convert.FromHexString(eui.ToString()), .. key[..length]];
        CryptographicOperations.ZeroMemory(key);
        return (value, System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash));
    }

    /// <summary>Who is expected is added; who was, also in a life before this one, and is no longer, is taken away.</summary>
    private async ValueTask ListAsync(HashSet<Eui48> expected, CancellationToken stop)
    {
        var before = Remembered();
        foreach (var eui in _listed.Concat(before).Except(expected).ToList())
        {
            await modem.ListAsync(PrimeCommand.WhiteListRemove, eui, stop).ConfigureAwait(false); // an error: it was not there
            _listed.Remove(eui);
        }

        foreach (var eui in expected.Except(_listed).ToList())
        {
            if (!await modem.ListAsync(PrimeCommand.WhiteListAdd, eui, stop).ConfigureAwait(false) && !before.Contains(eui))
            {
                Refusal = $"the modem does not take node {eui} on its white list: is the list full?";
            }

            _listed.Add(eui);
        }

        if (!before.SetEquals(_listed))
        {
            await memory.TryKeepAsync(options.Name, ListedName, _listed.SelectMany(eui => Convert.FromHexString(eui.ToString())).Take(PrimeOptions.MostNodes * Eui48.Size).ToArray(), stop).ConfigureAwait(false);
        }
    }

    private HashSet<Eui48> Remembered() => [.. memory.Load(options.Name, ListedName).ToArray().Chunk(Eui48.Size).Select(octets => Eui48.TryParse(Convert.ToHexString(octets), out var eui) ? eui : default)];
}
