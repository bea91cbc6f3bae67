using Concentrator.Security;
using Metering.Keys;

namespace Fuzz.Families;

/// <summary>The keys of the simulated street, for whatever is asked about a meter.</summary>
internal sealed class StreetKeys(IEnumerable<string> lines) : IKeyRing
{
    private readonly Dictionary<string, byte[]> _keys = KeysFile.Parse([.. lines], "street").Keys.ToDictionary(key => key.Key.Device, key => key.Value);

    public long Version => 0;

    public int Find(in KeyName name, Span<byte> destination)
    {
        var key = _keys.GetValueOrDefault(name.Device, []);
        key.CopyTo(destination);
        return key.Length;
    }
}
