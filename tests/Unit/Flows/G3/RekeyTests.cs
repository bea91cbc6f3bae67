using Metering.Driver;
using Metering.Orders;

namespace Unit.Flows.G3;

/// <summary>The group key is changed while the network works.</summary>
public class RekeyTests
{
    [Fact]
    public async Task Every_node_gets_the_new_key_then_all_go_over_to_it()
    {
        await using var bench = new MeshBench();
        MeshDevice[] devices = [.. Enumerable.Range(1, 3).Select(number => bench.Device(number))];
        await bench.UpAsync();
        foreach (var device in devices)
        {
            await bench.JoinAsync(device);
        }

        var before = bench.Modem.GroupKeys[0]!;
        var changing = bench.Driver.RekeyAsync(CancellationToken.None).AsTask();
        await bench.UntilAsync(() => changing.IsCompleted, "the key is changed");
        var result = await changing;
        Assert.Equal((3, 0), (result.Changed, result.Left.Count));
        await bench.UntilAsync(() => bench.Modem.ActiveKey == 1, "the modem goes over to it"); // it confirms nothing
        var now = bench.Modem.GroupKeys[1]!;
        Assert.NotEqual(before, now);
        Assert.All(devices, device => Assert.Equal(now, device.GroupKey));
        Assert.Equal(["40", "3F", "3F", "3F", "3F", "3F", "3F", "40", "41"], bench.Modem.Taken.Where(message => message[0] is 0x3F or 0x40 or 0x41).Select(message => message[0].ToString("X2")));
        Assert.Equal([1, 1, 1, 0, 0, 0], bench.Modem.TakenOf(0x3F).Select(message => (int)message[11]));
        Assert.All(bench.Modem.TakenOf(0x42).TakeLast(6), message => Assert.Equal("FFF0", Convert.ToHexString(message[9..])));
        Assert.DoesNotContain(Convert.ToHexString(now), bench.Kept(), StringComparison.Ordinal);
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(devices[0])).State);
        await bench.StopAsync();
        bench.Modem.Reboot();
        await bench.UpAsync();
        Assert.Equal((1, Convert.ToHexString(now), null), (bench.Modem.ActiveKey, Convert.ToHexString(bench.Modem.GroupKeys[1]!), bench.Modem.GroupKeys[0]));
    }

    [Fact]
    public async Task One_that_does_not_take_it_is_named_and_has_to_join_again()
    {
        await using var bench = new MeshBench(options => options with { RekeyWithin = TimeSpan.FromMinutes(3) });
        var (here, away) = (bench.Device(1), bench.Device(2));
        await bench.UpAsync();
        await bench.JoinAsync(here);
        await bench.JoinAsync(away);
        away.IsAway = true;
        var changing = bench.Driver.RekeyAsync(CancellationToken.None).AsTask();
        await bench.UntilAsync(() => changing.IsCompleted, "the key is changed", TimeSpan.FromSeconds(1));
        var result = await changing;
        Assert.Equal((1, away.Name), (result.Changed, Assert.Single(result.Left)));
        await bench.UntilAsync(() => bench.Node(away)!.State == NodeState.Gone, "it is told");
        Assert.Contains("did not take the new group key", bench.Node(away)!.Sentence, StringComparison.Ordinal);
        away.IsAway = false;
        await bench.JoinAsync(away);
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(away)).State);
    }

    [Fact]
    public async Task A_change_that_was_broken_off_goes_on_with_the_same_new_key_and_both_are_in_the_modem_meanwhile()
    {
        await using var bench = new MeshBench(options => options with { RekeyWithin = TimeSpan.FromMinutes(30) });
        var device = bench.Device(1);
        await bench.UpAsync();
        await bench.JoinAsync(device);
        bench.Modem.Instead = message => message[0] == 0x3F ? [] : null;
        var changing = bench.Driver.RekeyAsync(CancellationToken.None).AsTask();
        await bench.UntilAsync(() => bench.Modem.TakenOf(0x3F).Any(), "the key is being given out");
        var given = Convert.ToHexString(bench.Modem.TakenOf(0x3C).Last(message => message[4] == 4)[8..]);
        await bench.StopAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => changing);
        bench.Modem.Instead = _ => null;
        await bench.UpAsync();
        Assert.Equal((0, given), (bench.Modem.ActiveKey, Convert.ToHexString(bench.Modem.GroupKeys[1]!)));
        changing = bench.Driver.RekeyAsync(CancellationToken.None).AsTask();
        await bench.UntilAsync(() => changing.IsCompleted, "the key is changed");
        Assert.Equal(given, Convert.ToHexString(device.GroupKey!));
    }
}
