using Metering;
using Metering.Driver;
using Metering.Orders;

namespace Unit.Flows.G3;

/// <summary>The list of who is expected changes while the network runs, or while nobody looks.</summary>
public class GateTests
{
    [Fact]
    public async Task Who_is_struck_off_the_list_is_put_out_and_waits_in_quarantine_and_comes_in_when_it_is_listed_again()
    {
        await using var bench = new MeshBench();
        var (device, other) = (bench.Device(1), bench.Device(2));
        await bench.UpAsync();
        await bench.JoinAsync(device);
        await bench.JoinAsync(other);
        var row = Strike(bench, device);
        await bench.UntilAsync(() => !bench.IsReadable(device) && bench.Node(device)!.State == NodeState.Quarantined, "it is put out", TimeSpan.FromSeconds(1));
        Assert.Equal("3E0001" + device.Name, Convert.ToHexString(Assert.Single(bench.Modem.TakenOf(0x3E))));
        Assert.Contains($"nobody expects {device.Name} here", bench.Node(device)!.Sentence, StringComparison.Ordinal);
        Assert.Equal(MissReason.NotListed, (await bench.ReadAsync(device)).Why);
        Assert.True(bench.IsReadable(other));
        bench.Modem.AskToJoin(device);
        await bench.UntilAsync(() => bench.Modem.TakenOf(0x42).Count() == 3, "it is declined");
        Assert.Equal("FFFF", Convert.ToHexString(bench.Modem.TakenOf(0x42).Last()[9..]));

        List(bench, row);
        await bench.UntilAsync(() => bench.Node(device)!.State == NodeState.Gone, "it may come in", TimeSpan.FromSeconds(1));
        Assert.Contains("it may join now", bench.Node(device)!.Sentence, StringComparison.Ordinal);
        await bench.JoinAsync(device);
        Assert.Equal((1, OrderState.Done), (device.Address, (await bench.ReadAsync(device)).State));
    }

    [Fact]
    public async Task One_that_did_not_hear_that_it_is_out_is_put_out_again_when_it_speaks_and_found_when_it_is_listed()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        bench.Modem.Instead = message => message[0] == 0x3E ? [] : null; // the kick is lost on its way
        var row = Strike(bench, device);
        await bench.UntilAsync(() => bench.Node(device)!.State == NodeState.Quarantined, "it is put out", TimeSpan.FromSeconds(1));
        bench.Modem.SayFrom(device, [0]);
        await bench.UntilAsync(() => bench.Modem.TakenOf(0x3E).Count() == 2, "it is put out again", TimeSpan.FromSeconds(1));
        Assert.Equal(NodeState.Quarantined, bench.Node(device)!.State);
        List(bench, row);
        await bench.UntilAsync(() => bench.IsReadable(device), "it is found", TimeSpan.FromSeconds(5));
        Assert.Single(bench.Modem.TakenOf(0x42)); // it never had to join again
    }

    [Fact]
    public async Task Who_was_struck_off_while_the_driver_was_stopped_is_put_out_when_it_starts_and_that_is_remembered()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        await bench.StopAsync();
        Strike(bench, device);
        await bench.UpAsync();
        await bench.UntilAsync(() => bench.Node(device)!.State == NodeState.Quarantined && bench.Modem.TakenOf(0x3E).Any(), "it is put out", TimeSpan.FromSeconds(1));
        await bench.StopAsync();
        await bench.UpAsync();
        await bench.UntilAsync(() => bench.Node(device) is { State: NodeState.Quarantined, Why: MissReason.NotListed }, "it is still known to be out", TimeSpan.FromSeconds(1));
        Assert.Single(bench.Modem.TakenOf(0x3E)); // not each time anew
    }

    [Fact]
    public async Task Who_was_struck_off_while_it_joined_is_put_out_as_soon_as_it_is_in()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.LetInUnheardAsync(device);
        Strike(bench, device);
        await bench.UntilAsync(() => bench.Node(device)!.State == NodeState.Quarantined, "the list was looked at", TimeSpan.FromSeconds(1));
        device.Enter(bench.Modem, 1);
        bench.Modem.Say([0x48, .. device.Eui, 0, 1]);
        await bench.UntilAsync(() => bench.Modem.TakenOf(0x3E).Any() && bench.Node(device)!.State == NodeState.Quarantined, "it is put out", TimeSpan.FromSeconds(1));
        Assert.Equal(0, device.Address);
    }

    [Fact]
    public async Task Where_unknown_meters_are_accepted_nobody_is_put_out()
    {
        await using var bench = new MeshBench { AcceptsUnknown = true };
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        Strike(bench, device);
        for (var seconds = 0; seconds < 120; seconds++)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await Patience.SettledAsync();
        }

        Assert.True(bench.IsReadable(device));
        Assert.Empty(bench.Modem.TakenOf(0x3E));
    }

    [Fact]
    public async Task A_present_node_whose_EUI_the_list_gives_another_meter_works_that_meters_orders_and_the_one_before_is_gone()
    {
        await using var bench = new MeshBench();
        var (device, other) = (bench.Device(1), bench.Device(9, isExpected: false));
        await bench.UpAsync();
        await bench.JoinAsync(device);
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(device)).State);
        var exchanged = new MeshDevice(0x0011_2200_0000_0001, device.Key, other.Meter);
        exchanged.Enter(bench.Modem, device.Address);
        bench.Modem.Devices.Clear();
        bench.Modem.Devices.Add(exchanged); // another logical device answers behind the same node
        var (before, now) = (MeterId.Parse(device.Meter!.Name), MeterId.Parse(other.Meter!.Name));
        var row = Strike(bench, device);
        List(bench, row with { Meter = now });
        await bench.UntilAsync(() => bench.Events.Any(told => told is DriverEvent.Joined { Meter: var meter } && meter == now), "the other meter is told", TimeSpan.FromSeconds(1));
        Assert.Equal([before], bench.Events.OfType<DriverEvent.Left>().Select(left => left.Meter));
        Assert.Equal(now, bench.Node(device)!.Meter);
        var step = await bench.ReadAsync(exchanged);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.Equal(MissReason.NeverRegistered, (await bench.ReadAsync(device)).Why);
        Assert.Empty(bench.Modem.TakenOf(0x3E)); // nobody was put out for it
        await bench.StopAsync();
        await bench.UpAsync();
        await bench.UntilAsync(() => bench.Node(device)?.Meter == now, "it is remembered", TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task What_waits_for_the_meter_that_a_node_had_ends_when_the_list_gives_it_another()
    {
        await using var bench = new MeshBench();
        var (device, other) = (bench.Device(1), bench.Device(9, isExpected: false));
        await bench.UpAsync();
        await bench.JoinAsync(device);
        device.IsAway = true; // the order hangs
        var order = bench.StartReading(device.Meter!, new ReadOrder(ReadOrder.Registers, null, null, "task"));
        await bench.UntilAsync(() => bench.Modem.TakenOf(0x0B).Any(), "it is asked");
        List(bench, Strike(bench, device) with { Meter = MeterId.Parse(other.Meter!.Name) });
        await bench.UntilAsync(() => order.IsCompleted, "the order ends", TimeSpan.FromSeconds(1));
        Assert.NotEqual(OrderState.Done, (await order).State);
    }

    private static ExpectedMeter Strike(MeshBench bench, MeshDevice device)
    {
        var row = bench.Expected.Single(one => one.Eui == device.Name);
        bench.Expected.Remove(row);
        bench.Version++;
        return row;
    }

    private static void List(MeshBench bench, ExpectedMeter row)
    {
        bench.Expected.Add(row);
        bench.Version++;
    }
}
