using Metering.Keys;

namespace Unit;

/// <summary>Counters that are always new: for tests of other things.</summary>
internal sealed class FreshCounters : ICounterStore
{
    public CounterVerdict Accept(in KeyName key, uint counter, ulong contentHash) => CounterVerdict.Fresh;

    public ValueTask<uint> ReserveAsync(KeyName key, int count, uint atLeast, CancellationToken stop) => throw new InvalidOperationException("nothing is sent");
}
