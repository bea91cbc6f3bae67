using System.Security.Cryptography;
using Metering.Keys;

namespace Protocols.MBus.Security;

/// <summary>Ciphers by meter, made once per key and thrown away when any key changes. Bounded: the whole cache goes when it is full.</summary>
internal sealed class KeyCache(IKeyRing ring) : IDisposable
{
    private const int Most = 20_000;
    private readonly Dictionary<(ulong Device, uint KeyId), AesKey?> _keys = [];
    private long _version = -1;

    /// <summary>The cipher of a meter's key; null where none is known.</summary>
    internal AesKey? Find(DeviceAddress meter, uint keyId)
    {
        if (ring.Version != _version || _keys.Count >= Most)
        {
            Dispose();
            _version = ring.Version;
        }

        if (_keys.TryGetValue((meter.Packed, keyId), out var known))
        {
            return known;
        }

        Span<byte> octets = stackalloc byte[64];
        var length = ring.Find(new KeyName(meter.ToMeterId().Text, KeyPurpose.MBus, 0, keyId), octets);
        var made = length == AesKey.Block ? new AesKey(octets[..length]) : null;
        CryptographicOperations.ZeroMemory(octets);
        _keys[(meter.Packed, keyId)] = made;
        return made;
    }

    public void Dispose()
    {
        foreach (var key in _keys.Values)
        {
            key?.Dispose();
        }

        _keys.Clear();
    }
}
