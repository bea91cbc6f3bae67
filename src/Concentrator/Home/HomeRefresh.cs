using System.Globalization;
using Concentrator.Ports;
using Metering;
using Metering.Orders;

namespace Concentrator.Home;

/// <summary>
/// Asks the meters that consumers look at, so that nothing they see is older than it may be: those that have a line of their own. Who speaks by itself is waited for, and a power line that a
/// thousand share is not asked for one display. What is read goes to the display and is not stored.
/// </summary>
/// <param name="isAsked">True for a meter that can be asked now and whose line costs nobody else anything.</param>
internal sealed class HomeRefresh(HomeOptions options, HomeFeed feed, IOrderDesk desk, Func<MeterId, bool> isAsked, TimeProvider clock)
{
    private long _orders;

    /// <summary>Asks until stopped.</summary>
    internal Task RunAsync(CancellationToken stop) => Task.WhenAll(options.Consumers
        .SelectMany(consumer => consumer.Meters.Select(meter => (meter, consumer.Refresh))).GroupBy(one => one.meter, one => one.Refresh)
        .Select(meter => KeepAsync(meter.Key, meter.Min(), stop)));

    private async Task KeepAsync(MeterId meter, TimeSpan refresh, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(refresh / 2, clock); // an answer takes its time too
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if (isAsked(meter) && !(feed.AgeOf(meter) < refresh / 4)) // a task may have just read it
            {
                await AskAsync(meter, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task AskAsync(MeterId meter, CancellationToken stop)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"own-home-{clock.GetUtcNow().UtcTicks:x}-{Interlocked.Increment(ref _orders)}");
        var order = new MeterOrder(id, OrderKind.Read, meter, new ReadOrder("registers", null, null, "home").ToPayload()) { Class = WorkClass.Profile, Use = ReadingUse.Shown };
        await foreach (var _ in desk.ExecuteAsync(order, stop).ConfigureAwait(false))
        {
            // What it tells has gone its way; what failed shows by its age.
        }
    }
}
