namespace Fuzz.Mutation;

/// <summary>An input while it is changed: octets in a room of a fixed size.</summary>
internal sealed class Draft
{
    private readonly byte[] _room = new byte[Family.Longest];

    /// <summary>How many octets it has.</summary>
    internal int Length { get; private set; }

    /// <summary>Its octets.</summary>
    internal Span<byte> Octets => _room.AsSpan(0, Length);

    /// <summary>Its octets, to be parsed.</summary>
    internal ReadOnlyMemory<byte> Memory => _room.AsMemory(0, Length);

    /// <summary>Begins with a copy.</summary>
    internal void Begin(ReadOnlySpan<byte> octets)
    {
        Length = Math.Min(octets.Length, _room.Length);
        octets[..Length].CopyTo(_room);
    }

    /// <summary>Cuts it short.</summary>
    internal void Truncate(int length) => Length = Math.Min(Length, length);

    /// <summary>Opens a gap and gives it; smaller where there is no room.</summary>
    internal Span<byte> Open(int at, int count)
    {
        count = Math.Min(count, _room.Length - Length);
        _room.AsSpan(at, Length - at).CopyTo(_room.AsSpan(at + count));
        Length += count;
        return _room.AsSpan(at, count);
    }

    /// <summary>Takes octets away.</summary>
    internal void Remove(int at, int count)
    {
        _room.AsSpan(at + count, Length - at - count).CopyTo(_room.AsSpan(at));
        Length -= count;
    }
}
