using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>Cuts a value into blocks that fit the other side's longest APDU.</summary>
internal struct BlockCutter(ReadOnlyMemory<byte> value, int longest)
{
    /// <summary>Tag, choice, invoke id, descriptor, selection, last, number, length: what stands around a first block at most, without parameters of a selection.</summary>
    private const int Around = 24;

    private readonly int _blockLength = longest == 0 ? int.MaxValue : Math.Max(16, longest - Around);
    private int _at;

    /// <summary>The whole value fits one APDU.</summary>
    internal readonly bool FitsWhole => value.Length <= _blockLength;

    /// <summary>The number of the last block that was cut.</summary>
    internal uint Sent { get; private set; }

    /// <summary>Everything was cut.</summary>
    internal readonly bool IsDone => _at == value.Length;

    internal DataBlock Next()
    {
        var raw = value.Slice(_at, Math.Min(_blockLength, value.Length - _at));
        _at += raw.Length;
        return new DataBlock(IsDone, ++Sent, raw);
    }
}
