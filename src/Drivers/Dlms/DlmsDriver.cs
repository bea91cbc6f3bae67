using System.Globalization;
using System.Runtime.CompilerServices;
using Drivers.Dlms.Orders;
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
    DlmsOptions options, Func<CancellationToken, ValueTask<IPort>> open, IKeyRing keys, ICounterStore counters, ITimeSource time, TimeProvider clock, IDriverMemory memory) : IMeterDriver
{
    private const int MostFailures = 3;
    private readonly MeterQueue _queue = new(options, open, keys, counters, time, clock, memory);

    public DriverFacts Facts { get; } = new(options.Name, "dlms", "DLMS over " + MediumOf(options), Hears: false, OrderTable.Kinds);

    public async IAsyncEnumerable<DriverEvent> RunAsync([EnumeratorCancellation] CancellationToken stop)
    {
        try
        {
            yield return new DriverEvent.LinkChanged(LinkState.Opening, $"opening {options.Port}");
            var meter = await _queue.IdentifyAsync(stop).ConfigureAwait(false);
            yield return new DriverEvent.Joined(meter, options.Port);
            yield return new DriverEvent.LinkChanged(LinkState.Listening, $"meter {meter} answers at {options.Port}", FactsOf(meter));
            var failed = 0;
            await foreach (var sentence in _queue.WorkAsync(stop).ConfigureAwait(false))
            {
                failed = sentence is null ? 0 : failed + 1;
                yield return new DriverEvent.LinkChanged(LinkState.Listening, sentence ?? $"meter {meter} answers at {options.Port}", FactsOf(meter));
                if (failed == MostFailures)
                {
                    break;
                }
            }
        }
        finally
        {
            await _queue.CloseAsync().ConfigureAwait(false);
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

        await foreach (var step in _queue.ExecuteAsync(order, stop).ConfigureAwait(false))
        {
            yield return step;
        }
    }

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private static string MediumOf(DlmsOptions options) => options.Framing switch
    {
        DlmsFraming.Hdlc => "HDLC",
        DlmsFraming.ModeE => "HDLC (mode E)",
        _ => options.Port.StartsWith("udp:", StringComparison.Ordinal) ? "UDP" : "TCP",
    };

    private Dictionary<string, string> FactsOf(MeterId meter) => new()
    {
        ["meter"] = meter.Text,
        ["profile"] = options.Profile.Name,
        ["orders"] = _queue.Orders.ToString(CultureInfo.InvariantCulture),
        ["failed"] = _queue.Failures.ToString(CultureInfo.InvariantCulture),
        ["visits"] = _queue.Visits.ToString(CultureInfo.InvariantCulture),
        ["key"] = _queue.NeedsNewKey ? "half of its invocation counters are used: change it" : "ok",
    };
}
