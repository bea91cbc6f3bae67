using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>
/// The receiving side of general block transfer (IEC 62056-5-3 clause 6.13): puts a streamed APDU together, acknowledges at the end of each window, and asks again from the last
/// block without a gap where some were lost.
/// </summary>
/// <param name="window">Blocks we take before we acknowledge, 1 to 63.</param>
internal sealed class BlockTransfer(int window)
{
    private const int MostRepeats = 8;
    private BlockCollector _blocks = new(GetProcedure.MostOctets);
    private ushort _sent;
    private int _repeats;

    /// <summary>Forgets what came.</summary>
    /// <param name="mostOctets">A longer APDU is refused.</param>
    internal void Begin(int mostOctets) => (_blocks, _sent, _repeats) = (new BlockCollector(mostOctets), 0, 0);

    /// <summary>The whole APDU; empty while blocks are missing.</summary>
    internal ReadOnlyMemory<byte> Whole { get; private set; }

    /// <summary>Takes a block. Gives the acknowledgement to send, or null; the fault is null while all is well.</summary>
    internal GeneralBlockTransfer? Take(GeneralBlockTransfer block, out string? fault)
    {
        (fault, Whole) = (null, default);
        var expected = _blocks.Last + 1;
        if (block.Block == expected)
        {
            switch (_blocks.Take(block.Block, block.IsLast, block.Raw.Span))
            {
                case BlockTaken.Whole:
                    Whole = _blocks.Octets;
                    return null;
                case BlockTaken.Refused:
                    fault = _blocks.Fault;
                    return null;
            }

            _repeats = 0;
        }
        else if (block.Block > expected && block.IsStreaming && !block.IsLast)
        {
            return null; // a gap: it is told at the end of the window
        }
        else if (++_repeats > MostRepeats)
        {
            fault = $"block {expected} did not come, asked {MostRepeats} times";
            return null;
        }

        if (block.Window == 0 || (block.IsStreaming && !block.IsLast))
        {
            return null;
        }

        return new GeneralBlockTransfer((byte)(0x80 | window), ++_sent, (ushort)_blocks.Last, default);
    }
}
