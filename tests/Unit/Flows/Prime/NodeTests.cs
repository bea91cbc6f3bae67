using Metering.Driver;
using Metering.Orders;

namespace Unit.Flows.Prime;

/// <summary>Nodes that come, go, move, wait, and are turned away.</summary>
public class NodeTests
{
    private const string One = "404022010203", Two = "404022010204", Meter = "ZIV0012345678";

    [Fact]
    public async Task A_node_can_be_asked_when_its_connection_is_open_and_not_before()
    {
        await using var bench = new PrimeBench();
        bench.Expected.With(Meter, One);
        await bench.UpAsync();
        bench.Modem.Happens(0, One);
        Assert.True(await bench.UntilAsync(() => bench.Node(One)?.State == NodeState.Registered));
        Assert.Empty(bench.Joined);
        var refused = await bench.Read(Meter);
        Assert.Equal((OrderState.Failed, MissReason.NotConnected), (refused.State, refused.Why));

        bench.Modem.Joins(One, 0x123, Meter);
        Assert.True(await bench.UntilAsync(() => bench.Joined.Any()));
        Assert.Equal("123", bench.Events.OfType<DriverEvent.Joined>().Single().LinkAddress);
        bench.Modem.Say(0x3B, 0x01, 0x23);
        Assert.True(await bench.UntilAsync(() => bench.Left.Any()));
        Assert.Equal(NodeState.Registered, bench.Node(One)!.State);
    }

    [Fact]
    public async Task A_branch_is_down_with_its_switch()
    {
        await using var bench = new PrimeBench();
        bench.Expected.With(Meter, Two).With("ZIV0012345679", One);
        await bench.UpAsync();
        Assert.Equal(MissReason.NeverRegistered, (await bench.Read(Meter)).Why);
        bench.Modem.Happens(0, Two, sid: 5, lnid: 9);
        bench.Modem.Joins(Two, 0x124, Meter);
        Assert.True(await bench.UntilAsync(() => bench.Joined.Any()));
        Assert.Null(bench.Node(Two)!.Level); // nobody told of switch 5 yet
        bench.Modem.Happens(0, One);
        bench.Modem.Happens(2, One, lsid: 5);
        Assert.True(await bench.UntilAsync(() => bench.Node(Two)?.Parent == One));
        Assert.Equal(2, bench.Node(Two)!.Level);
        Assert.True(bench.Node(One)!.IsSwitch);
        Assert.Contains(bench.Events, one => one is DriverEvent.Moved { Parent: One });

        bench.Modem.Happens(1, One);
        bench.Modem.Happens(1, Two, sid: 5, lnid: 9);
        Assert.True(await bench.UntilAsync(() => bench.Left.Any()));
        var missed = await bench.Read(Meter);
        Assert.Equal(MissReason.BranchDown, missed.Why);
        Assert.Contains(One, missed.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_not_expected_waits_in_quarantine_until_the_list_names_it()
    {
        await using var bench = new PrimeBench();
        await bench.UpAsync();
        bench.Modem.Joins(One, 0x123, "ZIV7");
        Assert.True(await bench.UntilAsync(() => bench.Node(One)?.State == NodeState.Quarantined));
        Assert.Contains($"no expected meter has EUI {One} or serial ZIV7", bench.Node(One)!.Sentence, StringComparison.Ordinal);
        Assert.Empty(bench.Joined);
        Assert.Equal(MissReason.NeverRegistered, (await bench.Read(Meter)).Why);

        bench.Expected.With(Meter, null, "ZIV7");
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.Joined.Any(), TimeSpan.FromSeconds(1)));
        Assert.Equal(Meter, bench.Joined.Single());
    }

    [Fact]
    public async Task Who_is_retired_is_let_go_and_taken_off_the_white_list()
    {
        await using var bench = new PrimeBench();
        bench.Expected.With(Meter, One);
        await bench.UpAsync();
        bench.Modem.Joins(One, 0x123, Meter);
        Assert.True(await bench.UntilAsync(() => bench.Joined.Any()));
        bench.Expected.Retire(Meter);
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.Left.Any() && bench.Modem.WhiteList.Count == 0, TimeSpan.FromSeconds(1)));
        Assert.Equal(NodeState.Quarantined, bench.Node(One)!.State);
    }

    [Fact]
    public async Task A_node_the_modem_turned_away_waits_in_quarantine_too()
    {
        await using var bench = new PrimeBench();
        await bench.UpAsync();
        bench.Modem.Happens(7, One);
        Assert.True(await bench.UntilAsync(() => bench.Node(One)?.State == NodeState.Quarantined));
        bench.Expected.With(Meter, One);
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.Node(One)!.State == NodeState.Gone && bench.Modem.WhiteList.Contains(One), TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_missing_unique_key_is_named_by_meter_and_the_node_let_in_when_it_comes()
    {
        await using var bench = new PrimeBench { Options = new("plc0", "/dev/plc") { SecurityProfile = 1 } };
        bench.Expected.With(Meter, One);
        await bench.UpAsync();
        bench.Modem.Happens(6, One);
        Assert.True(await bench.UntilAsync(() => bench.Node(One)?.State == NodeState.Refused));
        Assert.Contains($"no device unique key of meter {Meter}, node {One}", bench.Node(One)!.Sentence, StringComparison.Ordinal);
        bench.Keys.Add(One, 0xB0);
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.Node(One)!.State == NodeState.Gone, TimeSpan.FromSeconds(1)));
        Assert.StartsWith(One + "B0", Assert.Single(bench.Modem.UniqueKeys), StringComparison.Ordinal);
        bench.Modem.Joins(One, 0x123, Meter, secured: true);
        Assert.True(await bench.UntilAsync(() => bench.Joined.Any()));
    }

    [Fact]
    public async Task A_unique_key_the_modem_has_and_denies_is_a_wrong_one_until_the_keys_change()
    {
        await using var bench = new PrimeBench { Options = new("plc0", "/dev/plc") { SecurityProfile = 1 } };
        bench.Expected.With(Meter, One);
        bench.Keys.Add(One, 0xA0);
        await bench.UpAsync();
        bench.Modem.Happens(6, One);
        Assert.True(await bench.UntilAsync(() => bench.Modem.Sent(0x31).Count(set => set[1] == 0x81 && set[2] == 0x40) == 2)); // it may have been lost: it is given once more
        Assert.True(await bench.UntilAsync(() => bench.Node(One)?.State == NodeState.Gone));
        bench.Modem.Happens(6, One);
        Assert.True(await bench.UntilAsync(() => bench.Node(One)!.Why == MissReason.WrongKey));
        Assert.Equal(NodeState.Refused, bench.Node(One)!.State);
        Assert.Contains("told 2 times since that it has none that serves", bench.Node(One)!.Sentence, StringComparison.Ordinal);
        Assert.Equal(MissReason.WrongKey, (await bench.Read(Meter)).Why);
        bench.Keys.Add(One, 0xB0);
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.Node(One)!.State == NodeState.Gone, TimeSpan.FromSeconds(1)));
        bench.Modem.Joins(One, 0x123, Meter, secured: true);
        Assert.True(await bench.UntilAsync(() => bench.Joined.Any()));
    }

    [Fact]
    public async Task A_node_that_was_never_seen_though_the_modem_has_its_key_is_told_so_after_an_hour_and_no_other_is()
    {
        await using var bench = new PrimeBench { Options = new("plc0", "/dev/plc") { SecurityProfile = 1 } };
        bench.Expected.With(Meter, One).With("ZIV0012345679", Two);
        bench.Keys.Add(One, 0xA0);
        await bench.UpAsync();
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.Node(One) is not null, TimeSpan.FromSeconds(10)));
        var node = bench.Node(One)!;
        Assert.Equal((NodeState.Gone, MissReason.NeverRegistered, Meter), (node.State, node.Why, node.Meter.Text));
        Assert.Contains("or that key is not the node's, which a modem does not tell", node.Sentence, StringComparison.Ordinal);
        Assert.Null(bench.Node(Two)); // without a key it would be told by the modem
        Assert.InRange(bench.Clock.GetUtcNow() - new DateTimeOffset(2026, 11, 23, 10, 7, 30, TimeSpan.Zero), TimeSpan.FromHours(1), TimeSpan.FromHours(1.3));
        Assert.Equal(MissReason.NeverRegistered, (await bench.Read(Meter)).Why);
        bench.Modem.Joins(One, 0x123, Meter, secured: true);
        Assert.True(await bench.UntilAsync(() => bench.Joined.Any()));
        bench.Modem.Happens(1, One);
        Assert.True(await bench.UntilAsync(() => bench.Node(One)!.State == NodeState.Gone));
        Assert.Equal(MissReason.Absent, bench.Node(One)!.Why);
    }

    [Fact]
    public async Task A_node_below_the_demanded_profile_is_refused_and_counted()
    {
        await using var bench = new PrimeBench { Options = new("plc0", "/dev/plc") { SecurityProfile = 1 } };
        bench.Expected.With(Meter, One);
        await bench.UpAsync();
        bench.Modem.Joins(One, 0x123, Meter, secured: false);
        Assert.True(await bench.UntilAsync(() => bench.Node(One)?.State == NodeState.Refused));
        Assert.Equal((Meter, MissReason.AssociationRefused), (bench.Node(One)!.Meter.Text, bench.Node(One)!.Why));
        Assert.Equal(MissReason.AssociationRefused, (await bench.Read(Meter)).Why);
        Assert.Empty(bench.Joined);
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.Links.Last().Facts!["belowProfile"] == "1", TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Who_joined_before_the_profile_was_demanded_has_its_connection_closed()
    {
        await using var bench = new PrimeBench { Options = new("plc0", "/dev/plc") { SecurityProfile = 1 } };
        bench.Expected.With(Meter, One);
        bench.Modem.Lists[0x0050].Add(ScriptedModem.Registered(One, 1, 0xFF, 0, 0));
        bench.Modem.Lists[0x8250].Add(ScriptedModem.Connected(0x123, Meter, One));
        await bench.UpAsync();
        Assert.Equal("350123", Convert.ToHexString(Assert.Single(bench.Modem.Sent(0x35))));
        Assert.True(await bench.UntilAsync(() => bench.Node(One)!.State == NodeState.Registered));
        Assert.Empty(bench.Joined);
    }

    [Fact]
    public async Task An_unknown_meter_is_asked_once_and_remembered()
    {
        await using var bench = new PrimeBench();
        bench.Expected.AcceptsUnknown = true;
        bench.Modem.Meters[0x123] = bench.Meter(5);
        await bench.UpAsync();
        bench.Modem.Joins(One, 0x123, "X");
        Assert.True(await bench.UntilAsync(() => bench.Joined.Any()));
        Assert.Equal("SIM0000000000005", bench.Joined.Single());
        var asked = bench.Modem.Sent(0x37).Count();
        Assert.True(asked > 0);
        bench.Modem.Happens(1, One);
        bench.Modem.Meters[0x200] = bench.Modem.Meters[0x123];
        bench.Modem.Joins(One, 0x200, "X");
        Assert.True(await bench.UntilAsync(() => bench.Node(One) is { State: NodeState.Connected, Address: "200" }));
        Assert.Equal(asked, bench.Modem.Sent(0x37).Count());
    }

    [Fact]
    public async Task A_meter_that_does_not_say_who_it_is_is_asked_again_later()
    {
        await using var bench = new PrimeBench();
        bench.Expected.AcceptsUnknown = true;
        await bench.UpAsync();
        bench.Modem.Instead = payload => payload[0] == 0x37 ? [[0x39, payload[1], payload[2], payload[3], payload[4], 2]] : null;
        bench.Modem.Joins(One, 0x123, "X");
        Assert.True(await bench.UntilAsync(() => bench.Node(One)?.Sentence.Contains("does not say who it is", StringComparison.Ordinal) == true));
        Assert.Empty(bench.Joined);
        bench.Modem.Instead = _ => null;
        bench.Modem.Meters[0x123] = bench.Meter(5);
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.Joined.Any(), TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_serial_number_that_two_nodes_tell_gives_one_meter()
    {
        await using var bench = new PrimeBench();
        bench.Expected.With(Meter, One, "ZIV7");
        await bench.UpAsync();
        bench.Modem.Joins(One, 0x123, "ZIV7");
        bench.Modem.Joins(Two, 0x124, "ZIV7");
        Assert.True(await bench.UntilAsync(() => bench.Node(Two)?.State == NodeState.Quarantined));
        Assert.Equal([Meter], bench.Joined);
        Assert.Contains($"as does node {One}", bench.Node(Two)!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_meter_behind_another_modem_than_its_list_says_proves_itself()
    {
        await using var bench = new PrimeBench();
        bench.Expected.With("SIM0000000000005", One, "ZIV7");
        bench.Modem.Meters[0x124] = bench.Meter(5);
        await bench.UpAsync();
        bench.Modem.Joins(Two, 0x124, "ZIV7");
        Assert.True(await bench.UntilAsync(() => bench.Joined.Any()));
        Assert.Equal("SIM0000000000005", bench.Node(Two)!.Meter.Text);
        Assert.NotEmpty(bench.Modem.Sent(0x37));
    }

    [Fact]
    public async Task Nothing_is_told_twice()
    {
        await using var bench = new PrimeBench();
        bench.Expected.With(Meter, One);
        await bench.UpAsync();
        bench.Modem.Joins(One, 0x123, Meter);
        Assert.True(await bench.UntilAsync(() => bench.Joined.Any()));
        var told = bench.Events.Count(one => one is DriverEvent.NodeChanged);
        for (var i = 0; i < 50; i++)
        {
            bench.Modem.Happens(4, One);
        }

        bench.Modem.Happens(0, Two);
        Assert.True(await bench.UntilAsync(() => bench.Node(Two) is not null));
        Assert.Equal(told + 1, bench.Events.Count(one => one is DriverEvent.NodeChanged));
    }
}
