using System.Collections.Concurrent;
using System.Threading.Channels;
using Concentrator.Field;
using Metering;
using Metering.Driver;
using Metering.Orders;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Field;

/// <summary>What drivers tell of their nodes, put together.</summary>
public sealed class NetworkTests
{
    private static readonly MeterId Meter = MeterId.Parse("LGZ1030655933512");
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly NetworkBook _book;

    public NetworkTests() => _book = new NetworkBook(new FakeTime(_clock));

    [Fact]
    public void The_last_word_of_a_driver_on_a_node_counts_and_since_when_it_stands_so_is_kept()
    {
        Told(Node("0080E1000001", NodeState.Registered));
        _clock.Advance(TimeSpan.FromMinutes(5));
        Told(Node("0080E1000001", NodeState.Connected) with { Meter = Meter, QualityPercent = 40 });
        _clock.Advance(TimeSpan.FromMinutes(5));
        Told(Node("0080E1000001", NodeState.Connected) with { Meter = Meter, QualityPercent = 80 });
        var node = Assert.Single(Assert.Single(_book.List()).Nodes);
        Assert.Equal((80, At(5), At(10), At(0)), (node.Node.QualityPercent, node.Since, node.LastTold, node.FirstTold));
        Assert.Equal("0080E1000001", _book.Find(Meter)!.Node.Eui);
        Assert.Equal([(NodeState.Connected, 1)], _book.Counts().Where(count => count.Count > 0).Select(count => (count.State, count.Count)));
    }

    [Fact]
    public void A_meter_is_found_where_it_is_now_also_after_it_came_back_under_another_node_or_driver()
    {
        Told(Node("0080E1000001", NodeState.Connected) with { Meter = Meter });
        Told(Node("0080E1000001", NodeState.Gone) with { Meter = Meter });
        Assert.Equal(NodeState.Gone, _book.Find(Meter)!.Node.State);
        _book.Take("plc1", "g3", new DriverEvent.NodeChanged(Node("00124B0000000001", NodeState.Connected) with { Meter = Meter }));
        Assert.Equal(("plc1", "00124B0000000001"), (_book.Find(Meter)!.Driver, _book.Find(Meter)!.Node.Eui));
        Told(Node("0080E1000001", NodeState.Gone) with { Meter = Meter, Sentence = "still gone" });
        Assert.Equal("plc1", _book.Find(Meter)!.Driver);
        Assert.Equal(["plc0", "plc1"], _book.List().Select(network => network.Driver));
    }

    [Fact]
    public async Task Joins_leaves_and_moves_are_counted_and_told_to_whoever_watches()
    {
        using var stop = new CancellationTokenSource();
        var seen = new ConcurrentQueue<string>();
        var watching = WatchAsync(seen, stop.Token); // watches when it first waits
        Told(Node("0080E1000001", NodeState.Registered) with { Meter = Meter });
        Told(Node("0080E1000001", NodeState.Connected) with { Meter = Meter });
        _book.Take("plc0", "prime", new DriverEvent.Joined(Meter, "11"));
        Told(Node("0080E1000001", NodeState.Connected) with { Meter = Meter, Parent = "0080E1000002", Level = 1 });
        Told(Node("0080E1000001", NodeState.Connected) with { Meter = Meter, Parent = "0080E1000002", Level = 1 }); // the same again
        _book.Take("plc0", "prime", new DriverEvent.Left(Meter, "11", "its switch vanished"));
        Told(Node("0080E1000001", NodeState.Gone) with { Meter = Meter });
        Assert.True(await Patience.UntilAsync(() => seen.Contains("gone")));
        Assert.Equal(["registered", "connected", "joined", "moved", "left", "gone"], seen);
        var network = Assert.Single(_book.List());
        Assert.Equal((1L, 1L, 1L), (network.Joins, network.Leaves, network.Moves));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    [Fact]
    public void A_driver_without_nodes_has_no_network()
    {
        _book.Take("feeder", "dlms", new DriverEvent.Joined(Meter, "tcp://192.0.2.7"));
        Assert.Empty(_book.List());
        Assert.Null(_book.Find(Meter));
    }

    [Fact]
    public void Four_thousand_nodes_are_kept_and_room_is_made_by_those_that_are_gone()
    {
        for (var i = 0; i < NetworkOfDriver.MostNodes; i++)
        {
            Told(Node($"0080E1{i:X6}", NodeState.Connected));
        }

        Told(Node("0080E2000001", NodeState.Connected));
        var full = Assert.Single(_book.List());
        Assert.Equal((NetworkOfDriver.MostNodes, 1L), (full.Nodes.Count, full.NotKept));
        Told(Node("0080E1000005", NodeState.Gone));
        Told(Node("0080E2000001", NodeState.Connected));
        Assert.Contains(_book.List()[0].Nodes, node => node.Node.Eui == "0080E2000001");
        Assert.Equal(NetworkOfDriver.MostNodes, _book.Counts().Sum(count => count.Count));
        Assert.Equal(0, _book.Counts().Single(count => count.State == NodeState.Gone).Count);
    }

    [Fact]
    public void Presence_is_the_share_of_the_last_24_hours_and_older_hours_are_forgotten()
    {
        Told(Node("0080E1000001", NodeState.Connected) with { Meter = Meter });
        _clock.Advance(TimeSpan.FromHours(3));
        Told(Node("0080E1000001", NodeState.Gone) with { Meter = Meter });
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(75, _book.Find(Meter)!.PresentPercent);
        Told(Node("0080E1000001", NodeState.Connected) with { Meter = Meter });
        _clock.Advance(TimeSpan.FromHours(12));
        Assert.Equal(93.8, _book.Find(Meter)!.PresentPercent); // 15 of 16 hours
        _clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(100, _book.Find(Meter)!.PresentPercent);
        _clock.Advance(TimeSpan.FromDays(5));
        Told(Node("0080E1000001", NodeState.Gone) with { Meter = Meter });
        _clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(0, _book.Find(Meter)!.PresentPercent);
        Told(Node("0080E1000001", NodeState.Connected) with { Meter = Meter });
        for (var hour = 0; hour < 30; hour++)
        {
            _clock.Advance(TimeSpan.FromHours(1));
            Assert.InRange(_book.Find(Meter)!.PresentPercent, 0, 100);
        }

        Told(Node("0080E1000001", NodeState.Gone) with { Meter = Meter });
        _clock.Advance(TimeSpan.FromHours(12));
        Assert.InRange(_book.Find(Meter)!.PresentPercent, 47, 50); // the hour that runs is not whole yet
    }

    [Fact]
    public async Task A_driver_that_lost_its_link_leaves_its_nodes_as_they_stood_and_nobody_present()
    {
        var events = Channel.CreateUnbounded<DriverEvent>();
        using var stop = new CancellationTokenSource();
        var supervisor = new Supervisor(() => new OneNode(), "plc0", "prime", "/dev/ttyUSB1", events.Writer, new MeterReach(), new FakeTime(_clock), _clock, NullLogger.Instance, _book);
        var running = supervisor.RunAsync(stop.Token);
        Assert.True(await Patience.UntilAsync(() => _book.Find(Meter) is { IsOld: true }));
        Assert.Equal(NodeState.Connected, _book.Find(Meter)!.Node.State);
        _clock.Advance(TimeSpan.FromMilliseconds(900));
        Assert.Equal(0, _book.Find(Meter)!.PresentPercent);
        await stop.CancelAsync();
        await running;
    }

    private void Told(NetworkNode node) => _book.Take("plc0", "prime", new DriverEvent.NodeChanged(node));

    private async Task WatchAsync(ConcurrentQueue<string> seen, CancellationToken stop)
    {
        await foreach (var change in _book.WatchAsync(stop))
        {
            seen.Enqueue(change.What);
        }
    }

    private static NetworkNode Node(string eui, NodeState state) => new(eui, "11", state, "");

    private static DateTime At(int minute) => new(2026, 11, 24, 8, minute, 0, DateTimeKind.Utc);

    /// <summary>A driver that tells of one node and loses its link.</summary>
    private sealed class OneNode : IMeterDriver
    {
        public DriverFacts Facts => throw new NotSupportedException();

        public async IAsyncEnumerable<DriverEvent> RunAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            await Task.Yield();
            yield return new DriverEvent.NodeChanged(Node("0080E1000001", NodeState.Connected) with { Meter = Meter });
            throw new IOException("the modem is gone");
        }

        public IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, CancellationToken stop) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
