using System.Threading.Channels;
using Concentrator.Ports;
using Metering;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Authorization;
using Metering.Orders.Records;

namespace Concentrator.Orders;

/// <summary>
/// Every order the box took, in the books: written down before it is acknowledged, and each step after it. What the head-end is to hear is written beside it, first: a crash in between tells
/// something twice, and loses nothing.
/// </summary>
internal sealed class OrderBook(ILedger ledger, ITimeSource time, TimeProvider clock)
{
    /// <summary>An order that is over is kept so long: its id and nonce are known, and its result can be asked for.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(31);

    /// <summary>Records that may stand behind a result that was told, before the power went: a second of the busiest air, and a slow disk.</summary>
    private const ulong MostBehind = 20_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Order, MeterId Meter), OrderMoved> _told = [];
    private readonly Dictionary<string, OrderEntry> _orders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _nonces = new(StringComparer.Ordinal);
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Something is to be looked at.</summary>
    internal ChannelReader<bool> News => _news.Reader;

    internal IReadOnlyList<OrderEntry> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _orders.Values];
            }
        }
    }

    internal OrderEntry? Find(string id)
    {
        lock (_lock)
        {
            return _orders.GetValueOrDefault(id);
        }
    }

    internal bool IsNonceUsed(string nonce)
    {
        lock (_lock)
        {
            return _nonces.Contains(nonce);
        }
    }

    /// <summary>The orders that an issuer gave for the same thing and that were not taken back, the one that was written last first.</summary>
    internal IReadOnlyList<OrderEntry> SameOf(string? subject, OrderIssuer issuer) => subject is null ? [] :
    [
        .. All.Where(order => order.State != OrderState.Cancelled && (order.Request.Issuer.KeyId ?? order.Request.Issuer.Name) == (issuer.KeyId ?? issuer.Name) && order.Subject == subject)
            .OrderByDescending(order => order.Request.IssuedAt),
    ];

    /// <summary>Meters whose supply was ordered to be switched within the last hour.</summary>
    internal int SuppliesSwitched()
    {
        var now = time.Now.Utc;
        var hour = TimeSpan.FromHours(1);
        return All.Where(order => order.Verb.Switches(order.Request) && order.State != OrderState.Refused
            && (order.Taken > 0 ? clock.GetElapsedTime(order.Taken) < hour : now is null || order.Opened.At is not { } at || now - at < hour)).Sum(order => order.Request.Meters.Count);
    }

    /// <summary>Orders that name an image and may still want it.</summary>
    internal IReadOnlyList<OrderEntry> OpenWithImages() =>
        [.. All.Where(order => order.Image is not null && !order.IsOver && !(order.State == OrderState.Unknown && time.Now.Utc >= order.Request.ExpiresAt))];

    /// <summary>The image of a hash, where an open order names it; null for none.</summary>
    internal OrderedImage? OpenImage(string sha256) => OpenWithImages().FirstOrDefault(order => order.Image!.Sha256 == sha256)?.Image;

    /// <summary>Writes an order down; it is ours when this returns.</summary>
    /// <exception cref="StorageFaultException">It is not.</exception>
    internal async ValueTask<OrderEntry> OpenAsync(OrderOpened opened, NewRecord audit, CancellationToken stop)
    {
        var (entry, now) = (new OrderEntry(opened, clock.GetTimestamp()), time.Now);
        var told = new OrderMoved(opened.Request.Id, default, entry.State, "", entry.Sentence, now.Utc)
        {
            Progress = entry.Progress, ResponseTopic = opened.ResponseTopic, Correlation = opened.Correlation,
        };
        await ledger.AppendAsync([opened.ToRecord(now), audit], Urgency.Order, stop).ConfigureAwait(false);
        lock (_lock)
        {
            Forget();
            _orders[opened.Request.Id] = entry;
            _nonces.Add(opened.Request.Nonce);
        }

        await ledger.AppendAsync([told.ToNews(now)], Urgency.Order, stop).ConfigureAwait(false);
        Wake();
        return entry;
    }

    /// <summary>Writes a step down: first for the head-end, then in the book.</summary>
    /// <param name="isTold">The head-end hears of it.</param>
    internal async ValueTask MoveAsync(OrderEntry entry, OrderMoved moved, bool isTold, CancellationToken stop, params NewRecord[] beside)
    {
        var now = time.Now;
        moved = moved with { At = now.Utc };
        if (isTold)
        {
            await ledger.AppendAsync([(moved with { ResponseTopic = entry.Opened.ResponseTopic, Correlation = entry.Opened.Correlation }).ToNews(now)], Urgency.Order, stop).ConfigureAwait(false);
        }

        await ledger.AppendAsync([moved.ToRecord(now), .. beside], Urgency.Order, stop).ConfigureAwait(false);
        lock (_lock)
        {
            entry.Move(moved);
        }

        Wake();
    }

    /// <summary>Tells the head-end something that stands in no book: that an order was refused, or how one stands that was sent again.</summary>
    internal async ValueTask TellAsync(OrderMoved news, CancellationToken stop, params NewRecord[] beside)
    {
        var now = time.Now;
        await ledger.AppendAsync([(news with { At = now.Utc }).ToNews(now), .. beside], Urgency.Order, stop).ConfigureAwait(false);
    }

    /// <summary>Takes a record of the books at start.</summary>
    internal void Replay(StoredRecord record)
    {
        var (opened, moved) = OrderMoved.Parse(record.Payload);
        if (opened is not null && OrderVerbs.Find(opened.Request.Verb) is not null)
        {
            _orders[opened.Request.Id] = new OrderEntry(opened, 0);
            _nonces.Add(opened.Request.Nonce);
        }
        else if (moved is not null)
        {
            _orders.GetValueOrDefault(moved.OrderId)?.Move(moved);
        }
    }

    /// <summary>Looks at start for results that were told to the head-end, or will be, and did not come into the books before the power went: they hold.</summary>
    internal void ReplayTold(ILedgerReader reader)
    {
        var last = _orders.Values.Any(order => !order.IsOver) ? reader.DurableSequence : 0;
        foreach (var record in reader.Walk(last > MostBehind ? last - MostBehind : 1, last, RecordClass.Order).Where(record => record.Type == RecordType.OrderNews))
        {
            var news = OrderMoved.ParseNews(record.Payload);
            if (!news.Meter.IsNone && OrderStates.IsFinal(news.State))
            {
                _told[(news.OrderId, news.Meter)] = news;
            }
        }
    }

    /// <summary>The result of a meter that was told before it came into the books; null for none. Asked once.</summary>
    internal OrderMoved? TakeTold(OrderEntry order, MeterId meter) => _told.Remove((order.Request.Id, meter), out var told) ? told : null;

    /// <summary>Every order that is kept, for a new books segment.</summary>
    internal IEnumerable<NewRecord> LiveState()
    {
        lock (_lock)
        {
            Forget();
            var now = time.Now;
            return [.. _orders.Values.SelectMany(order => (NewRecord[])[order.Opened.ToRecord(now), .. order.Moves().Select(move => move.ToRecord(now))])];
        }
    }

    internal void Wake() => _news.Writer.TryWrite(true);

    private void Forget()
    {
        if (time.Now.Utc is not { } now)
        {
            return;
        }

        foreach (var order in _orders.Values.Where(order => (order.IsOver || order.State == OrderState.Unknown) && now - Later(order.ChangedAt, order.Request.ExpiresAt) > Kept).ToList())
        {
            _orders.Remove(order.Request.Id);
            _nonces.Remove(order.Request.Nonce);
        }
    }

    private static DateTime Later(DateTime? one, DateTime other) => one > other ? one.Value : other;
}
