using Drivers.Dlms;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Microsoft.Extensions.Time.Testing;
using Protocols.Dlms.Client;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.Model;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>The real driver on a wire with a simulated meter, on fake time.</summary>
internal sealed class DriverBench : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<DriverEvent> _events = [];
    private readonly DlmsDriver _driver;
    private readonly Task _running;
    private readonly WatchedClock _watched;
    private IPort? _port;
    private int _orders;
    private volatile bool _isListening;

    internal DriverBench(DlmsMeterPlan plan, MeterHdlcPlan? hdlc = null, Func<DlmsMeter, MeterLink>? wire = null, string profile = "idis", DateTimeOffset? start = null,
        Func<DlmsMeter, FakeTimeProvider, IPort>? port = null, Func<DlmsOptions, DlmsOptions>? change = null, Func<string, string>? kind = null, FreshMemory? memory = null,
        MemoryCounters? counters = null, DlmsMeter? meter = null, Func<DlmsMeter, IKeyRing>? keyRing = null, TimeQuality time = TimeQuality.Synchronised, IDriverMemory? kept = null)
    {
        Memory = memory ?? new FreshMemory();
        Clock = new PatientClock(start ?? new DateTimeOffset(2026, 11, 23, 10, 7, 30, TimeSpan.Zero));
        Counters = counters ?? new MemoryCounters();
        Meter = meter ?? new DlmsMeter(plan, () => Clock.GetUtcNow().UtcDateTime);
        var association = new AssociationSettings { Client = 1, Mechanism = (AuthenticationMechanism)plan.Mechanism, Suite = plan.Suite, IsCiphered = plan.IsCiphered };
        var options = new DlmsOptions(
            "feeder", "wire", hdlc is null ? DlmsFraming.Wrapper : DlmsFraming.Hdlc, association, KindOf(profile, kind), (byte[])[.. "DCU"u8, 1, 2, 3, 4, 5])
        {
            PhysicalAddress = hdlc?.Physical ?? 0,
            Hdlc = hdlc is null ? HdlcParameters.Default : new HdlcParameters(hdlc.Longest, hdlc.Longest, hdlc.Window, hdlc.Window),
        };
        options = change?.Invoke(options) ?? options;
        options = options with { IdleAfter = options.IdleAfter + TimeSpan.FromMilliseconds(1), StepWithin = TimeSpan.FromMinutes(55) }; // endless answers are ended by their own bounds here; a time that nothing else has: the clock knows the timer by it
        Clock.Guard = options.StepWithin;
        Keys = new MeterKeyRing(Meter);
        _driver = new DlmsDriver(
            options, _ => new(_port = port?.Invoke(Meter, Clock) ?? (Wire = (wire ?? (meter => new MeterLink(meter, hdlc) { Clock = Clock }))(Meter))), keyRing?.Invoke(Meter) ?? Keys, Counters,
            Time = new FakeTime(Clock) { Quality = time }, _watched = new WatchedClock(Clock, options.IdleAfter, options.StepWithin), kept ?? Memory);
        Clock.IsBusy = IsBusy;
        _running = RunAsync();
    }

    internal PatientClock Clock { get; }

    /// <summary>The keys as the box has them.</summary>
    internal MeterKeyRing Keys { get; }

    internal IMeterDriver Driver => _driver;

    /// <summary>The box's clock.</summary>
    internal FakeTime Time { get; }

    /// <summary>Message counters of the box; they outlive a driver.</summary>
    internal MemoryCounters Counters { get; }

    /// <summary>What the driver keeps.</summary>
    internal FreshMemory Memory { get; }

    internal DlmsMeter Meter { get; }

    internal MeterLink? Wire { get; private set; }

    internal IReadOnlyList<DriverEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>The meter does what it was asked, and its answer is lost like all that follow, until the wire speaks again.</summary>
    internal void FallSilent() => Wire!.IsSilent = true;

    /// <summary>Why the driver ended; null while it runs.</summary>
    internal string? Ended { get; private set; }

    internal Task<bool> ListeningAsync() => Clock.AdvanceUntilAsync(() => Ended is not null || Events.Any(one => one is DriverEvent.LinkChanged { State: LinkState.Listening }), TimeSpan.FromMilliseconds(50));

    internal async Task<OrderStep> ReadAsync(string what, DateTime? from = null, DateTime? to = null, MeterId? meter = null)
    {
        var steps = await StepsAsync(new MeterOrder("order-1", OrderKind.Read, meter ?? MeterId.Parse(Meter.Name), new ReadOrder(what, from, to, "task").ToPayload()));
        return steps[^1];
    }

    /// <summary>Executes an order of any kind; gives its final step.</summary>
    internal async Task<OrderStep> OrderAsync(OrderKind kind, byte[] payload) => (await StepsAsync(new MeterOrder("order-1", kind, MeterId.Parse(Meter.Name), payload)))[^1];

    /// <summary>Executes an order; gives its steps.</summary>
    internal async Task<IReadOnlyList<OrderStep>> StepsAsync(MeterOrder order)
    {
        var executing = Start(order);
        Assert.True(await Clock.AdvanceUntilAsync(() => executing.IsCompleted, TimeSpan.FromMilliseconds(50)));
        return await executing;
    }

    /// <summary>Starts an order.</summary>
    /// <param name="seen">Is told each step.</param>
    internal Task<IReadOnlyList<OrderStep>> Start(MeterOrder order, Action<OrderStep>? seen = null, CancellationToken stop = default)
    {
        var steps = new List<OrderStep>();
        return UnderWay<IReadOnlyList<OrderStep>>(async () =>
        {
            await foreach (var step in _driver.ExecuteAsync(order, stop))
            {
                steps.Add(step);
                seen?.Invoke(step);
            }

            return steps;
        });
    }

    /// <summary>Something that gives the driver work, whatever way: fake time waits for it.</summary>
    internal Task<T> UnderWay<T>(Func<Task<T>> order)
    {
        Interlocked.Increment(ref _orders);
        return Task.Run(async () =>
        {
            try
            {
                return await order();
            }
            finally
            {
                Interlocked.Decrement(ref _orders);
            }
        });
    }

    /// <summary>The driver has something to do, and waits neither for the meter nor for time.</summary>
    private bool IsBusy() => (Volatile.Read(ref _orders) > 0 || !_isListening) && !_running.IsCompleted && (_watched.Running == 0 || _port is IWatchedWire { IsUnread: true });

    /// <summary>Time passes without an order, until the driver has let the port go.</summary>
    internal async Task LetGoAsync()
    {
        var wire = Wire!;
        Assert.True(await Clock.AdvanceUntilAsync(() => wire.IsReleased, TimeSpan.FromSeconds(1)), "the driver lets the port go");
    }

    /// <summary>The box stops the driver.</summary>
    internal void Stop() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Assert.True(await Clock.AdvanceUntilAsync(() => _running.IsCompleted, TimeSpan.FromSeconds(1)));
        await _driver.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>A kind of meter as it stands in its file, or with that text changed.</summary>
    private static MeterProfile KindOf(string name, Func<string, string>? change)
    {
        if (change is null)
        {
            return MeterProfiles.Find(name);
        }

        var kind = MeterProfile.Parse(change(File.ReadAllText(Path.Combine(Plan.Sources.Root, "src", "Drivers", "Dlms", "Profiles", name + ".meter"))), out var fault);
        Assert.Null(fault);
        return kind!;
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var one in _driver.RunAsync(_stop.Token))
            {
                lock (_events)
                {
                    _events.Add(one);
                }

                _isListening |= one is DriverEvent.LinkChanged { State: LinkState.Listening };
            }
        }
        catch (Exception e) // whatever it is: an order that waits for a driver that fell over would only tell of a hang
        {
            Ended = e is IOException or TimeoutException or OperationCanceledException ? e.Message : e.ToString();
        }
    }
}
