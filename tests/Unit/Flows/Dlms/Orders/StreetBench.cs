using Metering;
using Metering.Driver;
using Metering.Orders;
using Microsoft.Extensions.Time.Testing;
using Simulation.Dlms;
using Simulation.Plc.Medium;
using Substation;
using Substation.Box;
using Substation.Street;

namespace Unit.Flows.Dlms.Orders;

/// <summary>Orders to meters behind an emulated modem on a simulated power line, on fake time.</summary>
internal sealed class StreetBench : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromHours(3);
    private readonly FakeTimeProvider _clock = new(Start);
    private readonly CancellationTokenSource _stop = new();
    private readonly PlcStreet _street;
    private readonly IMeterDriver _driver;
    private readonly HashSet<string> _reachable = [];
    private readonly Task _running;

    internal StreetBench(string network, Func<StreetPlan, StreetPlan>? change = null)
    {
        var line = PowerLinePlan.Quiet with { Nodes = 3, Levels = [1.0], Phy = network == "g3" ? PlcPhy.G3Dbpsk : PlcPhy.PrimeDbpsk };
        var plan = new StreetPlan(network, line, 5);
        _street = new PlcStreet(change?.Invoke(plan) ?? plan, _clock);
        _driver = _street.Driver("plc0", new MemoryCounters(), new BoxClock(_clock), _clock, new FreshMemory());
        _running = Task.Run(RunAsync);
    }

    /// <summary>The driver of the street's modem.</summary>
    internal IMeterDriver Driver => _driver;

    /// <summary>Its time.</summary>
    internal TimeProvider Clock => _clock;

    /// <summary>The meters of the street.</summary>
    internal IReadOnlyList<DlmsMeter> Meters => [.. _street.Meters.Values];

    /// <summary>Lets the time pass until every meter can be asked.</summary>
    internal async Task JoinedAsync()
    {
        var all = Meters.Select(meter => meter.Name).ToArray();
        await UntilAsync(
            () =>
            {
                lock (_reachable)
                {
                    return _reachable.IsSupersetOf(all);
                }
            },
            "every meter joins");
    }

    /// <summary>Executes an order; gives its final step.</summary>
    internal async Task<OrderStep> OrderAsync(DlmsMeter meter, OrderKind kind, byte[] payload)
    {
        var executing = Task.Run(() => StepsAsync(new MeterOrder($"order-{kind}", kind, MeterId.Parse(meter.Name), payload)));
        await UntilAsync(() => executing.IsCompleted, $"{kind} ends");
        return (await executing)[^1];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await UntilAsync(() => _running.IsCompleted, "the driver ends");
        await _driver.DisposeAsync();
        _street.Dispose();
        _stop.Dispose();
    }

    /// <summary>Lets the time pass until something holds.</summary>
    internal async Task UntilAsync(Func<bool> condition, string what)
    {
        var end = _clock.GetUtcNow() + Longest;
        for (var idle = 0; !condition();)
        {
            await Patience.SettledAsync();
            idle = ThreadPool.PendingWorkItemCount == 0 ? idle + 1 : 0;
            if (idle >= 2)
            {
                _clock.Advance(Step);
                idle = 0;
            }

            Assert.True(_clock.GetUtcNow() < end, what);
        }
    }

    private async Task<List<OrderStep>> StepsAsync(MeterOrder order)
    {
        var steps = new List<OrderStep>();
        await foreach (var step in _driver.ExecuteAsync(order, _stop.Token).ConfigureAwait(false))
        {
            steps.Add(step);
        }

        return steps;
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var told in _driver.RunAsync(_stop.Token).ConfigureAwait(false))
            {
                lock (_reachable)
                {
                    _ = told switch
                    {
                        DriverEvent.Joined joined => _reachable.Add(joined.Meter.Text),
                        DriverEvent.Left left => _reachable.Remove(left.Meter.Text),
                        _ => false,
                    };
                }
            }
        }
        catch (OperationCanceledException)
        {
            // As it was told to.
        }
    }
}
