using System.Runtime.CompilerServices;
using Drivers.Dlms.Orders;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;

namespace Drivers.G3;

/// <summary>
/// Drives a G3 modem as the coordinator of a network: lets meters in, gives each a short address for ever, and works their orders over packets. It holds no state that a modem would miss:
/// whatever becomes of the modem, the network is made again out of what is kept.
/// </summary>
/// <param name="open">Opens the port.</param>
/// <param name="wrap">Wraps the group keys of the network.</param>
/// <param name="admission">Who may join.</param>
public sealed class G3Driver(
    G3Options options, Func<CancellationToken, ValueTask<ILink>> open, IKeyRing keys, IKeyWrap wrap, ICounterStore counters, ITimeSource time, TimeProvider clock, IDriverMemory memory,
    IMeterAdmission admission) : IMeterDriver
{
    private readonly G3Life _life = new(options, open, keys, wrap, counters, time, clock, memory, admission);

    public DriverFacts Facts { get; } = new(options.Name, "g3", "G3-PLC", Hears: false, OrderTable.Kinds) { MetersAtOnce = options.MetersAtOnce };

    public async IAsyncEnumerable<DriverEvent> RunAsync([EnumeratorCancellation] CancellationToken stop)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var work = _life.RunAsync(life.Token);
        try
        {
            await foreach (var told in _life.News.AllAsync(stop).ConfigureAwait(false))
            {
                yield return told;
            }
        }
        finally
        {
            await life.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await work.ConfigureAwait(false);
    }

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [EnumeratorCancellation] CancellationToken stop)
    {
        if (!Facts.Orders.Contains(order.Kind))
        {
            yield return new OrderStep(OrderState.Refused, $"{options.Name} takes no orders of kind {order.Kind}", null, default);
            yield break;
        }

        if (_life.Network.Find(order.Meter) is not { } node)
        {
            yield return new OrderStep(OrderState.Failed, $"{order.Meter} is not in the network of {options.Name}", null, default) { Why = MissReason.NeverRegistered };
            yield break;
        }

        if (!node.IsInNetwork || node.Queue is not { } queue)
        {
            yield return new OrderStep(OrderState.Failed, $"{order.Meter} behind node {node.Name}: {node.Sentence}", null, default) { Why = node.Why };
            yield break;
        }

        await foreach (var step in queue.ExecuteAsync(order, stop).ConfigureAwait(false))
        {
            yield return step;
        }
    }

    /// <summary>Puts a node out of the network; it may ask to join again. False where there is no such node.</summary>
    /// <param name="eui">As it is printed, in upper-case hex.</param>
    public ValueTask<bool> KickAsync(string eui, CancellationToken stop) => _life.KickAsync(eui, stop);

    /// <summary>Changes the group key of the network, node by node; takes as long as they need.</summary>
    /// <exception cref="IOException">The network is not up, or the modem does not take it.</exception>
    public ValueTask<G3RekeyResult> RekeyAsync(CancellationToken stop) => _life.RekeyAsync(stop);

    public ValueTask DisposeAsync()
    {
        _life.Dispose();
        return ValueTask.CompletedTask;
    }
}
