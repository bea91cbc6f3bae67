using Metering.Keys;

namespace Fuzz.Families;

/// <summary>Sixteen zeros for every meter.</summary>
internal sealed class ZeroKey : IKeyRing
{
    public long Version => 0;

    public int Find(in KeyName name, Span<byte> destination)
    {
        destination[..16].Clear();
        return 16;
    }
}

/// <summary>Every counter is new: whether one was used before is another parser's question.</summary>
internal sealed class AnyCounters : ICounterStore
{
    public CounterVerdict Accept(in KeyName key, uint counter, ulong contentHash) => CounterVerdict.Fresh;

    public ValueTask<uint> ReserveAsync(KeyName key, int count, uint atLeast, CancellationToken stop) => new(atLeast);
}
