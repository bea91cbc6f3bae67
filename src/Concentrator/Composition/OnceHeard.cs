using Metering.Keys;

namespace Concentrator.Composition;

/// <summary>Counters for telegrams that are decoded again out of the ledger: their order is the order they were heard in, and each is taken once.</summary>
internal sealed class OnceHeard : ICounterStore
{
    public CounterVerdict Accept(in KeyName key, uint counter, ulong contentHash) => CounterVerdict.Fresh;

    public ValueTask<uint> ReserveAsync(KeyName key, int count, uint atLeast, CancellationToken stop) => throw new InvalidOperationException("nothing is sent out of the ledger");
}
