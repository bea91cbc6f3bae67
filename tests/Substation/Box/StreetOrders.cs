using System.Globalization;
using Concentrator.Orders;
using Metering;
using Metering.Ledger;
using Metering.Orders.Authorization;
using Metering.Orders.Records;
using Microsoft.Extensions.Logging.Abstractions;

namespace Substation.Box;

/// <summary>The product's book of orders and what carries them out, over a box; the door in front of it is passed by.</summary>
internal sealed class StreetOrders : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly OrderBook _book;
    private readonly OrderRunner _runner;
    private readonly VirtualBox _box;
    private Task _running = Task.CompletedTask;
    private int _given;

    internal StreetOrders(VirtualBox box, TimeProvider clock)
    {
        _box = box;
        _book = new OrderBook(new MemoryLedger(), box.Time, clock);
        var doors = new BoxDoors((_, _, _) => false, (_, _, _) => new("not here"), (_, _, _) => new("not here"));
        _runner = new OrderRunner(_book, new BoxOrders(_book, doors), box.Desk, box.Time, clock, NullLogger.Instance);
    }

    internal void Start()
    {
        _box.Reach.Follow(change =>
        {
            if (change.IsReached)
            {
                _runner.Reached(change.Meter);
            }
        });
        _running = _runner.RunAsync(_stop.Token);
    }

    /// <summary>Gives an order as the head-end would, its signature believed.</summary>
    internal async Task<OrderEntry> GiveAsync(string verb, IReadOnlyList<MeterId> meters, string arguments, DateTime expires)
    {
        var (id, now) = (string.Create(CultureInfo.InvariantCulture, $"order-{++_given}"), _box.Time.Now);
        var request = new OrderRequest(id, verb, now.Utc!.Value, null, expires, id, meters, arguments, new OrderIssuer("head-end", new HashSet<Role> { Role.HeadEnd }, "main"));
        return await _book.OpenAsync(new OrderOpened(request, now.Utc, new byte[32], false), new NewRecord(RecordType.Audit, RecordClass.None, now, new byte[1]), CancellationToken.None).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
