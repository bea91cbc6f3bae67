using System.Collections.Concurrent;
using Concentrator.Ports;
using Metering;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Authorization;
using Metering.Orders.Records;

namespace Concentrator.Orders;

/// <summary>
/// Carries out what stands in the book: of every order that may begin each meter, the most urgent first, so many at once. Before a meter is touched it is written down that it will be; what a
/// crash leaves in that state is repeated, read back or left for a person, as its verb says.
/// </summary>
internal sealed class OrderRunner(OrderBook book, BoxOrders box, IOrderDesk desk, ITimeSource time, TimeProvider clock, ILogger log, KeyOpening? opening = null, ImageDesk? images = null)
{
    /// <summary>Meters worked at once for orders, beside the collection; breakers find a place whatever else is under way, and so does what people wait for beside images, of which many hear one word.</summary>
    private const int MostAtOnce = 24, MostBreakers = 8, MostFirmware = 256;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5), FirstWait = TimeSpan.FromSeconds(20), LongestWait = TimeSpan.FromMinutes(10), ProgressEvery = TimeSpan.FromSeconds(10);
    private readonly Dictionary<(string Order, MeterId Meter), Task> _underWay = [];
    private readonly Dictionary<(string Order, MeterId Meter), (long At, TimeSpan Wait)> _resting = [];
    private readonly Dictionary<string, long> _told = [];
    private readonly ConcurrentQueue<MeterId> _back = new();

    /// <summary>A meter is there, or there again: its orders rest no longer.</summary>
    internal void Reached(MeterId meter)
    {
        _back.Enqueue(meter);
        book.Wake();
    }

    /// <summary>Works until stopped.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        await SettleWhatACrashLeftAsync(stop).ConfigureAwait(false);
        try
        {
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                await GuardedAsync(stop).ConfigureAwait(false);
                await WaitAsync(stop).ConfigureAwait(false);
            }
        }
        finally
        {
            await Task.WhenAll(_underWay.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A disk that does not take what is written stops no loop: nothing is begun that was not written down.</summary>
    private async Task GuardedAsync(CancellationToken stop)
    {
        try
        {
            await LookAsync(stop).ConfigureAwait(false);
        }
        catch (StorageFaultException e)
        {
            log.OrdersHeld(e.Message);
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        foreach (var done in _underWay.Where(entry => entry.Value.IsCompleted).ToList())
        {
            _underWay.Remove(done.Key);
            await done.Value.ConfigureAwait(false);
        }

        while (_back.TryDequeue(out var meter))
        {
            foreach (var key in _resting.Keys.Where(key => key.Meter == meter).ToList())
            {
                _resting[key] = (0, TimeSpan.Zero);
            }
        }

        foreach (var order in book.All.Where(order => !order.IsOver && !IsGivenUp(order)).OrderBy(order => order.Verb.Priority).ThenBy(order => order.Opened.At))
        {
            await LookAtAsync(order, stop).ConfigureAwait(false);
        }
    }

    /// <summary>It might be repeated, but its time is over.</summary>
    private bool IsGivenUp(OrderEntry order) => order.State == OrderState.Unknown && order.Verb.AfterUnknown == AfterUnknown.Repeat && time.Now.Utc >= order.Request.ExpiresAt;

    private async Task LookAtAsync(OrderEntry order, CancellationToken stop)
    {
        var now = time.Now.Utc;
        var waits = order.Image is { } image ? images?.Waiting(image) : null;
        if (now >= order.Request.ExpiresAt)
        {
            await ExpireAsync(order, stop).ConfigureAwait(false);
        }
        else if (order.WaitsForApproval || now < order.Request.NotBefore)
        {
            return;
        }
        else if (order.Verb.Kind is null)
        {
            var (state, sentence) = await box.ExecuteAsync(order, stop).ConfigureAwait(false);
            await MoveAsync(order, state, "", sentence, stop).ConfigureAwait(false);
            return;
        }
        else if (waits is { } waiting)
        {
            await TellWaitingAsync(order, waiting.Sentence, stop).ConfigureAwait(false);
        }
        else if (order.State == OrderState.Accepted && order.Meters.Values.Any(meter => meter.State == OrderState.Accepted))
        {
            await MoveAsync(order, OrderState.Running, "", "", stop).ConfigureAwait(false);
        }

        foreach (var meter in order.Meters.Where(entry => !entry.Value.IsThrough).Select(entry => entry.Key).ToList())
        {
            if (waits is null && MayBegin(order, meter))
            {
                _underWay[(order.Request.Id, meter)] = new OrderWork(book, desk, clock, log, opening, images).RunAsync(order, meter, stop);
            }
        }

        await SumAsync(order, stop).ConfigureAwait(false);
    }

    private bool MayBegin(OrderEntry order, MeterId meter)
    {
        var key = (order.Request.Id, meter);
        if (_underWay.ContainsKey(key) || order.Meters[meter] is not { State: OrderState.Accepted or OrderState.Unknown } state || time.Now.Utc >= order.Request.ExpiresAt && state.State == OrderState.Accepted)
        {
            return false;
        }

        if (state.State == OrderState.Unknown && order.Verb.AfterUnknown == AfterUnknown.Stay)
        {
            return false;
        }

        if (state.Code.Length > 0) // it was tried: it rests a while
        {
            if (!_resting.TryGetValue(key, out var rest))
            {
                rest = _resting[key] = (clock.GetTimestamp(), FirstWait);
            }

            if (clock.GetElapsedTime(rest.At) < rest.Wait)
            {
                return false;
            }

            _resting[key] = (clock.GetTimestamp(), rest.Wait == TimeSpan.Zero ? FirstWait : rest.Wait * 2 < LongestWait ? rest.Wait * 2 : LongestWait);
        }

        OrderPriority[] others = [.. _underWay.Keys.Where(one => one.Meter == meter).Select(PriorityOf).OfType<OrderPriority>()];
        var passes = others.All(other => order.Verb.Priority < other) || (others.All(other => other == OrderPriority.Firmware) && order.GivesUpImage); // what is more urgent passes at the meter
        return passes && HasPlace(order.Verb.Priority);
    }

    private bool HasPlace(OrderPriority priority)
    {
        var firmwares = _underWay.Keys.Count(one => PriorityOf(one) == OrderPriority.Firmware);
        return priority switch
        {
            OrderPriority.Firmware => firmwares < MostFirmware,
            OrderPriority.Breaker => _underWay.Count - firmwares < MostAtOnce + MostBreakers,
            _ => _underWay.Count - firmwares < MostAtOnce,
        };
    }

    private OrderPriority? PriorityOf((string Order, MeterId Meter) one) => book.Find(one.Order)?.Verb.Priority;

    /// <summary>What has not begun is over; what is under way ends by itself.</summary>
    private async Task ExpireAsync(OrderEntry order, CancellationToken stop)
    {
        if (order.WaitsForApproval || order.Verb.Kind is null)
        {
            await MoveAsync(order, OrderState.Expired, "expired", order.WaitsForApproval ? "nobody approved it in time" : "its time was over before it began", stop).ConfigureAwait(false);
            return;
        }

        foreach (var (meter, state) in order.Meters.Where(entry => entry.Value.State == OrderState.Accepted && !_underWay.ContainsKey((order.Request.Id, entry.Key))).ToList())
        {
            var waits = order.Image is { } image ? images?.Waiting(image) : null;
            var last = state.Sentence.Length > 0 ? state.Sentence : waits?.Sentence;
            var sentence = last is null ? "its time is over, and it never came to it" : $"its time is over; last: {last}";
            await book.MoveAsync(
                order, new OrderMoved(order.Request.Id, meter, OrderState.Expired, state.Code.Length > 0 ? state.Code : waits?.Code ?? "expired", sentence, null), isTold: true, stop).ConfigureAwait(false);
        }
    }

    /// <summary>It is told what an order waits for when that changes, and not more often than progress is.</summary>
    private async Task TellWaitingAsync(OrderEntry order, string sentence, CancellationToken stop)
    {
        if (order.Sentence == sentence || (_told.TryGetValue(order.Request.Id, out var at) && clock.GetElapsedTime(at) < ProgressEvery))
        {
            return;
        }

        _told[order.Request.Id] = clock.GetTimestamp();
        await MoveAsync(order, order.State, "", sentence, stop).ConfigureAwait(false);
    }

    private async Task SumAsync(OrderEntry order, CancellationToken stop)
    {
        if (order.IsOver || order.Verb.Kind is null)
        {
            return;
        }

        var open = order.Meters.Values.Count(meter => meter.State is OrderState.Accepted or OrderState.Running);
        if (open == 0)
        {
            var sum = order.Sum();
            if (sum != order.State)
            {
                var (done, of) = (order.Meters.Values.Count(meter => meter.State == OrderState.Done), order.Meters.Count);
                var code = order.Meters.Values.Select(meter => meter.Code).FirstOrDefault(one => one.Length > 0) ?? "";
                await MoveAsync(order, sum, sum == OrderState.Done ? "" : code, of == 1 ? order.Meters.Values.First().Sentence : $"{done} of {of} done", stop).ConfigureAwait(false);
                _told.Remove(order.Request.Id);
            }
        }
        else if (order.State == OrderState.Running && order.Meters.Count > 1 && (!_told.TryGetValue(order.Request.Id, out var at) || clock.GetElapsedTime(at) >= ProgressEvery) && order.Progress.Done > 0)
        {
            _told[order.Request.Id] = clock.GetTimestamp();
            await MoveAsync(order, OrderState.Running, "", $"{order.Progress.Done} of {order.Progress.Of} through", stop).ConfigureAwait(false);
        }
    }

    private ValueTask MoveAsync(OrderEntry order, OrderState state, string code, string sentence, CancellationToken stop) =>
        book.MoveAsync(order, new OrderMoved(order.Request.Id, default, state, code, sentence, null) { Progress = order.Progress }, isTold: true, stop);

    /// <summary>A meter that was being worked when the power went: nobody knows how far it came.</summary>
    private async Task SettleWhatACrashLeftAsync(CancellationToken stop)
    {
        foreach (var order in book.All.Where(order => !order.IsOver && order.Verb.Kind is not null))
        {
            foreach (var meter in order.Meters.Where(entry => !entry.Value.IsThrough).Select(entry => entry.Key).ToList())
            {
                if (book.TakeTold(order, meter) is { } told)
                {
                    await book.MoveAsync(order, told, isTold: false, stop).ConfigureAwait(false);
                    continue;
                }

                if (order.Meters[meter].State != OrderState.Running)
                {
                    continue;
                }

                var repeats = order.Verb.AfterUnknown == AfterUnknown.Repeat;
                await book.MoveAsync(
                    order,
                    repeats ? new OrderMoved(order.Request.Id, meter, OrderState.Accepted, "", "begun before the box was started again: once more", null)
                        : new OrderMoved(order.Request.Id, meter, OrderState.Unknown, "unknown", "the box was started again while it was under way: nobody knows whether the meter did it", null),
                    isTold: !repeats, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task WaitAsync(CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Look, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            await book.News.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Times pass: something may be due.
        }
    }
}
