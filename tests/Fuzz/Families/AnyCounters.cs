using Metering.Keys;

namespace Fuzz.Families;

/// <summary>Every counter is new: whether one was used before is another parser's question.</summary>
internal sealed class AnyCounters : ICounterStore
{
    public CounterVerdict Accept(in KeyName key, uint counter, ulong contentHash) => CounterVerdict.Fresh;

    public ValueTask<uint> ReserveAsync(KeyName key, int count, uint atLeast, CancellationToken stop) => new(atLeast);
}
