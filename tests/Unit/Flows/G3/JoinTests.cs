using Metering;
using Metering.Driver;
using Metering.Orders;

namespace Unit.Flows.G3;

/// <summary>Devices are let in, each with its own key and an address for ever; others are told why not.</summary>
public class JoinTests
{
    [Fact]
    public async Task A_meter_that_is_expected_joins_with_its_own_key_and_is_read()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        Assert.Equal((1, "0001", NodeState.Connected), (device.Address, bench.Node(device)!.Address, bench.Node(device)!.State));
        Assert.Equal(MeterId.Parse(device.Meter!.Name), bench.Node(device)!.Meter);
        var ids = bench.Modem.Taken.Select(message => message[0]).ToList();
        Assert.True(ids.LastIndexOf(0x3C) < ids.LastIndexOf(0x42));
        var step = await bench.ReadAsync(device);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.Contains(bench.Events, told => told is DriverEvent.Joined joined && joined.LinkAddress == "0001");
    }

    [Fact]
    public async Task Two_that_ask_at_once_have_each_its_own_key_in_the_modem_when_it_is_let_in()
    {
        await using var bench = new MeshBench();
        MeshDevice[] devices = [.. Enumerable.Range(1, 5).Select(number => bench.Device(number))];
        await bench.UpAsync();
        Array.ForEach(devices, bench.Modem.AskToJoin);
        await bench.UntilAsync(() => devices.All(bench.IsReadable), "all are in");
        var pairs = bench.Modem.Taken.Where(message => message[0] is 0x3C or 0x42).SkipWhile(message => message[4] == 3).ToList();
        for (var i = 0; i < pairs.Count; i += 2)
        {
            Assert.Equal((0x3C, 2, 0x42), (pairs[i][0], pairs[i][4], pairs[i + 1][0]));
            Assert.Equal(devices.Single(device => device.Eui.AsSpan().SequenceEqual(pairs[i + 1].AsSpan(1, 8))).Key, pairs[i][8..]);
        }

        Assert.Equal([1, 2, 3, 4, 5], devices.Select(device => (int)device.Address).Order());
    }

    [Fact]
    public async Task Who_is_not_expected_waits_in_quarantine_with_a_sentence_and_comes_in_when_it_is()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1, isExpected: false);
        await bench.UpAsync();
        bench.Modem.AskToJoin(device);
        await bench.UntilAsync(() => bench.Node(device)?.State == NodeState.Quarantined && bench.Modem.TakenOf(0x42).Any(), "it is declined");
        Assert.Contains("nobody expects 0011220000000001 here", bench.Node(device)!.Sentence, StringComparison.Ordinal);
        Assert.Equal("FFFF", Convert.ToHexString(bench.Modem.TakenOf(0x42).Single()[9..]));
        Assert.DoesNotContain(bench.Modem.TakenOf(0x3C), message => message[4] == 2);
        bench.Expected.Add(new ExpectedMeter(MeterId.Parse(device.Meter!.Name), device.Name, null, null));
        await bench.JoinAsync(device);
    }

    [Fact]
    public async Task Where_unknown_meters_are_accepted_one_is_asked_who_it_is_and_remembered()
    {
        await using var bench = new MeshBench { AcceptsUnknown = true };
        var device = bench.Device(1, isExpected: false);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        Assert.Equal(device.Meter!.Name, bench.Node(device)!.Meter.Text);
        await bench.StopAsync();
        var before = device.Datagrams;
        await bench.UpAsync();
        await bench.UntilAsync(() => bench.IsReadable(device), "it is readable");
        Assert.Equal(before, device.Datagrams); // nobody asked it again
    }

    [Fact]
    public async Task One_without_a_key_is_declined_and_told_apart_until_the_key_is_there()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1, hasKey: false);
        await bench.UpAsync();
        bench.Modem.AskToJoin(device);
        await bench.UntilAsync(() => bench.Node(device)?.State == NodeState.Refused, "it is refused");
        Assert.StartsWith("no PSK of 16 octets is known for 0011220000000001", bench.Node(device)!.Sentence, StringComparison.Ordinal);
        bench.GiveKey(device, device.Key);
        await bench.JoinAsync(device);
    }

    [Fact]
    public async Task One_whose_key_is_wrong_is_said_to_be_so_spared_for_a_while_and_tried_when_the_keys_change()
    {
        await using var bench = new MeshBench(options => options with { JoinWithin = TimeSpan.FromMinutes(5) });
        var device = bench.Device(1, hasRightKey: false);
        await bench.UpAsync();
        for (var time = 1; time <= 3; time++)
        {
            bench.Modem.AskToJoin(device);
            await bench.UntilAsync(() => bench.Modem.TakenOf(0x42).Count() == time, "it is let in");
        }

        await bench.UntilAsync(() => bench.Node(device)?.State == NodeState.Refused, "it is found out", TimeSpan.FromSeconds(10));
        Assert.Contains("did not complete its join 3 times: PSK wrong?", bench.Node(device)!.Sentence, StringComparison.Ordinal);
        bench.Modem.AskToJoin(device);
        await bench.UntilAsync(() => bench.Modem.TakenOf(0x42).Count() == 4, "it is declined");
        Assert.Equal("FFFF", Convert.ToHexString(bench.Modem.TakenOf(0x42).Last()[9..]));
        bench.GiveKey(device, device.Key);
        bench.Version++;
        await bench.JoinAsync(device);
    }

    [Fact]
    public async Task A_device_that_the_modem_has_room_for_is_let_in_though_others_never_said_that_they_failed()
    {
        await using var bench = new MeshBench();
        MeshDevice[] devices = [.. Enumerable.Range(1, 6).Select(number => bench.Device(number))];
        await bench.UpAsync();
        bench.Modem.Instead = message => message[0] == 0x42 ? [] : null; // their handshakes fail, and a modem tells nobody
        Array.ForEach(devices[..5], bench.Modem.AskToJoin);
        await bench.UntilAsync(() => bench.Modem.TakenOf(0x42).Count() == 5, "five are let in");
        bench.Modem.Instead = _ => null;
        var before = bench.Clock.GetUtcNow();
        await bench.JoinAsync(devices[5]);
        Assert.True(bench.Clock.GetUtcNow() - before < TimeSpan.FromMinutes(2), "it waited until the joins of the others were given up");
    }

    [Fact]
    public async Task Where_nobody_completes_a_join_nobodys_key_is_called_wrong()
    {
        await using var bench = new MeshBench(options => options with { JoinWithin = TimeSpan.FromMinutes(5) });
        MeshDevice[] devices = [.. Enumerable.Range(1, 8).Select(number => bench.Device(number))];
        await bench.UpAsync();
        bench.Modem.Instead = message => message[0] == 0x42 ? [] : null;
        for (var time = 1; time <= 4; time++)
        {
            Array.ForEach(devices, bench.Modem.AskToJoin);
            await bench.UntilAsync(() => bench.Modem.TakenOf(0x42).Count() == 8 * time, "all are let in");
        }

        Assert.DoesNotContain(devices, device => bench.Node(device)?.State == NodeState.Refused);
        bench.Modem.Instead = _ => null;
        await bench.JoinAsync(devices[0]);
    }

    [Fact]
    public async Task A_join_that_is_not_completed_in_time_is_said_so()
    {
        await using var bench = new MeshBench(options => options with { JoinsTried = 2 });
        var device = bench.Device(1);
        device.IsAway = true;
        await bench.UpAsync();
        bench.Modem.AskToJoin(device);
        await bench.UntilAsync(() => bench.Node(device)?.State == NodeState.Gone, "it is let in", TimeSpan.FromSeconds(10));
        Assert.Equal("is let in: its join is under way", bench.Node(device)!.Sentence);
        await bench.UntilAsync(() => bench.Node(device)!.Sentence.Contains("did not complete its join: it may have been out of reach", StringComparison.Ordinal), "its time is over", TimeSpan.FromSeconds(10));
        Assert.Equal(NodeState.Gone, bench.Node(device)!.State);
        device.IsAway = false;
        await bench.JoinAsync(device);
    }

    [Fact]
    public async Task A_device_that_was_spared_for_its_key_and_fails_again_is_missed_for_its_key_and_not_as_absent()
    {
        await using var bench = new MeshBench(options => options with { JoinsTried = 2, SpareFor = TimeSpan.FromMinutes(10) });
        var device = bench.Device(1);
        await bench.UpAsync();
        bench.Modem.Instead = message => message[0] == 0x42 ? [] : null;
        for (var time = 1; time <= 2; time++)
        {
            bench.Modem.AskToJoin(device);
            await bench.UntilAsync(() => bench.Modem.TakenOf(0x42).Count() == time, "it is let in", TimeSpan.FromSeconds(1));
        }

        await bench.UntilAsync(() => bench.Node(device)?.State == NodeState.Refused, "it is spared", TimeSpan.FromSeconds(10));
        var end = bench.Clock.GetUtcNow().AddMinutes(11);
        await bench.UntilAsync(() => bench.Clock.GetUtcNow() > end, "time passes", TimeSpan.FromMinutes(1));
        bench.Modem.AskToJoin(device);
        await bench.UntilAsync(() => bench.Node(device)?.State == NodeState.Gone, "it is tried again, and fails", TimeSpan.FromSeconds(10));
        Assert.Equal((MissReason.WrongKey, "was let in and did not complete its join: it may have been out of reach; it asks again"), (bench.Node(device)!.Why, bench.Node(device)!.Sentence));
        bench.Modem.Instead = _ => null;
        await bench.JoinAsync(device);
        Assert.NotEqual(MissReason.WrongKey, bench.Node(device)!.Why);
    }

    [Fact]
    public async Task A_device_that_joins_again_gets_the_address_it_had_also_after_a_restart()
    {
        await using var bench = new MeshBench();
        MeshDevice[] devices = [.. Enumerable.Range(1, 3).Select(number => bench.Device(number))];
        await bench.UpAsync();
        foreach (var device in devices)
        {
            await bench.JoinAsync(device);
        }

        await bench.StopAsync();
        bench.Modem.Reboot();
        devices[1].Address = 0; // it was reset, and joins anew
        await bench.UpAsync();
        bench.Modem.AskToJoin(devices[1]);
        await bench.UntilAsync(() => devices[1].Address != 0, "it joins");
        Assert.Equal([1, 2, 3], devices.Select(device => (int)device.Address));
    }

    [Fact]
    public async Task After_a_restart_the_nodes_are_readable_without_joining_again()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        await bench.StopAsync();
        await bench.UpAsync();
        await bench.UntilAsync(() => bench.IsReadable(device), "it is readable");
        var step = await bench.ReadAsync(device);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.Single(bench.Modem.TakenOf(0x42));
    }

    [Fact]
    public async Task One_that_completed_its_join_while_the_driver_was_stopped_is_found_without_joining_again()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.LetInUnheardAsync(device);
        await bench.StopAsync();
        device.Enter(bench.Modem, 1);
        bench.Modem.Instead = _ => null;
        await bench.UpAsync();
        await bench.MustBeFoundAsync(device);
    }

    [Fact]
    public async Task One_whose_completed_join_the_modem_told_in_a_damaged_frame_is_found_without_joining_again()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.LetInUnheardAsync(device);
        device.Enter(bench.Modem, 1);
        bench.Modem.Instead = _ => null;
        await bench.MustBeFoundAsync(device);
    }

    [Fact]
    public async Task One_that_leaves_or_is_put_out_is_gone_at_once_and_may_come_back()
    {
        await using var bench = new MeshBench();
        var (first, second) = (bench.Device(1), bench.Device(2));
        await bench.UpAsync();
        await bench.JoinAsync(first);
        await bench.JoinAsync(second);
        bench.Modem.Say(0x49, 0, 1);
        await bench.UntilAsync(() => bench.Node(first)!.State == NodeState.Gone && !bench.IsReadable(first), "it left");
        Assert.Equal("left the network by itself", bench.Node(first)!.Sentence);
        Assert.Contains("left the network by itself", (await bench.ReadAsync(first)).Sentence, StringComparison.Ordinal);
        Assert.True(await bench.Driver.KickAsync(second.Name, CancellationToken.None));
        Assert.False(await bench.Driver.KickAsync("0000000000000099", CancellationToken.None));
        await bench.UntilAsync(() => bench.Node(second)!.State == NodeState.Gone && bench.Modem.TakenOf(0x3E).Any(), "it is out");
        Assert.Equal("3E0002" + second.Name, Convert.ToHexString(bench.Modem.TakenOf(0x3E).Single()));
        await bench.JoinAsync(first);
        await bench.StopAsync();
        await bench.UpAsync();
        await bench.UntilAsync(() => bench.IsReadable(first) && bench.Node(second)?.State == NodeState.Gone, "the restart remembers who is out");
    }

    [Fact]
    public async Task Somebody_who_asks_to_join_under_the_name_of_a_node_does_not_put_that_out()
    {
        await using var bench = new MeshBench(options => options with { JoinWithin = TimeSpan.FromMinutes(5) });
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        bench.Modem.Instead = message => message[0] == 0x42 ? [] : null; // whoever it is has no key
        bench.Modem.AskToJoin(device);
        await bench.UntilAsync(() => bench.Modem.TakenOf(0x42).Count() == 2, "it is let in");
        await bench.UntilAsync(() => bench.Links.Last().Facts!["joinsFailed"] == "1", "the join has failed", TimeSpan.FromSeconds(10));
        Assert.Equal(NodeState.Connected, bench.Node(device)!.State);
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(device)).State);
    }

    [Fact]
    public async Task EUIs_printed_the_other_way_round_are_looked_up_and_told_that_way()
    {
        await using var bench = new MeshBench(options => options with { EuiReversed = true });
        var device = bench.Device(1);
        var printed = Convert.ToHexString([.. device.Eui.Reverse()]);
        bench.Expected[0] = bench.Expected[0] with { Eui = printed };
        bench.GiveKey(new MeshDevice(Convert.ToUInt64(printed, 16), []), device.Key);
        await bench.UpAsync();
        bench.Modem.AskToJoin(device);
        await bench.UntilAsync(() => bench.IsReadable(device), "it is in");
        Assert.Contains(bench.Events, told => told is DriverEvent.NodeChanged { Node.State: NodeState.Connected } node && node.Node.Eui == printed);
    }

    [Fact]
    public async Task A_flood_of_strangers_is_declined_and_forgotten_and_a_meter_comes_in_meanwhile()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        for (var i = 0; i < 2000; i++)
        {
            bench.Modem.AskToJoin(new MeshDevice(0x00FF_0000_0000_0000 + (ulong)i, []));
        }

        await bench.JoinAsync(device);
        await bench.UntilAsync(() => bench.Links.Last().Facts!.TryGetValue("nodesQuarantined", out var many) && int.Parse(many, System.Globalization.CultureInfo.InvariantCulture) > 100, "they are counted", TimeSpan.FromSeconds(10));
        Assert.InRange(int.Parse(bench.Links.Last().Facts!["nodesQuarantined"], System.Globalization.CultureInfo.InvariantCulture), 100, 1024);
    }
}
