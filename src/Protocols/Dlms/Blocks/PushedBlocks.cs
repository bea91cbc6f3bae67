using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Blocks;

/// <summary>Puts together what a meter pushes in unconfirmed blocks (window 0). A block that does not fit costs this push, not the next.</summary>
public sealed class PushedBlocks
{
    /// <summary>Longer pushes are refused, octets.</summary>
    public const int MostOctets = 64 * 1024;

    private BlockExchange _blocks = new(1, MostOctets, hasSpoken: true);
    private int _expected = 1;

    /// <summary>Takes a block. Gives the whole APDU with the last one, empty octets before; the fault tells why a push was given up.</summary>
    public ReadOnlyMemory<byte> Take(GeneralBlockTransfer block, out string? fault)
    {
        fault = null;
        if (block.Block == 1)
        {
            Forget(); // another one begins, whatever became of the last
        }
        else if (block.Block != _expected)
        {
            fault = _expected == 1 ? null : $"block {block.Block} came where block {_expected} was expected: the push is lost";
            Forget();
            return default;
        }

        fault = _blocks.Take(block);
        _expected = block.Block + 1;
        var whole = _blocks.Whole;
        if (fault is not null || block.IsLast)
        {
            Forget();
        }

        return fault is null ? whole : default;
    }

    private void Forget() => (_blocks, _expected) = (new BlockExchange(1, MostOctets, hasSpoken: true), 1);
}
