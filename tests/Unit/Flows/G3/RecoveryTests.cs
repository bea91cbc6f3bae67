using Metering.Driver;
using Metering.Orders;

namespace Unit.Flows.G3;

/// <summary>Whatever becomes of the modem, the network is made again, and what was asked is answered.</summary>
public class RecoveryTests
{
    [Fact]
    public async Task A_modem_that_was_switched_off_and_on_is_started_again_and_the_packet_goes_on()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        var key = bench.Modem.GroupKeys[0];
        bench.Modem.Reboot();
        var step = await bench.ReadAsync(device);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.Equal(key, bench.Modem.GroupKeys[0]);
        Assert.Contains(bench.Links, link => link.Sentence.Contains("says that it was not started", StringComparison.Ordinal));
        Assert.Single(bench.Modem.TakenOf(0x42)); // the node did not have to join again
    }

    [Fact]
    public async Task A_modem_that_was_switched_off_and_on_while_nothing_was_asked_is_found_out_by_the_probe()
    {
        await using var bench = new MeshBench();
        await bench.UpAsync();
        var times = bench.Links.Count(link => link.State == LinkState.Listening && link.Sentence.Contains("is up", StringComparison.Ordinal));
        bench.Modem.Reboot();
        await bench.UntilAsync(() => bench.Modem.State == 2, "the network is up again", TimeSpan.FromSeconds(1));
        Assert.True(times >= 1);
    }

    [Fact]
    public async Task A_modem_that_hangs_is_reset_and_the_order_it_had_is_done()
    {
        await using var bench = new MeshBench(options => options with { ConfirmWithin = TimeSpan.FromSeconds(45), HoldWithin = TimeSpan.FromMinutes(10) });
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        bench.Modem.Hangs = true;
        var reading = bench.StartReading(device);
        await bench.UntilAsync(() => bench.Links.Any(link => link.Sentence.Contains("resetting it", StringComparison.Ordinal)), "it is reset", TimeSpan.FromMilliseconds(500));
        bench.Modem.Reboot(); // what the reset comes to
        await bench.UntilAsync(() => bench.IsUp && bench.Modem.State == 2 && reading.IsCompleted, "the network is up again", TimeSpan.FromMilliseconds(500));
        Assert.Contains(bench.Links, link => link.Sentence.StartsWith("no confirm for a packet to 0001 within 45 s", StringComparison.Ordinal));
        Assert.Equal(OrderState.Done, (await reading).State);
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(device)).State);
    }

    [Fact]
    public async Task A_confirm_that_is_lost_costs_time_and_no_order()
    {
        await using var bench = new MeshBench(options => options with { ConfirmWithin = TimeSpan.FromSeconds(45) });
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        var lost = 0;
        bench.Modem.Instead = message => message[0] == 0x0B && ++lost == 1 ? [] : null;
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(device)).State);
        await bench.UntilAsync(() => bench.Links.Last().Facts!["packetsUnconfirmed"] == "1", "it is counted", TimeSpan.FromSeconds(10));
        Assert.Equal(2, bench.Modem.TakenOf(0x0A).Count(message => message[0] == 0x0A) + 1); // the modem was there: it was not started again
    }

    [Fact]
    public async Task A_port_that_disappears_ends_the_driver_and_the_next_one_goes_on()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        var held = 0;
        bench.Modem.Instead = message => message[0] == 0x0B && ++held > 0 ? [] : null;
        var reading = bench.StartReading(device);
        await bench.UntilAsync(() => held == 1, "a packet is under way");
        await bench.Modem.UnplugAsync();
        await bench.UntilAsync(() => bench.Ended is not null && reading.IsCompleted, "both end");
        Assert.Contains("the port is gone", bench.Ended, StringComparison.Ordinal);
        Assert.Equal(OrderState.Failed, (await reading).State);
        await bench.StopAsync();
        bench.Modem.Instead = _ => null;
        await bench.UpAsync();
        await bench.UntilAsync(() => bench.IsReadable(device), "it is readable");
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(device)).State);
    }

    [Fact]
    public async Task A_driver_that_is_stopped_in_the_middle_of_everything_ends()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        bench.Modem.Instead = message => message[0] == 0x0B ? [] : null;
        var reading = bench.StartReading(device);
        await bench.UntilAsync(() => bench.Modem.TakenOf(0x0B).Any(), "a packet is under way");
        await bench.StopAsync();
        Assert.True(await Patience.UntilAsync(() => reading.IsCompleted));
        Assert.NotEqual(OrderState.Done, (await reading).State);
        bench.Start();
    }

    [Fact]
    public async Task An_old_firmware_that_leaves_joining_to_the_host_is_named()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        bench.Modem.Instead = message => message[0] == 0x42 ? [[0, 2, 0x42]] : null;
        bench.Modem.AskToJoin(device);
        await bench.UntilAsync(() => bench.Links.Any(link => link.Sentence.Contains("does not know command 42", StringComparison.Ordinal)), "it is said");
    }

    [Fact]
    public async Task Another_network_with_our_PAN_id_is_said_so()
    {
        await using var bench = new MeshBench();
        await bench.UpAsync();
        bench.Modem.Say(0x20, 0x78, 0x1D, 2, 0, 1, 2, 0, 0, 0x80, 0, 0, 0);
        await bench.UntilAsync(() => bench.Links.Any(link => link.Sentence.Contains("another network near by has PAN id 781D too", StringComparison.Ordinal)), "it is said");
        Assert.Equal("1", bench.Links.Last().Facts!["panIdConflicts"]);
    }
}
