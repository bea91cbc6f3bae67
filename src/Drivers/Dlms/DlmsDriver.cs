using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;

namespace Drivers.Dlms;

/// <summary>
/// Reads one DLMS meter on a port of its own. One loop owns the port: it finds out which meter is there, then takes orders one after another; between them it lets the port go.
/// </summary>
/// <param name="open">Opens the port.</param>
public sealed class DlmsDriver(
    DlmsOptions options, Func<CancellationToken, ValueTask<ILink>> open, IKeyRing keys, ICounterStore counters, ITimeSource time, TimeProvider clock) : IMeterDriver
{
    private const int MostFailures = 3;
    private readonly Channel<Job> _jobs = Channel.CreateBounded<Job>(256);
    private readonly MeterDoor _door = new(options, keys, counters, clock);
    private long _orders, _failures;

    public DriverFacts Facts { get; } = new(options.Name, "dlms", options.Framing == DlmsFraming.Hdlc ? "DLMS over HDLC" : "DLMS over TCP", Hears: false, new HashSet<OrderKind> { OrderKind.Read });

    public async IAsyncEnumerable<DriverEvent> RunAsync([EnumeratorCancellation] CancellationToken stop)
    {
        yield return new DriverEvent.LinkChanged(LinkState.Opening, $"opening {options.Port}");
        var meter = await _door.IdentifyAsync(open, stop).ConfigureAwait(false);
        yield return new DriverEvent.Joined(meter, options.Port);
        yield return new DriverEvent.LinkChanged(LinkState.Listening, $"meter {meter} answers at {options.Port}", FactsOf(meter));
        var failed = 0;
        try
        {
            while (failed < MostFailures)
            {
                if (!await NextJobAsync(stop).ConfigureAwait(false))
                {
                    await _door.CloseAsync().ConfigureAwait(false);
                    continue;
                }

                while (_jobs.Reader.TryRead(out var job))
                {
                    var sentence = await RunAsync(job, meter, stop).ConfigureAwait(false);
                    failed = sentence is null ? 0 : failed + 1;
                    yield return new DriverEvent.LinkChanged(LinkState.Listening, sentence ?? $"meter {meter} answers at {options.Port}", FactsOf(meter));
                }
            }
        }
        finally
        {
            await _door.CloseAsync().ConfigureAwait(false);
            while (_jobs.Reader.TryRead(out var left))
            {
                left.Steps.TryWrite(new OrderStep(OrderState.Failed, $"the link to {options.Port} was lost", null, default));
                left.Steps.Complete();
            }
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
        await _jobs.Writer.WriteAsync(new Job(order, steps.Writer), stop).ConfigureAwait(false);
        await foreach (var step in steps.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            yield return step;
        }
    }

    public ValueTask DisposeAsync() => _door.CloseAsync();

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
        try
        {
            if (job.Order.Meter != meter)
            {
                Finish(job, OrderState.Refused, $"{options.Port} leads to {meter}, not to {job.Order.Meter}");
                return null;
            }

            job.Steps.TryWrite(new OrderStep(OrderState.Running, $"associating with {meter}", null, default));
            var reader = await _door.EnterAsync(open, stop).ConfigureAwait(false);
            var read = ReadOrder.Parse(job.Order.Payload);
            var answer = await reader.ReadAsync(read, job.Order.Id, stop).ConfigureAwait(false);
            job.Steps.TryWrite(new OrderStep(OrderState.Done, Summary(answer), answer.Block, default) { Told = Told(meter, answer, read.Task) });
            job.Steps.Complete();
            return null;
        }
        catch (MeterRefusalException e)
        {
            _failures++;
            Finish(job, OrderState.Failed, e.Message);
            await _door.CloseAsync().ConfigureAwait(false); // the next order begins with an association of its own
            return null;
        }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidDataException)
        {
            _failures++;
            Finish(job, OrderState.Failed, e.Message);
            await _door.CloseAsync().ConfigureAwait(false);
            return e.Message;
        }
    }

    private DriverEvent Told(MeterId meter, in MeterAnswer answer, string? task)
    {
        byte[] octets = [0xC4, 0x01, 0xC1, 0x00, .. answer.Data.Span]; // as one get-response-normal, whatever blocks it came in
        var hash = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(octets));
        var raw = new RawFrame(octets, new LinkFacts(options.Name, "dlms", null, null), time.Now, hash);
        var association = options.Association;
        var facts = association.IsCiphered
            ? new SecurityFacts(16 + association.Suite, (uint)association.Client, _door.LastReceivedCounter, (association.Protection & 0x20) != 0, (association.Protection & 0x10) != 0)
            : SecurityFacts.Clear;
        return answer.Events is { } events ? new DriverEvent.EventsTaken(meter, events, raw) { Task = task } : new DriverEvent.ReadingsTaken(answer.Block!, raw, facts);
    }

    private static string Summary(in MeterAnswer answer) =>
        answer.Events is { } events ? $"{events.Count} events" : string.Create(CultureInfo.InvariantCulture, $"{answer.Block!.Rows.Length} rows of {answer.Block.Columns.Length} values");

    private static void Finish(Job job, OrderState state, string sentence)
    {
        job.Steps.TryWrite(new OrderStep(state, sentence, null, default));
        job.Steps.Complete();
    }

    private Dictionary<string, string> FactsOf(MeterId meter) => new()
    {
        ["meter"] = meter.Text,
        ["profile"] = options.Profile.Name,
        ["orders"] = _orders.ToString(CultureInfo.InvariantCulture),
        ["failed"] = _failures.ToString(CultureInfo.InvariantCulture),
        ["visits"] = _door.Visits.ToString(CultureInfo.InvariantCulture),
    };

    private sealed record Job(MeterOrder Order, ChannelWriter<OrderStep> Steps);
}
