using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Concentrator.Collection;
using Concentrator.Field;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Orders;
using Microsoft.Extensions.Logging.Abstractions;
using Simulation.Dlms;
using Substation;
using Unit.Flows.Dlms;
using Unit.Flows.Dlms.Orders;

namespace Unit.Flows.Collection;

/// <summary>What a meter lets the client of the whole street do is looked at once, when it is commissioned, and after a new firmware.</summary>
public sealed class RightsWatchTests
{
    private readonly Channel<DriverEvent> _events = Channel.CreateUnbounded<DriverEvent>();
    private readonly MeterReach _reach = new();
    private readonly FreshMemory _memory = new();

    [Fact]
    public async Task A_meter_on_a_power_line_that_is_open_to_the_whole_street_is_told_of_once_and_after_a_new_firmware()
    {
        await using var bench = new StreetBench("prime", plan => plan with { BroadcastMay = new Dictionary<int, IReadOnlyList<ushort>> { [0] = [8, 18], [1] = [8, 18, 70, 64] } });
        await bench.JoinedAsync();
        var watch = Watch(bench.Clock, order => bench.Driver.ExecuteAsync(order, CancellationToken.None));
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => watch.RunAsync(stop.Token));
        MeterId[] meters = [.. bench.Meters.Select(meter => MeterId.Parse(meter.Name))];
        Array.ForEach(meters, meter => _reach.Join(meter, bench.Driver));
        await bench.UntilAsync(() => meters.All(meter => !_memory.Load("commissioning", meter.Text).IsEmpty), "all are looked at");
        Assert.Null(watch.WarningOf(meters[0]));
        Assert.Contains("Disconnect control 0-0:96.3.10*255", watch.WarningOf(meters[1]), StringComparison.Ordinal);
        Assert.Contains("Security setup", watch.WarningOf(meters[1]), StringComparison.Ordinal);
        Assert.Null(watch.WarningOf(meters[2])); // it shows nothing of that client
        Assert.Equal([meters[1]], Told());
        Assert.Equal(3, _orders.Count);
        Assert.All(_orders, order => Assert.Equal(WorkClass.Firmware, order.Class));

        _reach.Leave(meters[1], bench.Driver);
        Array.ForEach(meters, meter => _reach.Join(meter, bench.Driver)); // they join again, and the box may have been started anew
        await bench.UntilAsync(Passed(bench.Clock, TimeSpan.FromMinutes(10)), "ten minutes pass");
        Assert.Equal(3, _orders.Count);

        watch.Note(meters[1], "SIM 9.9");
        await bench.UntilAsync(() => _orders.Count > 3 && !_memory.Load("commissioning", meters[1].Text).IsEmpty, "it is looked at under its new firmware");
        Assert.Equal(meters[1], Assert.Single(_orders.Skip(3)).Meter);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_meter_on_a_serial_line_is_looked_at_and_one_that_does_not_answer_later_again()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7) { BroadcastMay = [8, 18, 71] }, new MeterHdlcPlan());
        Assert.True(await bench.ListeningAsync());
        var tries = 0;
        var watch = Watch(bench.Clock, order => Execute(order));
        async IAsyncEnumerable<OrderStep> Execute(MeterOrder order)
        {
            if (++tries == 1)
            {
                yield return new OrderStep(OrderState.Failed, "the line is dead", null, default) { Why = MissReason.NoAnswer };
                yield break;
            }

            foreach (var step in await bench.Start(order))
            {
                yield return step;
            }
        }

        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => watch.RunAsync(stop.Token));
        var (meter, began) = (MeterId.Parse(bench.Meter.Name), bench.Clock.GetUtcNow());
        _reach.Join(meter, bench.Driver);
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => watch.WarningOf(meter) is not null, TimeSpan.FromSeconds(1)));
        Assert.Equal(2, tries);
        Assert.InRange((bench.Clock.GetUtcNow() - began).TotalMinutes, 29, 40);
        Assert.Contains("Limiter 0-0:17.0.0*255", watch.WarningOf(meter), StringComparison.Ordinal);
        Assert.Equal([meter], Told());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private readonly List<MeterOrder> _orders = [];

    private RightsWatch Watch(TimeProvider clock, Func<MeterOrder, IAsyncEnumerable<OrderStep>> execute)
    {
        var watch = new RightsWatch(new Desk(_events.Writer, order =>
        {
            _orders.Add(order);
            return execute(order);
        }), _reach, _memory, clock, NullLogger.Instance);
        return watch;
    }

    private List<MeterId> Told()
    {
        var told = new List<MeterId>();
        while (_events.Reader.TryRead(out var one))
        {
            told.AddRange(one is DriverEvent.EventsTaken taken && taken.Events.Any(entry => entry.Number == (int)RightsEvent.Exposed) ? [taken.Meter] : []);
        }

        return told;
    }

    private static Func<bool> Passed(TimeProvider clock, TimeSpan span)
    {
        var until = clock.GetUtcNow() + span;
        return () => clock.GetUtcNow() >= until;
    }

    /// <summary>What a dispatcher does, over one driver.</summary>
    private sealed class Desk(ChannelWriter<DriverEvent> events, Func<MeterOrder, IAsyncEnumerable<OrderStep>> execute) : IOrderDesk
    {
        public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [EnumeratorCancellation] CancellationToken stop)
        {
            await foreach (var step in execute(order))
            {
                _ = step.Told is { } told && events.TryWrite(told);
                yield return step;
            }
        }
    }
}
