using Metering.Driver;

namespace Unit.Flows.Prime;

/// <summary>How a modem becomes a network that is known.</summary>
public class BringUpTests
{
    private const string One = "404022010203", Two = "404022010204", Three = "404022010205";

    [Fact]
    public async Task A_network_that_was_up_before_us_is_read_out_of_the_modem()
    {
        await using var bench = new PrimeBench();
        bench.Expected.With("ZIV0012345678", One).With("ZIV0012345679", Two).With("ZIV0012345680", Three);
        bench.Modem.Lists[0x0050].AddRange([ScriptedModem.Registered(Two, 7, 0xFF, 5, 1), ScriptedModem.Registered(One, 1, 5, 0, 0), ScriptedModem.Registered(Three, 3, 0xFF, 0, 0)]);
        bench.Modem.Lists[0x8250].AddRange([ScriptedModem.Connected(0x123, "ZIV0012345678", One), ScriptedModem.Connected(0x124, "ZIV0012345679", Two), ScriptedModem.Connected(0xFFE, "", Three)]);
        bench.Modem.Lists[0x0059].Add([0, 7, 5, 0, 0, 6, 0, 0, 0, 1]);
        await bench.UpAsync();

        Assert.Equal(["ZIV0012345678", "ZIV0012345679"], bench.Joined.Order());
        Assert.Equal((NodeState.Connected, "123", null, 1, true, "ZIV0012345678"), Seen(bench.Node(One)!));
        Assert.Equal((NodeState.Connected, "124", One, 2, false, "ZIV0012345679"), Seen(bench.Node(Two)!));
        Assert.Equal((NodeState.Registered, "", null, 1, false, null), Seen(bench.Node(Three)!));
        Assert.Equal("ZIV0012345680", bench.Node(Three)!.Meter.Text); // so that it can be said of the meter
        Assert.True(await bench.UntilAsync(() => bench.Node(Two)!.QualityPercent == 85));
        Assert.Contains(bench.Links, link => link.Facts!.GetValueOrDefault("sna") == ScriptedModem.OwnSna && link.Facts!.GetValueOrDefault("firmware") == "1.4.9");
    }

    [Fact]
    public async Task What_the_modem_counts_and_is_in_its_network_is_told_with_the_link_and_what_it_does_not_tell_is_not()
    {
        await using var bench = new PrimeBench();
        bench.Modem.Values[0x0040] = [0, 1, 0x11, 0x70];
        bench.Modem.Values[0x0076] = [0, 0x2A];
        bench.Modem.Values[0x0077] = [.. "SIM-BN"u8];
        bench.Modem.Values[0x0026] = [0, 0];
        bench.Modem.Instead = payload => payload[0] == 0x2D && payload[1] == 0 && payload[2] == 0x41 ? [] : null; // never answered: costs nothing but itself
        await bench.UpAsync();
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.Links.Any(link => link.Facts?.GetValueOrDefault("dataSent") == "70000"), TimeSpan.FromSeconds(1)));
        var facts = bench.Links.Last(link => link.Facts is not null).Facts!;
        Assert.Equal(("42", "SIM-BN", "0", null), (facts.GetValueOrDefault("vendor"), facts.GetValueOrDefault("product"), facts.GetValueOrDefault("level"), facts.GetValueOrDefault("lsid")));
        int Unanswered() => bench.Modem.Sent(0x2D).Count(payload => payload[1] == 0 && payload[2] == 0x41);
        var asked = Unanswered();
        bench.Modem.Values[0x0040] = [0, 1, 0x11, 0x71];
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.Links.Any(link => link.Facts?.GetValueOrDefault("dataSent") == "70001"), TimeSpan.FromSeconds(10)));
        Assert.Null(bench.Ended);
        Assert.Equal((1, asked), (bench.Modem.Opened, Unanswered()));
    }

    [Fact]
    public async Task A_list_in_many_parts_is_read_to_its_end()
    {
        await using var bench = new PrimeBench();
        for (var i = 0; i < 150; i++)
        {
            bench.Expected.With($"ZIV00123{i:D5}", $"4040220{i:X5}");
            bench.Modem.Lists[0x0050].Add(ScriptedModem.Registered($"4040220{i:X5}", i, 0xFF, 0, 0));
            bench.Modem.Lists[0x8250].Add(ScriptedModem.Connected(0x100 + i, $"ZIV00123{i:D5}", $"4040220{i:X5}"));
        }

        await bench.UpAsync();
        Assert.Equal(150, bench.Joined.Distinct().Count());
        Assert.Equal(150, bench.Joined.Count());
    }

    [Fact]
    public async Task A_modem_that_still_boots_is_waited_for()
    {
        await using var bench = new PrimeBench();
        var deaf = 4;
        bench.Modem.Instead = _ => deaf-- > 0 ? [] : null;
        bench.Start();
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.IsUp, TimeSpan.FromMilliseconds(200)));
    }

    [Fact]
    public async Task A_modem_that_gives_no_list_is_not_believed_empty()
    {
        await using var bench = new PrimeBench();
        bench.Expected.With("ZIV0012345678", One);
        bench.Modem.Lists[0x8250].Add(ScriptedModem.Connected(0x123, "ZIV0012345678", One));
        var refuses = true;
        bench.Modem.Instead = payload => payload is [0x2F, 0, 0x50] && refuses ? [[0x30, 1, 0, 0x50, 0, 0]] : null;
        bench.Start();
        Assert.True(await bench.UntilAsync(() => bench.Links.Any(link => link is { State: LinkState.Stalled } && link.Sentence.Contains("does not give its list 0050", StringComparison.Ordinal))));
        refuses = false;
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.IsUp, TimeSpan.FromMilliseconds(200)));
        Assert.Equal(["ZIV0012345678"], bench.Joined);
    }

    [Fact]
    public async Task Unique_keys_are_handed_over_and_the_profile_set_before_the_white_list_opens()
    {
        await using var bench = new PrimeBench { Options = new("plc0", "/dev/plc") { SecurityProfile = 1 } };
        bench.Expected.With("ZIV0012345678", One).With("ZIV0012345679", Two).With("ZIV0012345680", null, "ZIV0012345680");
        bench.Keys.Add(One, 0xA0);
        await bench.UpAsync();

        Assert.Equal([$"{One}A00102030405060708090A0B0C0D0E0F"], bench.Modem.UniqueKeys);
        Assert.Equal([One, Two], bench.Modem.WhiteList.Order());
        Assert.Equal([1], bench.Modem.Values[0x8151]);
        Assert.Equal([1], bench.Modem.Values[0x8137]);
        var order = bench.Modem.Sent(0x31, 0x5B).Select(payload => payload[0] == 0x5B ? "list" : Convert.ToHexString(payload[1..3])).Distinct();
        Assert.Equal(["8137", "8140", "list", "8151"], order);
    }

    [Fact]
    public async Task Who_was_retired_while_we_were_away_is_taken_off_the_white_list()
    {
        await using var bench = new PrimeBench();
        bench.Expected.With("ZIV0012345678", One).With("ZIV0012345679", Two);
        await bench.UpAsync();
        await bench.StopAsync();
        await using var next = new PrimeBench { Memory = bench.Memory };
        next.Expected.With("ZIV0012345678", One);
        next.Modem.WhiteList.UnionWith([One, Two]);
        await next.UpAsync();
        Assert.Equal([One], next.Modem.WhiteList);
    }

    [Fact]
    public async Task Unknown_nodes_may_join_where_they_are_accepted()
    {
        await using var bench = new PrimeBench();
        bench.Expected.AcceptsUnknown = true;
        await bench.UpAsync();
        Assert.Equal([0], bench.Modem.Values[0x8151]);
        Assert.Empty(bench.Modem.Sent(0x5B));
    }

    [Fact]
    public async Task A_modem_without_white_list_is_said_to_have_none()
    {
        await using var bench = new PrimeBench();
        bench.Modem.Instead = payload => payload is [0x31, 0x81, 0x51, ..] ? [[0x32, 11]] : null;
        await bench.UpAsync();
        Assert.Contains(bench.Links, link => link.Sentence.Contains("has no white list", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_exchanged_modem_is_told_by_its_network_and_costs_nothing_that_is_kept()
    {
        await using var bench = new PrimeBench();
        bench.Expected.AcceptsUnknown = true;
        bench.Modem.Meters[0x123] = bench.Meter(1);
        await bench.UpAsync();
        bench.Modem.Joins(One, 0x123, "X1");
        Assert.True(await bench.UntilAsync(() => bench.Joined.Any()));
        await bench.StopAsync();

        await using var next = new PrimeBench { Memory = bench.Memory };
        next.Expected.AcceptsUnknown = true;
        next.Modem.Values[0x0023] = Convert.FromHexString("404022DDEEFF");
        await next.UpAsync();
        Assert.Contains(next.Links, link => link.Sentence.Contains("another modem is at /dev/plc: its network is 404022DDEEFF, the one before was 404022AABBCC", StringComparison.Ordinal));
        next.Modem.Joins(One, 0x456, "X1");
        Assert.True(await next.UntilAsync(() => next.Joined.Any()));
        Assert.Equal("SIM0000000000001", next.Joined.Single());
        Assert.Empty(next.Modem.Sent(0x37)); // who is behind the node was kept
    }

    private static (NodeState, string, string?, int?, bool, string?) Seen(NetworkNode node) => (node.State, node.Address, node.Parent, node.Level, node.IsSwitch, node.Serial);
}
