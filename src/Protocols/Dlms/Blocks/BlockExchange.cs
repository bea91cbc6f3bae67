using System.Buffers;
using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Blocks;

/// <summary>
/// One side of a general block transfer (IEC 62056-5-3 clause 6.13), the same for client and host: puts the other side's blocks together and cuts what is sent into blocks, in windows.
/// The turn passes with a block that is not streaming, or is the last; who has nothing to say acknowledges with an empty block. What was lost is sent again from the block after the
/// last one that was acknowledged. All of it is bounded: octets, empty blocks, and turns without progress.
/// </summary>
/// <param name="window">Blocks we take before it is our turn, and send in one go at most, 1 to 63.</param>
/// <param name="mostOctets">A longer APDU is refused.</param>
/// <param name="hasSpoken">What we had to say was said before, outside blocks: the other side answers in blocks.</param>
internal sealed class BlockExchange(int window, int mostOctets, bool hasSpoken)
{
    private const int MostRepeats = 16, MostEmpty = 4, Last = 0x80, Streaming = 0x40, LastNumber = ushort.MaxValue;

    /// <summary>So many blocks may be as small as they like; beyond, they must hold this many octets on the average, or the channel would never be free again.</summary>
    private const int SmallBlocks = 256, LeastMean = 8;
    private readonly ArrayBufferWriter<byte> _received = new();
    private ReadOnlyMemory<byte> _sending;
    private int _blockLength, _firstData = 1, _lastData, _numbered, _acknowledged, _taken, _theirWindow = 1, _next = 1, _turnEnd, _repeats, _empty, _firstLength;
    private bool _isTheirsWhole, _hasMoved = true;

    /// <summary>Everything the other side had to say; empty while blocks are missing.</summary>
    internal ReadOnlyMemory<byte> Whole => _isTheirsWhole ? _received.WrittenMemory : default;

    /// <summary>Blocks of ours are not acknowledged yet.</summary>
    internal bool IsSending => _acknowledged < _lastData;

    /// <summary>True where a block is the first one once more, octet for octet: its answer was lost.</summary>
    internal bool IsRepeated(GeneralBlockTransfer block) =>
        block.Block <= _taken && !block.Raw.IsEmpty && (block.Block > 1 || _received.WrittenSpan[..Math.Min(_firstLength, _received.WrittenCount)].SequenceEqual(block.Raw.Span));

    /// <summary>Begins to send an APDU; its blocks are to be fetched with <see cref="TryNext"/>.</summary>
    /// <param name="longest">Octets of a block with everything around it.</param>
    /// <returns>Null, or why it cannot be sent.</returns>
    internal string? Send(ReadOnlyMemory<byte> apdu, int longest)
    {
        _blockLength = BlockLength(longest);
        var blocks = (apdu.Length + _blockLength - 1) / _blockLength;
        if (_numbered + blocks > LastNumber)
        {
            return $"{apdu.Length} octets are more than blocks of {longest} octets can carry";
        }

        (_sending, _firstData) = (apdu, _numbered + 1);
        _lastData = _numbered += blocks;
        BeginTurn();
        return null;
    }

    /// <summary>Takes a block; gives why it is refused, or null.</summary>
    internal string? Take(GeneralBlockTransfer block)
    {
        _theirWindow = block.Window > 0 ? block.Window : _theirWindow;
        var acknowledges = block.Acknowledged > _acknowledged && block.Acknowledged <= _numbered;
        if (acknowledges)
        {
            (_acknowledged, _hasMoved) = (block.Acknowledged, true);
        }

        if (TakeOctets(block, acknowledges) is { } fault)
        {
            return fault;
        }

        if ((Whole.IsEmpty || IsSending) && block.Window > 0 && (!block.IsStreaming || block.IsLast))
        {
            _repeats = _hasMoved ? 0 : _repeats + 1;
            if (_repeats > MostRepeats)
            {
                return IsSending ? $"block {_acknowledged + 1} of ours was not acknowledged, sent {MostRepeats} times" : $"block {_taken + 1} did not come, asked {MostRepeats} times";
            }

            BeginTurn();
        }

        return null;
    }

    /// <summary>Our turn once more: what we said, or what came of it, was lost.</summary>
    internal void BeginTurn()
    {
        if (IsSending)
        {
            _next = _acknowledged + 1; // acknowledgements of ours that were lost go out once more with the rest: their numbers are missed
            _turnEnd = Math.Min(_next + Math.Min(window, _theirWindow) - 1, _lastData);
        }
        else
        {
            _numbered += _hasMoved || _numbered == 0 ? 1 : 0; // an acknowledgement that says nothing new keeps its number, so that none is missed
            (_next, _turnEnd) = (_numbered, _numbered);
        }

        _hasMoved = false;
    }

    /// <summary>The next block to send now; false where it is the other side's turn.</summary>
    internal bool TryNext(out GeneralBlockTransfer block)
    {
        block = default!;
        if (_next > _turnEnd)
        {
            return false;
        }

        var number = _next++;
        var isData = number >= _firstData && number <= _lastData;
        var isLast = isData ? number == _lastData : hasSpoken || (_lastData > 0 && number > _lastData);
        var raw = isData ? Cut(number - _firstData) : default;
        block = new GeneralBlockTransfer((byte)((isLast ? Last : 0) | (number < _turnEnd ? Streaming : 0) | window), (ushort)number, (ushort)_taken, raw);
        return true;
    }

    /// <summary>Blocks that nobody acknowledges (window 0): for what is pushed or told to many.</summary>
    internal static IEnumerable<GeneralBlockTransfer> Unconfirmed(ReadOnlyMemory<byte> apdu, int longest)
    {
        var length = BlockLength(longest);
        for (var (at, number) = (0, 1); at < apdu.Length; at += length, number++)
        {
            var raw = apdu.Slice(at, Math.Min(length, apdu.Length - at));
            yield return new GeneralBlockTransfer((byte)(Streaming | (at + raw.Length == apdu.Length ? Last : 0)), (ushort)number, 0, raw);
        }
    }

    private string? TakeOctets(GeneralBlockTransfer block, bool acknowledges)
    {
        if (block.Block > _taken + 1 && block.Raw.IsEmpty && !block.IsLast && _received.WrittenCount == 0)
        {
            (_taken, _hasMoved) = (block.Block, true); // an acknowledgement; those before it were lost
            return null;
        }

        if (block.Block != _taken + 1)
        {
            return null; // one we had, or a gap: it is told when the turn is ours
        }

        _empty = block is { Raw.IsEmpty: true, IsStreaming: true, IsLast: false } && !acknowledges ? _empty + 1 : 0; // one that passes the turn is counted as a turn
        if (_empty > MostEmpty)
        {
            return $"{_empty} blocks one after another are empty";
        }

        if (block.Raw.Length > mostOctets - _received.WrittenCount)
        {
            return $"the answer is longer than {mostOctets} octets after {block.Block} blocks";
        }

        if (block.Block == LastNumber && !block.IsLast)
        {
            return $"block {LastNumber} is the last number there is, and more shall follow";
        }

        if (block.Block > SmallBlocks && _received.WrittenCount / block.Block < LeastMean)
        {
            return $"{block.Block} blocks hold no more than {_received.WrittenCount} octets";
        }

        _firstLength = _received.WrittenCount == 0 ? block.Raw.Length : _firstLength;
        _received.Write(block.Raw.Span);
        _taken = block.Block;
        _hasMoved |= !block.Raw.IsEmpty;
        _isTheirsWhole = block.IsLast && _received.WrittenCount > 0;
        return null;
    }

    private ReadOnlyMemory<byte> Cut(int index) => _sending.Slice(index * _blockLength, Math.Min(_blockLength, _sending.Length - (index * _blockLength)));

    /// <summary>Tag, control, two numbers and the length stand around the octets of a block.</summary>
    private static int BlockLength(int longest) => Math.Max(8, longest - 6 - (longest - 7 < 0x80 ? 1 : longest - 8 <= 0xFF ? 2 : 3));
}
