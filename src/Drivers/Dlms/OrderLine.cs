using System.Threading.Channels;
using Metering.Orders;

namespace Drivers.Dlms;

/// <summary>The orders that wait for one meter: the most urgent first, within a class who came first. Who waited long goes before everybody, so that nothing waits for ever.</summary>
internal sealed class OrderLine(TimeProvider clock, bool isFirstComeFirstServed)
{
    private const int Most = 256;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly Channel<QueuedOrder> _coming = Channel.CreateBounded<QueuedOrder>(Most);
    private readonly List<QueuedOrder> _waiting = [];
    private readonly int[] _classes = new int[(int)WorkClass.Firmware + 1];

    /// <summary>The class of the most urgent of them; the last where nobody waits.</summary>
    internal WorkClass MostUrgent
    {
        get
        {
            var most = Array.FindIndex(_classes, static count => count > 0); // a look, no promise
            return most < 0 ? WorkClass.Firmware : (WorkClass)most;
        }
    }

    /// <summary>Takes an order; false where nobody takes orders any more.</summary>
    internal async ValueTask<bool> AddAsync(QueuedOrder order)
    {
        while (await _coming.Writer.WaitToWriteAsync(order.Caller).ConfigureAwait(false))
        {
            Interlocked.Increment(ref _classes[(int)order.Order.Class]);
            if (_coming.Writer.TryWrite(order))
            {
                return true;
            }

            Interlocked.Decrement(ref _classes[(int)order.Order.Class]);
        }

        return false;
    }

    /// <summary>Waits until somebody is there; false where nobody will come any more.</summary>
    internal ValueTask<bool> WaitAsync(CancellationToken stop) => _waiting.Count > 0 ? new(true) : _coming.Reader.WaitToReadAsync(stop);

    /// <summary>Waits until somebody comes who was not there before, at the longest so long.</summary>
    internal async ValueTask NewsAsync(TimeSpan within, CancellationToken stop)
    {
        if (within <= TimeSpan.Zero)
        {
            return;
        }

        using var late = new CancellationTokenSource(WholeMilliseconds.Of(within), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            await _coming.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Nobody came.
        }
    }

    /// <summary>The next; null for none.</summary>
    internal QueuedOrder? Take()
    {
        Gather();
        var at = _waiting.Count == 0 ? -1 : 0;
        for (var i = 1; i < _waiting.Count && !isFirstComeFirstServed && clock.GetElapsedTime(_waiting[0].Since) < Patience; i++)
        {
            at = _waiting[i].Order.Class < _waiting[at].Order.Class ? i : at;
        }

        return at < 0 ? null : TakeAt(at);
    }

    /// <summary>The most urgent of those that are wanted; null for none.</summary>
    internal QueuedOrder? Take(Func<QueuedOrder, bool> isWanted)
    {
        Gather();
        var at = -1;
        for (var i = 0; i < _waiting.Count && !isFirstComeFirstServed; i++)
        {
            at = (at < 0 || _waiting[i].Order.Class < _waiting[at].Order.Class) && isWanted(_waiting[i]) ? i : at;
        }

        return at < 0 ? null : TakeAt(at);
    }

    /// <summary>Somebody waits who is like this.</summary>
    internal bool Has(Func<QueuedOrder, bool> isLikeThis)
    {
        Gather();
        return _waiting.Exists(order => isLikeThis(order));
    }

    /// <summary>An order that was begun begins anew: nobody is before it but who is more urgent.</summary>
    internal void PutBack(QueuedOrder order)
    {
        Interlocked.Increment(ref _classes[(int)order.Order.Class]);
        _waiting.Insert(0, order);
    }

    /// <summary>Nobody takes orders any more; gives those that wait.</summary>
    internal IReadOnlyList<QueuedOrder> End()
    {
        _coming.Writer.TryComplete(); // first: what came after the last look would wait for ever
        Gather(int.MaxValue);
        QueuedOrder[] left = [.. _waiting];
        _waiting.Clear();
        return left;
    }

    private void Gather(int most = Most)
    {
        while (_waiting.Count < most && _coming.Reader.TryRead(out var order))
        {
            _waiting.Add(order);
        }
    }

    private QueuedOrder TakeAt(int at)
    {
        var order = _waiting[at];
        _waiting.RemoveAt(at);
        Interlocked.Decrement(ref _classes[(int)order.Order.Class]);
        return order;
    }
}
