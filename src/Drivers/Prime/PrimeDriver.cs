using System.Runtime.CompilerServices;
using Drivers.Dlms;
using Drivers.Dlms.Orders;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;

namespace Drivers.Prime;

/// <summary>
/// Drives a PRIME base node modem: keeps the table of its nodes by what it tells, and works the orders of the meters behind them over their 4-32 connections. Nothing is polled over the air; one
/// request is outstanding towards the modem, and the exchanges of several meters above it.
/// </summary>
/// <param name="open">Opens the port.</param>
/// <param name="meters">How meters of a kind are spoken with; null for the kind the driver is configured with.</param>
/// <param name="expected">Who may join.</param>
public sealed class PrimeDriver(
    PrimeOptions options, Func<CancellationToken, ValueTask<ILink>> open, Func<string?, DlmsOptions> meters, IMeterAdmission expected, IKeyRing keys, ICounterStore counters, ITimeSource time,
    TimeProvider clock, IDriverMemory memory) : IMeterDriver
{
    private readonly PrimeParts _parts = new(options, open, meters, expected, keys, counters, time, clock, memory);

    public DriverFacts Facts { get; } = new(options.Name, "prime", "PRIME", Hears: false, OrderTable.Kinds) { MetersAtOnce = options.MetersAtOnce };

    public async IAsyncEnumerable<DriverEvent> RunAsync([EnumeratorCancellation] CancellationToken stop)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] work = [Begin(_parts.Port.RunAsync, life.Token), .. _parts.Upkeep.Loops.Select(loop => Begin(loop, life.Token))];
        Task? ended = null;
        try
        {
            while (ended is null)
            {
                await _parts.WakenedAsync(stop).ConfigureAwait(false);
                ended = Array.Find(work, task => task.IsCompleted);
                if (ended is not null)
                {
                    _parts.Network.Forget($"the modem at {options.Port} is gone");
                }

                while (_parts.TryTakeChange(out var change))
                {
                    yield return change;
                }

                foreach (var one in _parts.Drain())
                {
                    yield return one;
                }
            }
        }
        finally
        {
            await life.CancelAsync().ConfigureAwait(false);
            foreach (var task in work)
            {
                await ((Task)task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)).ConfigureAwait(false);
            }

            await _parts.EndAsync($"the link to {options.Port} was lost").ConfigureAwait(false);
        }

        await ended.ConfigureAwait(false);
    }

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [EnumeratorCancellation] CancellationToken stop)
    {
        if (!Facts.Orders.Contains(order.Kind))
        {
            yield return new OrderStep(OrderState.Refused, $"{options.Name} takes no orders of kind {order.Kind}", null, default);
            yield break;
        }

        if (_parts.Meters.Find(order.Meter, out var why) is not { } work)
        {
            yield return why!;
            yield break;
        }

        await foreach (var step in work.Queue.ExecuteAsync(order, stop).ConfigureAwait(false))
        {
            if (step.Why == MissReason.Exchanged)
            {
                _parts.Network.Doubt(order.Meter, step.Sentence);
            }

            yield return step;
        }
    }

    /// <summary>One of the loops; the driver hears of its end at once.</summary>
    private Task Begin(Func<CancellationToken, Task> loop, CancellationToken stop)
    {
        var work = loop(stop);
        _ = work.ContinueWith(_ => _parts.Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return work;
    }

    public async ValueTask DisposeAsync()
    {
        await _parts.EndAsync($"{options.Name} was stopped").ConfigureAwait(false);
        _parts.Dispose();
    }
}
