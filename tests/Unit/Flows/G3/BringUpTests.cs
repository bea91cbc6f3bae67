using Metering.Driver;

namespace Unit.Flows.G3;

/// <summary>A modem becomes the coordinator of our network, whatever it was before.</summary>
public class BringUpTests
{
    [Fact]
    public async Task The_network_is_made_in_the_order_of_the_document()
    {
        await using var bench = new MeshBench();
        await bench.UpAsync();
        var ids = bench.Modem.Taken.Select(message => message[0]).ToList();
        var initialize = ids.LastIndexOf(0x0A);
        var start = ids.IndexOf(0x0D);
        var key = bench.Modem.Taken.ToList().FindIndex(message => message[0] == 0x3C);
        Assert.True(initialize >= 0 && initialize < ids.IndexOf(0x11) && ids.IndexOf(0x16) < start && start < key, string.Join(' ', ids.Select(id => id.ToString("X2"))));
        Assert.Equal("0A0001", Convert.ToHexString(bench.Modem.Taken[initialize]));
        Assert.Equal("FFFF0150FE80000000000000781D", Convert.ToHexString(bench.Modem.Set["A00000007"]));
        Assert.Equal("0000", Convert.ToHexString(bench.Modem.Set["M00000053"]));
        Assert.Equal((2, 0x781D, 16), (bench.Modem.State, bench.Modem.Pan, bench.Modem.GroupKeys[0]!.Length));
        Assert.Equal([LinkState.Opening, LinkState.Configuring, LinkState.Listening], bench.Links.Select(link => link.State).Distinct());
        Assert.Equal("00040400000A1B2C", bench.Links.Last().Facts!["coordinator"]);
    }

    [Fact]
    public async Task What_the_MAC_counts_is_told_with_the_link_and_what_it_does_not_tell_is_not()
    {
        await using var bench = new MeshBench();
        bench.Modem.Instead = message => message[0] == 0x17 && message[3] == 1 && message[4] is 0x01 or 0x09 ? [[0x2E, 0, .. message[1..7], 4, 0, 1, 0x11, message[4]]] : null;
        await bench.UpAsync();
        await bench.UntilAsync(() => bench.Links.Any(link => link.Facts?.GetValueOrDefault("dataSent") == "69889"), "the counters are told", TimeSpan.FromSeconds(1));
        var facts = bench.Links.Last(link => link.Facts is not null).Facts!;
        Assert.Equal(("69897", null), (facts.GetValueOrDefault("macBadChecksums"), facts.GetValueOrDefault("dataReceived")));
    }

    [Fact]
    public async Task The_group_key_is_random_stays_and_is_nowhere_in_clear()
    {
        await using var bench = new MeshBench();
        await bench.UpAsync();
        var key = bench.Modem.GroupKeys[0]!;
        Assert.True(key.Distinct().Count() > 6);
        Assert.DoesNotContain(Convert.ToHexString(key), bench.Kept(), StringComparison.Ordinal);
        await bench.StopAsync();
        await bench.UpAsync();
        Assert.Equal(key, bench.Modem.GroupKeys[0]);
        await bench.StopAsync();
        bench.LoseDeviceKey();
        await bench.UpAsync();
        Assert.NotEqual(key, bench.Modem.GroupKeys[0]);
        Assert.Contains("every node has to join again", bench.Links.Last().Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PAN_id_that_a_network_near_by_has_is_left_to_it_and_the_other_one_is_kept()
    {
        await using var bench = new MeshBench();
        bench.Modem.Neighbours.Add(0x781D);
        bench.Modem.Neighbours.Add(0x781E);
        await bench.UpAsync();
        Assert.Equal(0x781F, bench.Modem.Pan);
        Assert.Contains("PAN id 781F and not 781D, which another has", bench.Links.Last().Sentence, StringComparison.Ordinal);
        await bench.StopAsync();
        bench.Modem.Neighbours.Clear();
        await bench.UpAsync();
        Assert.Equal(0x781F, bench.Modem.Pan);
    }

    [Fact]
    public async Task A_PAN_id_the_modem_refuses_is_followed_by_another_while_there_are_no_nodes()
    {
        await using var bench = new MeshBench();
        bench.Modem.Instead = message => message[0] == 0x0D && message[2] == 0x1D ? [[0x22, 0xA1]] : null;
        await bench.UpAsync();
        Assert.Equal(0x781E, bench.Modem.Pan);
    }

    [Fact]
    public async Task With_nodes_in_it_a_network_keeps_its_PAN_id_and_looks_for_no_others()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        await bench.StopAsync();
        bench.Modem.Neighbours.Add(0x781D); // its own nodes answer so
        var before = bench.Modem.TakenOf(0x0C).Count();
        bench.Options = bench.Options with { PanId = 0x2222 };
        await bench.UpAsync();
        Assert.Equal((0x781D, before), (bench.Modem.Pan, bench.Modem.TakenOf(0x0C).Count()));
    }

    [Fact]
    public async Task A_modem_that_was_exchanged_goes_on_from_a_frame_counter_that_its_nodes_take()
    {
        await using var bench = new MeshBench(options => options with { CounterEvery = TimeSpan.FromMinutes(10) });
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        bench.Modem.FrameCounter = 5000;
        await bench.UntilAsync(() => bench.Links.Last().Facts!["frameCounter"] == "5000", "the counter is kept", TimeSpan.FromSeconds(5));
        bench.Modem.FrameCounter = 5400; // sent since, and seen by the node
        device.FrameCounter = 5400;
        await bench.StopAsync();
        var other = new MeshModem(bench.Clock, 0x0004_0400_00FF_FFFF) { FrameCounter = 7 };
        other.Devices.Add(device);
        bench.Modem = other;
        await bench.UpAsync();
        Assert.Equal(5000u + (1 << 20), other.FrameCounter);
        Assert.Contains("the modem was exchanged (0004", bench.Links.Last().Sentence, StringComparison.Ordinal);
        var step = await bench.ReadAsync(device);
        Assert.True(step.State == Metering.Orders.OrderState.Done, step.Sentence);
    }

    [Fact]
    public async Task A_modem_that_is_the_same_and_has_not_gone_back_keeps_its_own_counter()
    {
        await using var bench = new MeshBench();
        await bench.UpAsync();
        bench.Modem.FrameCounter = 700;
        await bench.StopAsync();
        await bench.UpAsync();
        Assert.Equal(700u, bench.Modem.FrameCounter);
        Assert.DoesNotContain("M00000077", bench.Modem.Set.Keys);
    }

    [Fact]
    public async Task What_the_modem_does_not_take_is_said_and_the_network_is_up_without_it()
    {
        await using var bench = new MeshBench(options => options with { RouteMinutes = 180 });
        bench.Modem.Instead = message => message[0] == 0x11 && message[4] == 0x12 ? [[0x27, 0xB1, .. message[1..7]]] : null;
        await bench.UpAsync();
        Assert.Contains("does not take attribute 12 of set-request: unsupported attribute", bench.Links.Last().Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_modem_that_takes_no_network_is_tried_again_with_a_sentence()
    {
        await using var bench = new MeshBench();
        var refuses = true;
        bench.Modem.Instead = message => refuses && message[0] == 0x16 && message[4] == 0x53 ? [[0x2D, 0xFB, .. message[1..7]]] : null;
        bench.Start();
        await bench.UntilAsync(() => bench.Links.Any(link => link.State == LinkState.Stalled), "it is said");
        Assert.Contains("does not take the short address 0000 of a coordinator: read only; once more in 2 s", bench.Links.First(link => link.State == LinkState.Stalled).Sentence, StringComparison.Ordinal);
        refuses = false;
        await bench.UntilAsync(() => bench.IsUp, "the network is up");
    }

    [Fact]
    public async Task A_modem_that_forgot_its_counter_goes_on_beyond_the_one_that_was_kept()
    {
        await using var bench = new MeshBench();
        await bench.UpAsync();
        await bench.StopAsync();
        bench.Modem.FrameCounter = 99; // 100 was kept at bring-up
        await bench.UpAsync();
        Assert.Equal(100u + (1 << 20), bench.Modem.FrameCounter);
        await bench.StopAsync();
        bench.Options = bench.Options with { CounterJump = uint.MaxValue - 1000 };
        bench.Modem.FrameCounter = 0;
        await bench.UpAsync();
        Assert.Equal(uint.MaxValue, bench.Modem.FrameCounter); // it stops at the end and never turns over
    }
}
