using System.Text;
using Metering.Keys;
using Simulation.Dlms;

namespace Substation.Box;

/// <summary>The keys of a street as a box that was commissioned well has them; some may be missing or wrong.</summary>
internal sealed class StreetKeys : IKeyRing
{
    private readonly Dictionary<KeyName, byte[]> _keys = [];

    public long Version { get; private set; } = 1;

    /// <summary>Takes the keys of a meter's two clients.</summary>
    internal void Add(DlmsMeter meter)
    {
        foreach (var (client, keys) in new[] { (1, meter.Keys), (2, meter.ReadingKeys) })
        {
            Set(new KeyName(meter.Name, KeyPurpose.Guek, client), keys.Guek);
            Set(new KeyName(meter.Name, KeyPurpose.Gak, client), keys.Gak);
            Set(new KeyName(meter.Name, KeyPurpose.Gbek, client), keys.Gbek);
            Set(new KeyName(meter.Name, meter.Plan.Mechanism == 1 ? KeyPurpose.Lls : KeyPurpose.Hls, client), meter.Plan.Mechanism == 1 ? Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(keys.Secret)) : keys.Secret);
        }
    }

    /// <summary>All of them, as a keys file would be read.</summary>
    internal IReadOnlyDictionary<KeyName, byte[]> Copy() => _keys.ToDictionary(entry => entry.Key, entry => (byte[])entry.Value.Clone());

    /// <summary>Sets one key, or takes it away.</summary>
    internal void Set(KeyName name, byte[]? key)
    {
        Version++;
        if (key is null)
        {
            _keys.Remove(name);
        }
        else
        {
            _keys[name] = key;
        }
    }

    public int Find(in KeyName name, Span<byte> destination)
    {
        if (!_keys.TryGetValue(name, out var key))
        {
            return 0;
        }

        key.CopyTo(destination);
        return key.Length;
    }
}
