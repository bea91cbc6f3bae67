using System.Buffers.Binary;

namespace Simulation.Plc.G3;

/// <summary>What is wrong with a set or a get; each layer has its own octets for it.</summary>
internal enum AttributeFault
{
    None, Unknown, Index, Length, ReadOnly,
}

/// <summary>One layer's attributes: what was set, and what is computed from the network.</summary>
/// <param name="table">The attributes there are.</param>
internal sealed class G3InformationBase(IReadOnlyDictionary<uint, G3Attribute> table)
{
    private readonly Dictionary<(uint Id, ushort Index), byte[]> _set = [];

    /// <summary>Attributes that are computed: null for an index that has nothing.</summary>
    internal Dictionary<uint, Func<ushort, byte[]?>> Computed { get; } = [];

    /// <summary>Everything as at the start.</summary>
    internal void Clear() => _set.Clear();

    internal AttributeFault Set(uint id, ushort index, ReadOnlySpan<byte> value)
    {
        if (!table.TryGetValue(id, out var attribute))
        {
            return AttributeFault.Unknown;
        }

        if (!attribute.IsWritable)
        {
            return AttributeFault.ReadOnly;
        }

        if (index >= attribute.Indexes)
        {
            return AttributeFault.Index;
        }

        if (value.Length < attribute.Least || value.Length > attribute.Most)
        {
            return AttributeFault.Length;
        }

        _set[(id, index)] = value.ToArray();
        return AttributeFault.None;
    }

    internal AttributeFault Get(uint id, ushort index, out byte[] value)
    {
        value = [];
        if (!table.TryGetValue(id, out var attribute))
        {
            return AttributeFault.Unknown;
        }

        var found = index >= attribute.Indexes ? null
            : Computed.TryGetValue(id, out var compute) && compute(index) is { } computed ? computed
            : _set.TryGetValue((id, index), out var set) ? set : attribute.Start;
        value = found ?? [];
        return found is null ? AttributeFault.Index : AttributeFault.None;
    }

    /// <summary>A value the modem itself uses; empty where it is not set.</summary>
    internal byte[] this[uint id, ushort index = 0] => _set.TryGetValue((id, index), out var set) ? set : table[id].Start ?? [];

    internal ushort Short(uint id) => BinaryPrimitives.ReadUInt16BigEndian(this[id]);

    /// <summary>The modem itself sets a value, read-only or not.</summary>
    internal void Keep(uint id, params byte[] value) => _set[(id, 0)] = value;

    internal void Keep(uint id, ushort value) => Keep(id, (byte)(value >> 8), (byte)value);

    internal void Keep(uint id, ushort index, byte[] value) => _set[(id, index)] = value;
}
