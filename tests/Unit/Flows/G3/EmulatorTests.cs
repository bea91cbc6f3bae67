using Drivers.G3;
using Metering.Driver;
using Metering.Orders;
using Simulation.Dlms;
using Simulation.Plc.G3;
using Simulation.Plc.Medium;
using Simulation.Plc.Ports;
using Substation;

namespace Unit.Flows.G3;

/// <summary>The driver with an emulated modem, its network of nodes on a shared power line, and meters behind them, at the pace of the serial line.</summary>
public sealed class EmulatorTests : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);
    private readonly MeshBench _bench = new(options => new G3Options(options.Name, options.Port, options.Dlms with { AnswerWithin = TimeSpan.FromSeconds(60), Repeats = 3 }));
    private readonly PowerLine _line;
    private readonly G3Network _network;
    private readonly Dictionary<int, DlmsMeter> _meters = [];
    private ModemPipe _pipe;
    private G3Coordinator _modem;

    public EmulatorTests()
    {
        _line = new PowerLine(PowerLinePlan.Quiet with { Nodes = 12, Phy = PlcPhy.G3Dbpsk }, 3, _bench.Clock);
        _network = new G3Network(_line, new G3Plan(3), place => _meters[place.Number] = new DlmsMeter(new DlmsMeterPlan(place.Number, 3) { HistoryDays = 0 }, () => _line.Time.Now));
        foreach (var node in _network.Nodes)
        {
            _bench.Expect(node.Place.Eui, _meters[node.Place.Number], node.Psk);
        }

        (_modem, _pipe) = Plug(new G3Memory([0, 4, 4, 0, 0, 0x0A, 0x1B, 0x2C]));
    }

    [Fact]
    public async Task Every_node_joins_and_every_meter_is_read_several_at_a_time()
    {
        await JoinAllAsync();
        Assert.Equal(_network.Nodes.Count, _network.Nodes.Select(node => node.Short).Distinct().Count());
        await ReadAllAsync();
        Assert.All(_network.Nodes, node => Assert.Equal((1, 0, 0), (node.Joined, node.RefusedCounters, node.Unopened)));
        Assert.Equal((0, 0), (_modem.Overruns, _modem.LongIndicationsLost));
    }

    [Fact]
    public async Task A_modem_swapped_for_another_is_refused_by_no_node_and_nobody_joins_again()
    {
        await JoinAllAsync();
        await ReadAllAsync();
        var counter = _modem.Memory.FrameCounter;
        _pipe.Plug(false);
        await UntilAsync(() => _bench.Ended is not null, "the driver ends");
        _modem.PowerOff();
        await _bench.StopAsync();
        (_modem, _pipe) = Plug(new G3Memory([0, 4, 4, 0, 0, 0xFF, 0xFF, 0xFF]));
        _bench.Start();
        await UntilAsync(() => _bench.IsUp && _meters.Values.All(_bench.IsReadable), "the network is up");
        await ReadAllAsync();
        Assert.True(_modem.Memory.FrameCounter > counter);
        Assert.All(_network.Nodes, node => Assert.Equal((1, 0, 0), (node.Joined, node.RefusedCounters, node.Unopened)));
    }

    [Fact]
    public async Task A_modem_whose_power_fails_in_the_middle_of_orders_costs_none_of_them()
    {
        await JoinAllAsync();
        var readings = ReadAll();
        await UntilAsync(() => _network.Datagrams > 6, "they are under way");
        _modem.PowerOff();
        _modem.PowerOn();
        await UntilAsync(() => readings.TrueForAll(reading => reading.IsCompleted), "they end");
        Assert.All(await Task.WhenAll(readings), step => Assert.True(step.State == OrderState.Done, step.Sentence));
        Assert.All(_network.Nodes, node => Assert.Equal(1, node.Joined));
    }

    [Fact]
    public async Task The_group_key_of_every_node_is_changed_and_they_are_read_as_before()
    {
        await JoinAllAsync();
        var changing = _bench.Driver.RekeyAsync(CancellationToken.None).AsTask();
        await UntilAsync(() => changing.IsCompleted, "the key is changed");
        var result = await changing;
        Assert.Equal((_network.Nodes.Count, 0), (result.Changed, result.Left.Count));
        Assert.All(_network.Nodes, node => Assert.Equal(1, node.KeyIndex));
        await ReadAllAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        _line.Dispose();
    }

    private (G3Coordinator Modem, ModemPipe Pipe) Plug(G3Memory memory)
    {
        var modem = new G3Coordinator(_network, memory);
        var pipe = new ModemPipe(modem, _line.Time);
        _bench.Port = () => new ModemLink(pipe.Open());
        return (modem, pipe);
    }

    private async Task JoinAllAsync()
    {
        _bench.Start();
        await UntilAsync(() => _meters.Values.All(_bench.IsReadable), "all are in");
        Assert.All(_network.Nodes, node => Assert.Equal(NodeState.Connected, _bench.Events.OfType<DriverEvent.NodeChanged>().Last(told => told.Node.Eui == node.Place.Eui).Node.State));
    }

    private async Task ReadAllAsync()
    {
        var readings = ReadAll();
        await UntilAsync(() => readings.TrueForAll(reading => reading.IsCompleted), "all are read");
        Assert.All(await Task.WhenAll(readings), step => Assert.True(step.State == OrderState.Done, step.Sentence));
    }

    /// <summary>Reads every meter, as many at once as the driver asks for; what the line loses is asked again, as the collection does.</summary>
    private List<Task<OrderStep>> ReadAll()
    {
        var places = new SemaphoreSlim(_bench.Driver.Facts.MetersAtOnce);
        return [.. _meters.Values.Select(async meter =>
        {
            OrderStep step;
            var tries = 0;
            do
            {
                await places.WaitAsync();
                step = await _bench.StartReading(meter);
                places.Release();
                if (step.State != OrderState.Done)
                {
                    await Task.Delay(TimeSpan.FromMinutes(2), _bench.Clock, CancellationToken.None);
                }
            }
            while (step.State != OrderState.Done && ++tries < 8);
            return step;
        })];
    }

    private Task UntilAsync(Func<bool> condition, string what) => _bench.UntilAsync(condition, what, Step);
}
