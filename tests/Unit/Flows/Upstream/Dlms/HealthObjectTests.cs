using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Ledger;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>What is wrong with the box, and where it has its time from, as a head-end finds it.</summary>
public class HealthObjectTests
{
    [Fact]
    public async Task The_alarm_register_shows_what_is_wrong_as_long_as_it_is()
    {
        await using var bench = new NorthBench();
        var (headEnd, session) = (bench.Connect(), bench.Session());
        Assert.Null(await headEnd.AssociateAsync(session));
        async Task<string> AlarmsAsync() => Convert.ToHexString((await headEnd.GetAsync(session, 1, "0-0:97.98.0*255", 2)).Data.Span);
        Assert.Equal("0600000000", await AlarmsAsync());
        bench.Time.Quality = TimeQuality.Rtc;
        Assert.Equal("0600000002", await AlarmsAsync());
        bench.Drivers[0] = bench.Drivers[0] with { State = LinkState.Lost };
        bench.Upstreams.Add(new UpstreamView("main", "mqtts://hes", false, "no session", new Dictionary<RecordClass, long>(), 0, 0, 0, null));
        Assert.Equal("060000000E", await AlarmsAsync());
        bench.IsStorageHealthy = false;
        Assert.Equal("060000000F", await AlarmsAsync());
        (bench.Time.Quality, bench.Drivers[0], bench.IsStorageHealthy) = (TimeQuality.Synchronised, bench.Drivers[0] with { State = LinkState.Listening }, true);
        bench.Upstreams.Clear();
        Assert.Equal("0600000000", await AlarmsAsync());
    }

    [Fact]
    public async Task Each_time_server_of_the_configuration_has_a_setup_that_is_read()
    {
        await using var bench = new NorthBench(options => options with { TimeServers = [("192.0.2.1", 123), ("ntp.example", 1123)] });
        var (headEnd, session) = (bench.Connect(), bench.Session());
        Assert.Null(await headEnd.AssociateAsync(session));
        foreach (var (b, attribute, wanted) in new (int, sbyte, string?)[]
            { (0, 2, "0301"), (0, 3, "0909" + Convert.ToHexString("192.0.2.1"u8)), (0, 4, "12007B"), (0, 5, "1600"), (0, 6, "0100"), (0, 7, null), (1, 3, "090B" + Convert.ToHexString("ntp.example"u8)), (1, 4, "120463"), (2, 2, null) })
        {
            var got = await headEnd.GetAsync(session, 100, $"0-{b}:25.10.0*255", attribute);
            Assert.Equal((b, attribute, wanted), (b, attribute, got.Error is null ? Convert.ToHexString(got.Data.Span) : null));
        }

        Assert.Equal(3, await headEnd.SetAsync(session, 100, "0-0:25.10.0*255", 4, [0x12, 0, 123]));
    }
}
