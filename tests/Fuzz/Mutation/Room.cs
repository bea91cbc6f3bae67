namespace Fuzz.Mutation;

/// <summary>Octets one behind the other in a room; what does not fit any more is left away.</summary>
internal ref struct Room(Span<byte> room)
{
    private readonly Span<byte> _room = room;

    /// <summary>How many there are.</summary>
    internal int Length { get; private set; }

    /// <summary>Adds octets.</summary>
    internal void Add(scoped ReadOnlySpan<byte> octets)
    {
        var taken = octets[..Math.Min(octets.Length, _room.Length - Length)];
        taken.CopyTo(_room[Length..]);
        Length += taken.Length;
    }
}
