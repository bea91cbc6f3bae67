using System.Buffers;

namespace Protocols.Dlms.Client;

/// <summary>What a block was.</summary>
internal enum BlockTaken
{
    /// <summary>The next one.</summary>
    Next,
    /// <summary>The last one: the whole is there.</summary>
    Whole,
    /// <summary>One we had: it says nothing.</summary>
    Repeated,
    /// <summary>It does not fit; see the sentence.</summary>
    Refused,
}

/// <summary>Puts the blocks of one long answer together, in order, up to a bound.</summary>
/// <param name="mostOctets">More than this is refused.</param>
internal sealed class BlockCollector(int mostOctets)
{
    private const int MostEmpty = 4;

    /// <summary>So many blocks may be as small as they like; beyond, they must hold this many octets on the average, or the channel would never be free again.</summary>
    private const int SmallBlocks = 256, LeastMean = 8;
    private readonly ArrayBufferWriter<byte> _octets = new();
    private int _empty;

    /// <summary>The number of the last block that was taken; 0 for none.</summary>
    internal uint Last { get; private set; }

    /// <summary>What the blocks hold so far.</summary>
    internal ReadOnlyMemory<byte> Octets => _octets.WrittenMemory;

    /// <summary>Why a block was refused.</summary>
    internal string? Fault { get; private set; }

    internal BlockTaken Take(uint number, bool last, ReadOnlySpan<byte> raw)
    {
        if (number <= Last && number > 0)
        {
            return BlockTaken.Repeated;
        }

        if (number != Last + 1)
        {
            return Refuse($"block {number} came after block {Last}");
        }

        if (raw.Length > mostOctets - _octets.WrittenCount)
        {
            return Refuse($"the answer is longer than {mostOctets} octets after {number} blocks");
        }

        _empty = raw.IsEmpty ? _empty + 1 : 0;
        if (_empty > MostEmpty)
        {
            return Refuse($"{_empty} blocks one after another are empty");
        }

        if (number > SmallBlocks && _octets.WrittenCount / number < LeastMean)
        {
            return Refuse($"{number} blocks hold no more than {_octets.WrittenCount} octets");
        }

        _octets.Write(raw);
        Last = number;
        return last ? BlockTaken.Whole : BlockTaken.Next;
    }

    private BlockTaken Refuse(string sentence)
    {
        Fault = sentence;
        return BlockTaken.Refused;
    }
}
