using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Concentrator.Field;
using Concentrator.Home;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Ledger;
using Metering.Orders;
using Microsoft.Extensions.Logging.Abstractions;
using Simulation.Dlms;
using Unit.Flows.Dlms;

namespace Unit.Flows.Home;

/// <summary>A display's meter is asked so often that nothing shown is too old, and what is read for it is not stored.</summary>
public class HomeRefreshTests
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(20);

    [Requirement("F6")]
    [Fact]
    public async Task Nothing_a_consumer_sees_is_older_than_the_refresh_and_nothing_of_it_is_stored()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(1, 1) { Kind = "idis" });
        Assert.True(await bench.ListeningAsync());
        var meter = MeterId.Parse(bench.Meter.Name);
        var (reach, ledger, events, time) = (new MeterReach(), new ListLedger(), Channel.CreateUnbounded<DriverEvent>(), new FakeTime(bench.Clock));
        reach.Join(meter, bench.Driver);
        var options = new HomeOptions(null, null, null, "DEM", "dc-0001", TimeZoneInfo.Utc, [new HomeConsumer("flat-a", [meter], default, Refresh, null)]);
        var newest = new NewestValues([meter]);
        var feed = new HomeFeed(options, newest, time);
        var intake = new Intake(ledger, new MeterRegistry(_ => true, _ => true, TimeSpan.Zero, time), new FlowCount(), new FrameFeed(), new ReadMarks(), (_, _) => { }, NullLogger.Instance) { Newest = newest.Take };
        var taking = intake.RunAsync(events.Reader);
        using var stop = new CancellationTokenSource();
        var refreshing = new HomeRefresh(options, feed, new WatchedDesk(new Dispatcher(reach, events.Writer), bench), _ => true, bench.Clock).RunAsync(stop.Token);

        Assert.True(await bench.Clock.AdvanceUntilAsync(() => feed.AgeOf(meter) is not null, TimeSpan.FromMilliseconds(100)), "nothing came");
        using var fine = bench.Clock.CreateTimer(_ => { }, null, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100)); // no stride is longer
        var (until, oldest) = (bench.Clock.GetUtcNow().AddMinutes(5), TimeSpan.Zero);
        Assert.True(await bench.Clock.AdvanceUntilAsync(
            () =>
            {
                var age = feed.AgeOf(meter)!.Value;
                oldest = age > oldest ? age : oldest;
                return bench.Clock.GetUtcNow() >= until;
            }, TimeSpan.FromMilliseconds(100)));
        Assert.InRange(oldest, TimeSpan.FromSeconds(1), Refresh);
        var shown = Assert.Single(feed.Of(options.Consumers[0]).Meters);
        Assert.True(shown.Fresh);
        Assert.Contains(shown.Values, value => value is { Obis: "1-0:1.8.0*255", Unit: "Wh" });
        Assert.DoesNotContain(ledger.Records, record => record.Type == RecordType.Telegram);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refreshing);
        events.Writer.Complete();
        await taking;
    }

    [Fact]
    public async Task A_meter_that_shares_its_line_is_not_asked_for_a_display()
    {
        var meter = MeterId.Parse("SIM0000000000001");
        var clock = new PatientClock(new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero));
        var options = new HomeOptions(null, null, null, "DEM", "dc-0001", TimeZoneInfo.Utc, [new HomeConsumer("flat-a", [meter], default, Refresh, null)]);
        var feed = new HomeFeed(options, new NewestValues([meter]), new FakeTime(clock));
        var events = Channel.CreateUnbounded<DriverEvent>();
        var asked = 0;
        using var stop = new CancellationTokenSource();
        var refreshing = new HomeRefresh(options, feed, new Dispatcher(new MeterReach(), events.Writer), _ => ++asked < 0, clock).RunAsync(stop.Token);
        Assert.True(await clock.AdvanceUntilAsync(() => asked >= 3, TimeSpan.FromSeconds(1)));
        Assert.False(events.Reader.TryPeek(out _));
        Assert.False(feed.Of(options.Consumers[0]).Meters[0].Fresh);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refreshing);
    }

    /// <summary>Tells the bench of orders that are under way, so that its clock does not outrun them.</summary>
    private sealed class WatchedDesk(IOrderDesk desk, DriverBench bench) : IOrderDesk
    {
        public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [EnumeratorCancellation] CancellationToken stop)
        {
            var steps = await bench.UnderWay(async () =>
            {
                var all = new List<OrderStep>();
                await foreach (var step in desk.ExecuteAsync(order, stop))
                {
                    all.Add(step);
                }

                return all;
            });
            foreach (var step in steps)
            {
                yield return step;
            }
        }
    }
}
