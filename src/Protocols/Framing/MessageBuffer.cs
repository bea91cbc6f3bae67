namespace Protocols.Framing;

/// <summary>The octets of one message that comes in segments: grows as they come, never beyond a bound, and is used again for the next.</summary>
/// <param name="longest">More octets than this are refused before memory is taken for them.</param>
internal sealed class MessageBuffer(int longest)
{
    private const int MostEmpty = 4;
    private byte[] _octets = [];
    private int _empty;

    /// <summary>How many octets are here.</summary>
    internal int Length { get; private set; }

    /// <summary>What is here; it holds until the next segment.</summary>
    internal ReadOnlyMemory<byte> Octets => _octets.AsMemory(0, Length);

    /// <summary>Forgets what is here.</summary>
    internal void Clear() => Length = _empty = 0;

    /// <summary>Takes a segment; false, and nothing taken, where it does not fit, or where too many without octets follow each other: they would never end.</summary>
    internal bool TryAppend(ReadOnlySpan<byte> segment)
    {
        _empty = segment.IsEmpty ? _empty + 1 : 0;
        if (segment.Length > longest - Length || _empty > MostEmpty)
        {
            return false;
        }

        var needed = Length + segment.Length;
        if (needed > _octets.Length)
        {
            Array.Resize(ref _octets, (int)Math.Min(longest, Math.Max(needed, _octets.Length * 2L)));
        }

        segment.CopyTo(_octets.AsSpan(Length));
        Length = needed;
        return true;
    }
}
