using System.Threading.Channels;
using Concentrator.Store.Books;
using Metering;
using Metering.Ledger;

namespace Concentrator.Field;

/// <summary>Writes down that an expected meter came: when it joins a network, or is heard for the first time. Many come at once where a network comes up.</summary>
internal sealed class MeterArrivals(MeterLifeBook book, MeterRegistry registry, MeterReach reach, ITimeSource time, ILogger log)
{
    internal async Task RunAsync(CancellationToken stop)
    {
        var came = Channel.CreateBounded<MeterId>(new BoundedChannelOptions(20_000) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
        void Named(MeterId meter)
        {
            if (book.Find(meter) is { Stage: MeterStage.Expected } life && (registry.EntryOf(life.Meter) is { Heard: > 0 } || (!life.MBus.IsNone && registry.EntryOf(life.MBus) is { Heard: > 0 })))
            {
                came.Writer.TryWrite(meter); // it was heard before anybody named it
            }
        }

        book.Changed += Named;
        reach.Follow(change =>
        {
            if (change.IsReached)
            {
                came.Writer.TryWrite(change.Meter);
            }
        });
        var hearing = HearAsync(came.Writer, stop);
        try
        {
            while (await came.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
            {
                var meters = new HashSet<MeterId>();
                while (came.Reader.TryRead(out var meter))
                {
                    meters.Add(meter);
                }

                await WriteAsync(meters, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            book.Changed -= Named;
            await hearing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task HearAsync(ChannelWriter<MeterId> came, CancellationToken stop)
    {
        await foreach (var meter in registry.ChangesAsync(stop).ConfigureAwait(false))
        {
            if (registry.EntryOf(meter) is { Heard: > 0 })
            {
                came.TryWrite(meter);
            }
        }
    }

    private async Task WriteAsync(HashSet<MeterId> meters, CancellationToken stop)
    {
        try
        {
            await book.ChangeAsync(
                () => new MeterLifeChange(
                    [.. meters.Select(book.Find).OfType<MeterLifeRecord>().Where(life => life.Stage == MeterStage.Expected).DistinctBy(life => life.Meter)
                        .Select(life => life with { Stage = MeterStage.Joined, JoinedAt = time.Now.Utc })], []), stop).ConfigureAwait(false);
        }
        catch (StorageFaultException e)
        {
            log.NotStored(e.Message); // each is told again when it joins again or the service starts
        }
    }
}
