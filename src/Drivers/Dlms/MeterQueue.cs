using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Drivers.Dlms.Orders;
using Drivers.Dlms.Street;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Ledger;
using Metering.Orders;
using Protocols.Dlms.Apdu;

namespace Drivers.Dlms;

/// <summary>
/// The orders of one meter, one after another over whatever leads to it, the most urgent first; between them it lets the way go after a while. A long one gives way between two of its steps. A meter
/// that fails costs its order, never the queue.
/// </summary>
/// <param name="open">Opens the way to the meter.</param>
/// <param name="shelf">What meters of one firmware have in common, where several are read; null for a meter of its own.</param>
/// <param name="street">What the meter shares with others; null for a port of its own.</param>
internal sealed class MeterQueue(
    DlmsOptions options, Func<CancellationToken, ValueTask<IPort>> open, IKeyRing keys, ICounterStore counters, ITimeSource time, TimeProvider clock, IDriverMemory memory,
    FirmwareShelf? shelf = null, MeterStreet? street = null) : IAsyncDisposable
{
    private readonly OrderLine _line = new(clock, !options.Arbitrates);
    private readonly MeterDoor _door = new(options, keys, counters, time, clock, memory, shelf);
    private readonly PassageHold _hold = new(options.IdleAfter, clock);
    private MeterId _meter = options.Meter;
    private QueuedOrder? _running, _owner;
    private string _stands = "";

    /// <summary>How urgent what is done with the meter now is: as the most urgent that waits for it to end.</summary>
    internal WorkClass Class
    {
        get
        {
            var (running, waits) = (Volatile.Read(ref _running)?.Order.Class ?? WorkClass.Profile, options.Arbitrates ? _line.MostUrgent : WorkClass.Firmware);
            return waits < running ? waits : running;
        }
    }

    /// <summary>Orders that were begun.</summary>
    internal long Orders { get; private set; }

    /// <summary>Orders that the meter, or the way to it, failed.</summary>
    internal long Failures { get; private set; }

    /// <summary>Associations that were made.</summary>
    internal long Visits => _door.Visits;

    /// <summary>Half of the invocation counters of the meter's key are used.</summary>
    internal bool NeedsNewKey => _door.NeedsNewKey;

    /// <summary>Finds out which meter is there: it is configured, or it is asked.</summary>
    /// <exception cref="IOException">It does not say.</exception>
    internal async ValueTask<MeterId> IdentifyAsync(CancellationToken stop) => _meter = await _door.IdentifyAsync(open, stop).ConfigureAwait(false);

    /// <summary>Executes one order, when its turn comes.</summary>
    internal async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [EnumeratorCancellation] CancellationToken stop)
    {
        using var work = street?.Turns.Begin(order.Class) ?? default; // also while it waits: what is before it at its meter is sent as urgently
        var steps = Channel.CreateUnbounded<OrderStep>();
        if (!await _line.AddAsync(new QueuedOrder(order, steps.Writer, clock.GetTimestamp(), stop)).ConfigureAwait(false))
        {
            yield return new OrderStep(OrderState.Failed, Lost, null, default);
            yield break;
        }

        await foreach (var step in steps.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            yield return step;
        }
    }

    /// <summary>Works until stopped.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        await foreach (var _ in WorkAsync(stop).ConfigureAwait(false))
        {
        }
    }

    /// <summary>Works until stopped, or until nobody looks any more: then what waits fails. Tells after each order null, or what is wrong with the way to the meter.</summary>
    internal async IAsyncEnumerable<string?> WorkAsync([EnumeratorCancellation] CancellationToken stop)
    {
        try
        {
            while (true)
            {
                if (!await NextJobAsync(stop).ConfigureAwait(false))
                {
                    _hold.End();
                    await _door.LetGoAsync().ConfigureAwait(false);
                    continue;
                }

                while (_line.Take() is { } job)
                {
                    yield return await RunAsync(job, stop).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends it: what waits fails, what is open is released.</summary>
    internal async ValueTask CloseAsync()
    {
        foreach (var left in _line.End())
        {
            Finish(left, OrderState.Failed, Lost);
        }

        await _door.LetGoAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private string Lost => $"the link to {options.Port} was lost";

    /// <summary>True where there is work; false where there was none for so long that the way had better be let go.</summary>
    private async ValueTask<bool> NextJobAsync(CancellationToken stop)
    {
        if (!_door.IsOpen)
        {
            return await _line.WaitAsync(stop).ConfigureAwait(false);
        }

        using var idle = new CancellationTokenSource(options.IdleAfter, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, idle.Token);
        try
        {
            return await _line.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Runs one order; gives null, or what is wrong with the way to the meter.</summary>
    private async ValueTask<string?> RunAsync(QueuedOrder job, CancellationToken stop)
    {
        var kind = OrderTable.Find(job.Order.Kind)!;
        var (before, owner) = (_running, _owner);
        (_running, _owner) = (job, kind.OwnsMeter ? job : owner);
        try
        {
            return await RunAsync(job, kind, stop).ConfigureAwait(false);
        }
        finally
        {
            (_running, _owner) = (before, owner);
        }
    }

    private async ValueTask<string?> RunAsync(QueuedOrder job, IOrderKind kind, CancellationToken stop)
    {
        Orders++;
        var (told, isPutBack) = (false, false);
        var passed = job.Order.Kind == OrderKind.Exchange && PassThroughOrder.Is(job.Order.Payload);
        var at = new OrderMeter(_meter, options, cancel => _door.EnterAsync(open, cancel), releases => _door.CloseAsync(releases), (passage, cancel) => _door.PassageAsync(open, passage, cancel), memory, keys, time, clock) 
        {
            Change = _door.ChangeOf(_meter), Images = street?.Images, RestAsync = _line.NewsAsync,
        };
        OrderState Ended() => _door.IsUnanswered || at.IsUnproven ? OrderState.Unknown : told ? OrderState.Partial : OrderState.Failed;
        try
        {
            if (RefusalOf(job.Order, kind) is { } refusal)
            {
                Finish(job, OrderState.Refused, refusal);
                return null;
            }

            if (job.Caller.IsCancellationRequested)
            {
                Finish(job, OrderState.Cancelled, "cancelled before its turn came");
                return null;
            }

            if (Held(job.Order, passed) is { } held)
            {
                Finish(job, OrderState.Failed, held, MissReason.HeldByPassThrough);
                return null;
            }

            job.Steps.TryWrite(new OrderStep(OrderState.Running, _door.HasAssociation ? $"{_meter} is associated" : $"associating with {_meter}", null, default));
            using var endless = new CancellationTokenSource(options.StepWithin, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, endless.Token);
            await foreach (var step in kind.ExecuteAsync(job.Order, at, either.Token).ConfigureAwait(false))
            {
                endless.CancelAfter(options.StepWithin);
                told |= step.Told is not null;
                if (passed && ApduTurns.IsEnd(step.Answer.Span))
                {
                    _door.PassageReleased();
                    _hold.End();
                }

                job.Steps.TryWrite(step.State == OrderState.Running ? step : step with { Firmware = _door.Firmware });
                if (step.State != OrderState.Running)
                {
                    break;
                }

                if (job.Caller.IsCancellationRequested)
                {
                    Finish(job, at.IsUnproven ? OrderState.Unknown : told ? OrderState.Partial : OrderState.Cancelled, $"cancelled after: {step.Sentence}", before: at.Before);
                    return null;
                }

                if (!kind.LetsOthersPass)
                {
                    continue;
                }

                (_stands, var visits) = (kind.OwnsMeter ? step.Sentence : _stands, _door.Visits);
                endless.CancelAfter(Timeout.InfiniteTimeSpan);
                if (kind.OwnsMeter && _line.Take(kind.EndsOwner) is { } ending)
                {
                    Finish(job, OrderState.Cancelled, $"given up by order {ending.Order.Id} after: {step.Sentence}", before: at.Before);
                    return await RunAsync(ending, stop).ConfigureAwait(false);
                }

                await LetOthersPassAsync(job, stop).ConfigureAwait(false);
                endless.CancelAfter(options.StepWithin);
                if (!kind.OwnsMeter && (!_door.HasAssociation || _door.Visits != visits))
                {
                    // What went before ended the association, and with it what this one was about to ask.
                    isPutBack = job.Order.Class <= WorkClass.OnDemand;
                    _ = isPutBack ? PutBack(job) : Finish(job, OrderState.Partial, $"gave way to an order more urgent after: {step.Sentence}", MissReason.NotYet);
                    return null;
                }
            }

            if (passed && PassThroughOrder.Parse(job.Order.Payload) is { Ends: true } end && _hold.IsOf(end.Holder))
            {
                _hold.End();
                await _door.LetGoAsync().ConfigureAwait(false);
            }

            await KeepAsync(stop).ConfigureAwait(false);
            job.Steps.TryComplete();
            return null;
        }
        catch (MeterRefusalException e)
        {
            Failures++;
            Finish(job, Ended(), e.Message, e.Why, at.Before);
            await _door.LetGoAsync().ConfigureAwait(false); // the next order begins with an association of its own
            return null;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Failures++;
            Finish(job, Ended(), $"{_meter} gave nothing for {options.StepWithin.TotalMinutes:F0} min, though it answered: the order is ended", MissReason.TooSlow, at.Before);
            await _door.LetGoAsync().ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidDataException)
        {
            Failures++;
            Finish(job, Ended(), e.Message, WhyOf(e), at.Before);
            await _door.LetGoAsync().ConfigureAwait(false);
            return passed && e is TimeoutException ? null : e.Message; // what somebody else says may be no question: the way to the meter is not doubted for it
        }
        finally
        {
            // Whatever ends it in the middle of an order (a stop, a storage that fails): who waits for the order hears of it. An order that is finished stays as it is.
            _ = isPutBack || Finish(job, Ended(), Lost, before: at.Before);
        }
    }

    private MissReason WhyOf(Exception failure) => failure is not TimeoutException ? MissReason.NoAnswer
        : _door.IsUnreadable ? MissReason.Refused : _door.HasAnswered ? MissReason.TooSlow : MissReason.NoAnswer;

    /// <summary>What was learned of the meter is worth little beside what it told: a fault of the storage costs reading it once more.</summary>
    private async ValueTask KeepAsync(CancellationToken stop)
    {
        try
        {
            await _door.KeepAsync(stop).ConfigureAwait(false);
        }
        catch (StorageFaultException)
        {
            // The ledger says it itself.
        }
    }

    /// <summary>Why an order has to wait for a head-end that speaks with the meter; null where it has not. What is passed through begins or prolongs that.</summary>
    private string? Held(MeterOrder order, bool passed)
    {
        var passage = passed ? PassThroughOrder.Parse(order.Payload) : null;
        var refusal = passage is { Ends: true } ? null : _hold.Refusal(order, passage?.Holder);
        if (refusal is null && passage is { Ends: false })
        {
            _hold.Take(passage.Holder);
        }

        return refusal;
    }

    /// <summary>Why an order is not even tried; null where it is.</summary>
    private string? RefusalOf(MeterOrder order, IOrderKind kind)
    {
        if (order.Meter != _meter)
        {
            return $"{options.Port} leads to {_meter}, not to {order.Meter}";
        }

        try
        {
            return kind.Refusal(order);
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException)
        {
            return $"the order's payload is none of kind {order.Kind}: {e.Message}";
        }
    }

    /// <summary>Runs what waits and is more urgent, and waits for a head-end that speaks with the meter by now. What the owner of the meter cannot bear beside it is told to wait.</summary>
    private async ValueTask LetOthersPassAsync(QueuedOrder running, CancellationToken stop)
    {
        while (true)
        {
            while (_owner is not null && _line.Take(job => !MayPassOwner(job)) is { } other)
            {
                Finish(other, OrderState.Failed, $"{_meter} takes an image under order {_owner.Order.Id} ({_stands}): what changes the meter waits until that is through", MissReason.NotYet);
            }

            if (_line.Take(job => job.Order.Class < running.Order.Class) is { } next)
            {
                await RunAsync(next, stop).ConfigureAwait(false);
            }
            else if (_hold.Refusal(running.Order, null) is not null)
            {
                await _line.NewsAsync(options.IdleAfter / 4, stop).ConfigureAwait(false);
            }
            else
            {
                return;
            }
        }
    }

    private static bool MayPassOwner(QueuedOrder job) => OrderTable.Find(job.Order.Kind) is { } kind && (kind.PassesOwner || kind.EndsOwner(job));

    private bool PutBack(QueuedOrder job)
    {
        _line.PutBack(job);
        return true;
    }

    private static bool Finish(QueuedOrder job, OrderState state, string sentence, MissReason why = MissReason.None, string? before = null)
    {
        sentence = state == OrderState.Unknown ? $"{sentence}; what was sent may have been done: it must be read back" : sentence;
        job.Steps.TryWrite(new OrderStep(state, sentence, null, default) { Why = why, Before = before });
        return job.Steps.TryComplete();
    }
}
