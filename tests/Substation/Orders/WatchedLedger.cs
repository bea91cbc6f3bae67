using Concentrator.Store;
using Metering.Ledger;

namespace Substation.Orders;

/// <summary>The ledger as the rooms of a box have it: each time something became durable its life may end, before whoever wrote it hears of it.</summary>
internal sealed class WatchedLedger(Ledger inner, Func<CancellationToken, Task> kept) : ILedger
{
    public ulong DurableSequence => inner.DurableSequence;

    public async ValueTask<ulong> AppendAsync(IReadOnlyList<NewRecord> records, Urgency urgency, CancellationToken stop)
    {
        var sequence = await inner.AppendAsync(records, urgency, stop).ConfigureAwait(false);
        await kept(stop).ConfigureAwait(false);
        return sequence;
    }
}
