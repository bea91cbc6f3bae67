using Metering.Driver;
using Metering.Orders;
using Protocols.Usi.G3;

namespace Unit.Flows.G3;

/// <summary>Packets wait their turn at the modem, for room in it, and for a way to their node.</summary>
public class SendingTests
{
    [Fact]
    public async Task No_more_than_three_packets_are_under_way_and_one_to_a_node()
    {
        await using var bench = new MeshBench();
        MeshDevice[] devices = [.. Enumerable.Range(1, 5).Select(number => bench.Device(number))];
        await bench.UpAsync();
        foreach (var device in devices)
        {
            await bench.JoinAsync(device);
        }

        var held = new List<byte[]>();
        bench.Modem.Instead = message => Hold(held, message);
        var readings = devices.Select(bench.StartReading).ToList();
        await bench.UntilAsync(() => held.Count == 3, "three are given to the modem");
        await Patience.SettledAsync();
        Assert.Equal(3, held.Count);
        Assert.Equal(3, held.Select(message => message[6 + 39]).Distinct().Count());
        bench.Modem.Instead = _ => null;
        held.ForEach(message => bench.Modem.Say(0x1E, 0, message[1])); // the packets are lost behind the first hop, which no confirm tells
        await bench.UntilAsync(() => readings.TrueForAll(reading => reading.IsCompleted), "all are read", TimeSpan.FromMilliseconds(500));
        Assert.All(await Task.WhenAll(readings), step => Assert.True(step.State == OrderState.Done, step.Sentence));
    }

    [Fact]
    public async Task A_packet_waits_while_no_buffer_takes_it()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        var another = bench.Device(2);
        await bench.JoinAsync(another);
        var held = new List<byte[]>();
        bench.Modem.Instead = message => Hold(held, message);
        var first = bench.StartReading(device);
        await bench.UntilAsync(() => held.Count == 1, "the first is given to the modem");
        bench.Modem.Say(0x2F, (byte)G3Buffers.None);
        await Patience.SettledAsync(); // the driver has heard it before it is given more to send
        var second = bench.StartReading(another);
        await bench.UntilAsync(() => bench.Links.Last().Facts!["packetsUnderWay"] == "1" && bench.Events.Count > 0, "time passes", TimeSpan.FromSeconds(1));
        await Patience.SettledAsync();
        Assert.Single(held);
        bench.Modem.Say(0x2F, (byte)G3Buffers.Small);
        await bench.UntilAsync(() => held.Count == 2, "the second is given to it when there is room");
        bench.Modem.Instead = _ => null;
        held.ForEach(message => bench.Modem.Say(0x1E, 0, message[1]));
        await bench.UntilAsync(() => first.IsCompleted && second.IsCompleted, "both are read", TimeSpan.FromMilliseconds(500));
        Assert.Equal((OrderState.Done, OrderState.Done), ((await first).State, (await second).State));
    }

    [Theory]
    [InlineData(0xB3)]
    [InlineData(0xB4)]
    public async Task A_modem_without_room_is_given_the_packet_again(byte status)
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        var refused = 0;
        bench.Modem.Instead = message => message[0] == 0x0B && refused < 3 ? [[0x1E, status, Count(message[1])]] : null;
        var step = await bench.ReadAsync(device);
        Assert.Equal((OrderState.Done, 3), (step.State, refused));

        byte Count(byte handle)
        {
            refused++;
            return handle;
        }
    }

    [Fact]
    public async Task Another_meter_behind_a_node_whose_meter_was_read_before_is_no_wrong_key()
    {
        await using var bench = new MeshBench();
        var (device, other) = (bench.Device(1), bench.Device(9, isExpected: false));
        await bench.UpAsync();
        await bench.JoinAsync(device);
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(device)).State);
        bench.Modem.Devices.Clear();
        var exchanged = new MeshDevice(0x0011_2200_0000_0001, device.Key, other.Meter);
        exchanged.Enter(bench.Modem, device.Address);
        bench.Modem.Devices.Add(exchanged);
        var end = bench.Clock.GetUtcNow().AddMinutes(2);
        await bench.UntilAsync(() => bench.Clock.GetUtcNow() > end, "the association is let go", TimeSpan.FromSeconds(1));
        for (var times = 0; times < 4; times++)
        {
            var step = await bench.ReadAsync(device);
            Assert.True((step.State, step.Why) == (OrderState.Failed, MissReason.Exchanged), $"{step.State} {step.Why} {step.Sentence}");
            Assert.Contains($"led to {device.Meter!.Name} and now leads to {other.Meter!.Name}", step.Sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_route_one_is_looked_for_once_and_then_the_node_is_given_up_until_it_is_heard()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        device.IsAway = true;
        var step = await bench.ReadAsync(device);
        Assert.Equal((OrderState.Failed, MissReason.NoAnswer), (step.State, step.Why));
        Assert.Contains("no route to 0001: given up until it is heard or a route is found", step.Sentence, StringComparison.Ordinal);
        Assert.Single(bench.Modem.TakenOf(0x14));
        await bench.UntilAsync(() => bench.Node(device)!.State == NodeState.Gone && !bench.IsReadable(device), "it is gone");
        var sent = bench.Modem.TakenOf(0x0B).Count();
        Assert.Equal(MissReason.Absent, (await bench.ReadAsync(device)).Why);
        Assert.Equal(sent, bench.Modem.TakenOf(0x0B).Count()); // no air is spent on it
        device.IsAway = false;
        bench.Modem.SayFrom(device, [0, 1, 0, 1, 0, 1, 0, 1, 0x77]);
        await bench.UntilAsync(() => bench.IsReadable(device), "it is back");
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(device)).State);
    }

    [Fact]
    public async Task A_route_that_is_found_at_once_costs_nothing_but_the_search()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        var lost = true;
        bench.Modem.Instead = message => message[0] == 0x14 ? Found() : message[0] == 0x0B && lost ? [[0x1E, 0xA5, message[1]]] : null;
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(device)).State);
        Assert.Single(bench.Modem.TakenOf(0x14));

        byte[][] Found()
        {
            lost = false;
            return [[0x2B, 0]];
        }
    }

    [Fact]
    public async Task A_node_that_was_given_up_is_looked_for_now_and_then_and_taken_up_when_a_route_is_there()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        device.IsAway = true;
        await bench.ReadAsync(device);
        var began = bench.Clock.GetUtcNow();
        await bench.UntilAsync(() => bench.Modem.TakenOf(0x14).Count() == 4, "it is looked for three times", TimeSpan.FromSeconds(10));
        Assert.InRange((bench.Clock.GetUtcNow() - began).TotalMinutes, 58, 72); // after 1 min, 20 more, and 40 more
        device.IsAway = false;
        await bench.UntilAsync(() => bench.IsReadable(device), "it is taken up", TimeSpan.FromSeconds(10));
        Assert.Contains("a route to 0001 was found again", bench.Node(device)!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Searches_for_routes_are_few_though_a_whole_branch_is_gone()
    {
        await using var bench = new MeshBench();
        MeshDevice[] devices = [.. Enumerable.Range(1, 8).Select(number => bench.Device(number))];
        await bench.UpAsync();
        foreach (var device in devices)
        {
            await bench.JoinAsync(device);
            device.IsAway = true;
        }

        var readings = devices.Select(bench.StartReading).ToList();
        await bench.UntilAsync(() => readings.TrueForAll(reading => reading.IsCompleted), "all have failed");
        Assert.InRange(bench.Modem.TakenOf(0x14).Count(), 4, 5);
        Assert.All(devices, device => Assert.Equal(NodeState.Gone, bench.Node(device)!.State));
    }

    [Fact]
    public async Task The_way_to_a_node_is_asked_for_and_told_with_who_carries_others()
    {
        await using var bench = new MeshBench();
        var (near, far) = (bench.Device(1), bench.Device(2));
        await bench.UpAsync();
        await bench.JoinAsync(near);
        await bench.JoinAsync(far);
        bench.Modem.SayFrom(far, [0, 1, 0, 1, 0, 1, 0, 1, 0x77], lqi: 0x40);
        await bench.UntilAsync(() => bench.Node(far)!.QualityPercent == 25, "its quality is told at once");
        Assert.Empty(bench.Modem.TakenOf(0x15));
        bench.Modem.SayFrom(near, [0, 1, 0, 1, 0, 1, 0, 1, 0x77], lqi: 0xF0);
        await bench.UntilAsync(() => bench.Node(far)!.Level == 2 && bench.Node(near)!.IsSwitch, "the ways are known", TimeSpan.FromSeconds(5));
        Assert.Equal((near.Name, 1, null), (bench.Node(far)!.Parent, bench.Node(near)!.Level, bench.Node(near)!.Parent));
        await bench.UntilAsync(() => bench.Links.Last().Facts!["packetsUnderWay"] == "0", "time passes", TimeSpan.FromMinutes(1));
        Assert.Equal(2, bench.Modem.TakenOf(0x15).Count());
    }

    [Fact]
    public async Task Another_port_is_a_setting_of_both_ends()
    {
        await using var bench = new MeshBench(options => options with { UdpPort = UdpPacket.CompressedPort });
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(device)).State);
        Assert.All(bench.Modem.TakenOf(0x0B), message => Assert.Equal(61616, MeshPacket.Open(message[6..]).Port));
        bench.Modem.SayFrom(device, [1], port: 4059);
        await bench.UntilAsync(() => bench.Links.Last().Facts!["packetsRefused"] == "1", "another port is not taken", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task What_strangers_and_other_networks_send_is_counted_and_goes_nowhere()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        bench.Modem.SayFrom(new MeshDevice(9, []) { Address = 0x55 }, [1, 2, 3]);
        var foreign = MeshPacket.Make(0x1111, 1, 0, 4059, [1]);
        bench.Modem.Say([0x1F, 0x80, 0, (byte)foreign.Length, .. foreign]);
        bench.Modem.Say(0x1F, 0x80, 0, 2, 0x60, 0x00);
        await bench.UntilAsync(() => bench.Links.Last().Facts!["packetsOfStrangers"] == "2" && bench.Links.Last().Facts!["packetsRefused"] == "1", "they are counted", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Meters_are_told_of_the_longest_answer_the_modem_can_bring()
    {
        await using var bench = new MeshBench();
        Assert.Equal(900, bench.Options.OfNode("00", null).Association.LongestPdu);
        Assert.True(UdpPacket.HeaderSize + 8 + 900 <= bench.Options.LongestPacket);
        await bench.UpAsync();
    }

    private static IEnumerable<byte[]>? Hold(List<byte[]> held, byte[] message)
    {
        if (message[0] != 0x0B)
        {
            return null;
        }

        held.Add(message);
        return [];
    }
}
