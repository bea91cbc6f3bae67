using Metering;
using Metering.Ledger;

namespace Concentrator.Store.Books;

/// <summary>
/// A box that starts without time dates nothing. When the time becomes known, one record says which instant this boot's monotonic clock showed: its header holds boot id,
/// monotonic time and UTC. What was written before keeps its order and its monotonic time, and is not written again.
/// </summary>
internal sealed class TimeMap(ILedger ledger, ITimeSource time, TimeProvider clock)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Waits for the time and writes it down; then waits until stopped.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Every, clock);
        for (var unset = time.Now.Quality == TimeQuality.Unset; await timer.WaitForNextTickAsync(stop).ConfigureAwait(false);)
        {
            var now = time.Now;
            if (unset && now.Quality != TimeQuality.Unset)
            {
                await ledger.AppendAsync([new NewRecord(RecordType.TimeMap, RecordClass.None, now, ReadOnlyMemory<byte>.Empty)], Urgency.Order, stop).ConfigureAwait(false);
            }

            unset = now.Quality == TimeQuality.Unset;
        }
    }
}
