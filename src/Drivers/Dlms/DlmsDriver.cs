using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Drivers.Dlms.Orders;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Ledger;
using Metering.Orders;

namespace Drivers.Dlms;

/// <summary>
/// Reads one DLMS meter on a port of its own. One loop owns the port: it finds out which meter is there, then takes orders one after another; between them it lets the port go.
/// </summary>
/// <param name="open">Opens the port.</param>
public sealed class DlmsDriver(
    DlmsOptions options, Func<CancellationToken, ValueTask<IPort>> open, IKeyRing keys, ICounterStore counters, ITimeSource time, TimeProvider clock, IDriverMemory memory) : IMeterDriver
{
    private const int MostFailures = 3;
    private readonly Channel<Job> _jobs = Channel.CreateBounded<Job>(256);
    private readonly Queue<Job> _patient = new();
    private readonly MeterDoor _door = new(options, keys, counters, time, clock, memory);
    private long _orders, _failures;

    public DriverFacts Facts { get; } = new(options.Name, "dlms", "DLMS over " + MediumOf(options), Hears: false, OrderTable.Kinds);

    public async IAsyncEnumerable<DriverEvent> RunAsync([EnumeratorCancellation] CancellationToken stop)
    {
        try
        {
            yield return new DriverEvent.LinkChanged(LinkState.Opening, $"opening {options.Port}");
            var meter = await _door.IdentifyAsync(open, stop).ConfigureAwait(false);
            yield return new DriverEvent.Joined(meter, options.Port);
            yield return new DriverEvent.LinkChanged(LinkState.Listening, $"meter {meter} answers at {options.Port}", FactsOf(meter));
            var failed = 0;
            while (failed < MostFailures)
            {
                if (!await NextJobAsync(stop).ConfigureAwait(false))
                {
                    await _door.CloseAsync().ConfigureAwait(false);
                    continue;
                }

                while (_jobs.Reader.TryRead(out var job) || _patient.TryDequeue(out job))
                {
                    var sentence = await RunAsync(job, meter, stop).ConfigureAwait(false);
                    failed = sentence is null ? 0 : failed + 1;
                    yield return new DriverEvent.LinkChanged(LinkState.Listening, sentence ?? $"meter {meter} answers at {options.Port}", FactsOf(meter));
                }
            }
        }
        finally
        {
            _jobs.Writer.TryComplete(); // first: what came after the last look would wait for ever
            while (_jobs.Reader.TryRead(out var left) || _patient.TryDequeue(out left))
            {
                Finish(left, OrderState.Failed, Lost);
            }

            await _door.CloseAsync().ConfigureAwait(false);
        }

        throw new IOException($"{options.Port}: {MostFailures} orders one after another were not answered");
    }

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [EnumeratorCancellation] CancellationToken stop)
    {
        if (!Facts.Orders.Contains(order.Kind))
        {
            yield return new OrderStep(OrderState.Refused, $"{options.Name} takes no orders of kind {order.Kind}", null, default);
            yield break;
        }

        var steps = Channel.CreateUnbounded<OrderStep>();
        if (!await TryQueueAsync(new Job(order, steps.Writer, stop)).ConfigureAwait(false))
        {
            yield return new OrderStep(OrderState.Failed, Lost, null, default);
            yield break;
        }

        await foreach (var step in steps.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            yield return step;
        }
    }

    public ValueTask DisposeAsync() => _door.CloseAsync();

    private string Lost => $"the link to {options.Port} was lost";

    /// <summary>False where the driver has ended: nobody takes orders any more.</summary>
    private async ValueTask<bool> TryQueueAsync(Job job)
    {
        while (await _jobs.Writer.WaitToWriteAsync(job.Caller).ConfigureAwait(false))
        {
            if (_jobs.Writer.TryWrite(job))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True where there is work; false where there was none for so long that the port had better be let go.</summary>
    private async ValueTask<bool> NextJobAsync(CancellationToken stop)
    {
        if (!_door.IsOpen)
        {
            return await _jobs.Reader.WaitToReadAsync(stop).ConfigureAwait(false);
        }

        using var idle = new CancellationTokenSource(options.IdleAfter, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, idle.Token);
        try
        {
            return await _jobs.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Runs one order; gives null, or what is wrong with the link.</summary>
    private async ValueTask<string?> RunAsync(Job job, MeterId meter, CancellationToken stop)
    {
        _orders++;
        var kind = OrderTable.Find(job.Order.Kind)!;
        var told = false;
        try
        {
            if (RefusalOf(job.Order, kind, meter) is { } refusal)
            {
                Finish(job, OrderState.Refused, refusal);
                return null;
            }

            job.Steps.TryWrite(new OrderStep(OrderState.Running, _door.HasAssociation ? $"{meter} is associated" : $"associating with {meter}", null, default));
            var at = new OrderMeter(meter, options, cancel => _door.EnterAsync(open, cancel), _door.CloseAsync, memory, keys, time, clock);
            await foreach (var step in kind.ExecuteAsync(job.Order, at, stop).ConfigureAwait(false))
            {
                told |= step.Told is not null;
                job.Steps.TryWrite(step);
                if (step.State != OrderState.Running)
                {
                    break;
                }

                if (job.Caller.IsCancellationRequested)
                {
                    Finish(job, told ? OrderState.Partial : OrderState.Cancelled, $"cancelled after: {step.Sentence}");
                    return null;
                }

                if (kind.LetsOthersPass)
                {
                    await LetOthersPassAsync(meter, stop).ConfigureAwait(false);
                }
            }

            await KeepAsync(stop).ConfigureAwait(false);
            job.Steps.TryComplete();
            return null;
        }
        catch (MeterRefusalException e)
        {
            _failures++;
            Finish(job, told ? OrderState.Partial : OrderState.Failed, e.Message);
            await _door.CloseAsync().ConfigureAwait(false); // the next order begins with an association of its own
            return null;
        }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidDataException)
        {
            _failures++;
            Finish(job, _door.IsUnanswered ? OrderState.Unknown : told ? OrderState.Partial : OrderState.Failed, e.Message);
            await _door.CloseAsync().ConfigureAwait(false);
            return e.Message;
        }
        finally
        {
            // Whatever ends the driver in the middle of an order (a stop, a storage that fails): who waits for the order hears of it. An order that is finished stays as it is.
            Finish(job, _door.IsUnanswered ? OrderState.Unknown : told ? OrderState.Partial : OrderState.Failed, Lost);
        }
    }

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

    /// <summary>Why an order is not even tried; null where it is.</summary>
    private string? RefusalOf(MeterOrder order, IOrderKind kind, MeterId meter)
    {
        if (order.Meter != meter)
        {
            return $"{options.Port} leads to {meter}, not to {order.Meter}";
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

    /// <summary>Runs what waits and is more urgent; what would only take the same hours stays behind.</summary>
    private async ValueTask LetOthersPassAsync(MeterId meter, CancellationToken stop)
    {
        while (_jobs.Reader.TryRead(out var job))
        {
            if (OrderTable.Find(job.Order.Kind)!.LetsOthersPass)
            {
                _patient.Enqueue(job);
            }
            else
            {
                await RunAsync(job, meter, stop).ConfigureAwait(false);
            }
        }
    }

    private static string MediumOf(DlmsOptions options) => options.Framing switch
    {
        DlmsFraming.Hdlc => "HDLC",
        DlmsFraming.ModeE => "HDLC (mode E)",
        _ => options.Port.StartsWith("udp:", StringComparison.Ordinal) ? "UDP" : "TCP",
    };

    private static void Finish(Job job, OrderState state, string sentence)
    {
        job.Steps.TryWrite(new OrderStep(state, sentence, null, default));
        job.Steps.TryComplete();
    }

    private Dictionary<string, string> FactsOf(MeterId meter) => new()
    {
        ["meter"] = meter.Text,
        ["profile"] = options.Profile.Name,
        ["orders"] = _orders.ToString(CultureInfo.InvariantCulture),
        ["failed"] = _failures.ToString(CultureInfo.InvariantCulture),
        ["visits"] = _door.Visits.ToString(CultureInfo.InvariantCulture),
        ["key"] = _door.NeedsNewKey ? "half of its invocation counters are used: change it" : "ok",
    };

    private sealed record Job(MeterOrder Order, ChannelWriter<OrderStep> Steps, CancellationToken Caller);
}
