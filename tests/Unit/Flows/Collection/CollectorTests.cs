using Concentrator.Collection;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Orders;
using Metering.Orders.Planner;
using Microsoft.Extensions.Logging.Abstractions;
using Unit.Flows.Dlms;

namespace Unit.Flows.Collection;

/// <summary>The collector asks for what is missing, when it is due, as anybody else would.</summary>
public class CollectorTests
{
    private static readonly MeterId Meter = MeterId.Parse("SIM0000000000001");
    private readonly PatientClock _clock = new(new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero));
    private readonly Desk _desk = new();
    private readonly List<Completeness> _told = [];
    private DateTime? _last;

    [Fact]
    public async Task A_profile_that_was_never_read_is_asked_in_pieces_from_the_oldest_on()
    {
        await RunAsync("load-profile", TimeSpan.FromDays(1), () => _desk.Asked.Count >= 4);
        ReadOrder[] asked = [.. _desk.Asked.Take(4).Select(one => one.Order)];
        Assert.Equal(TimeSpan.FromDays(31), asked[3].ToUtc - asked[0].FromUtc);
        Assert.All(asked.Zip(asked.Skip(1)), pair => Assert.Equal(pair.First.ToUtc, pair.Second.FromUtc));
        Assert.All(asked, one => Assert.True(one.ToUtc - one.FromUtc <= TimeSpan.FromDays(10)));
    }

    [Fact]
    public async Task What_is_stored_is_not_asked_again_but_for_the_last_hour_in_which_the_clock_may_have_been_set_back()
    {
        _last = new DateTime(2026, 11, 23, 9, 45, 0, DateTimeKind.Utc);
        await RunAsync("load-profile", TimeSpan.FromDays(1), () => _desk.Asked.Count >= 1);
        Assert.Equal(_last.Value.AddHours(-1).AddSeconds(1), _desk.Asked[0].Order.FromUtc);
        Assert.Single(_desk.Asked);
    }

    [Fact]
    public async Task Rows_a_meter_has_overwritten_are_missed_no_longer()
    {
        var day = new DateTime(2026, 11, 22, 0, 0, 0, DateTimeKind.Utc);
        (_desk.AtOnce, _desk.HoldsFrom) = (4, day.AddHours(6));
        _desk.Ranges = [(day.AddHours(4), day.AddHours(8)), (day.AddHours(1), day.AddHours(2))];
        await RunAsync("load-profile", TimeSpan.FromDays(1), () => _desk.Asked.Count >= 2);
        Assert.Equal([(day.AddHours(4), day.AddHours(6).AddSeconds(-1)), (day.AddHours(1), day.AddHours(2))], _desk.Gone.Take(2));
        Assert.Equal(2, _desk.Gone.Distinct().Count());
    }

    [Fact]
    public async Task A_meter_whose_clock_is_ahead_is_read_all_the_same()
    {
        _last = new DateTime(2026, 11, 24, 9, 45, 0, DateTimeKind.Utc);
        await RunAsync("load-profile", TimeSpan.FromDays(1), () => _desk.Asked.Count >= 1);
        Assert.Null(_desk.Asked[0].Order.ToUtc);
    }

    [Fact]
    public async Task Registers_are_asked_once_a_period()
    {
        await RunAsync("registers", TimeSpan.FromMinutes(15), () => _clock.GetUtcNow().Minute >= 37);
        var task = new CollectionTask("registers", TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(5), null);
        var slots = _desk.Asked.Select(one => Schedule.LastRun(task, one.At)).ToList();
        Assert.Equal(slots.Distinct(), slots);
        Assert.True(slots.Count >= 3, $"{slots.Count} reads in 37 minutes");
        Assert.Null(_desk.Asked[0].Order.FromUtc);
    }

    [Fact]
    public async Task A_read_that_failed_is_tried_again_after_two_minutes_and_not_before()
    {
        _desk.Answer = OrderState.Failed;
        await RunAsync("registers", TimeSpan.FromDays(1), () => _desk.Asked.Count >= 4);
        Assert.All(_desk.Asked.Zip(_desk.Asked.Skip(1)), pair => Assert.True(pair.Second.At - pair.First.At >= TimeSpan.FromMinutes(2), $"{pair.Second.At - pair.First.At}"));
    }

    [Theory]
    [InlineData(ClockEvent.Set, 2)]
    [InlineData(ClockEvent.Shifted, 1)]
    [InlineData(ClockEvent.BeyondWindow, 1)]
    public async Task Rows_around_a_clock_that_was_set_are_read_again(ClockEvent happened, int reads)
    {
        _last = new DateTime(2026, 11, 23, 9, 45, 0, DateTimeKind.Utc);
        _desk.Clock = happened;
        await RunAsync("load-profile", TimeSpan.FromDays(1), () => _desk.Clocks > 0 && _clock.GetUtcNow().Minute > 5, reads, new CollectionTask("clock", TimeSpan.FromDays(1), TimeSpan.FromMinutes(7), null));
        Assert.Equal(1, _desk.Clocks);
        Assert.True(reads == _desk.Asked.Count(one => one.At.Day == 23), string.Join(" | ", _desk.Asked)); // the collector sleeps until the next run: time jumps there
        Assert.Equal(reads > 1, _desk.Asked.Any(one => one.Order.FromUtc < new DateTime(2026, 11, 23, 8, 0, 0, DateTimeKind.Utc)));
    }

    [Fact]
    public async Task At_its_due_time_and_not_before_a_run_is_told_once()
    {
        await RunAsync("registers", TimeSpan.FromDays(1), () => _clock.GetUtcNow().Day == 25, new CollectionTask("load-profile", TimeSpan.FromDays(1), TimeSpan.FromHours(11), TimeSpan.FromHours(14)));
        Assert.All(_told, report => Assert.Equal("load-profile", report.Task));
        Assert.Equal([new DateTime(2026, 11, 21), new DateTime(2026, 11, 22), new DateTime(2026, 11, 23)], _told.Select(report => report.After)); // the first was due before the start
        Assert.All(_told.Skip(1), report => Assert.InRange(report.At, report.Until.AddHours(14), report.Until.AddHours(14).AddMinutes(1)));
        Assert.All(_told, report => Assert.Equal(Meter, Assert.Single(report.Meters).Meter));
    }

    [Fact]
    public async Task What_was_due_before_the_box_started_is_told_of_rows_only_for_registers_may_have_been_read_in_the_life_before()
    {
        var (start, due) = (TimeSpan.FromHours(2), TimeSpan.FromHours(6));
        await RunAsync("clock", TimeSpan.FromDays(1), () => _told.Count > 0, new CollectionTask("registers", TimeSpan.FromDays(1), start, due), new CollectionTask("load-profile", TimeSpan.FromDays(1), start, due));
        Assert.Equal(("load-profile", 23), (_told[0].Task, _told[0].At.Day));
        Assert.Single(_told);
    }

    private Task RunAsync(string read, TimeSpan every, Func<bool> until, params CollectionTask[] more) => RunAsync(read, every, until, 1, more);

    /// <param name="atFirst">Orders that are given at once, before time goes on.</param>
    private async Task RunAsync(string read, TimeSpan every, Func<bool> until, int atFirst, params CollectionTask[] more)
    {
        using var stop = new CancellationTokenSource();
        CollectionTask[] tasks = [new CollectionTask(read, every, TimeSpan.FromMinutes(5), null), .. more];
        _desk.Now = () => _clock.GetUtcNow().UtcDateTime;
        _desk.Last = _last;
        var reader = new TaskReader(tasks, _desk, _desk, _clock, NullLogger.Instance);
        var collector = new Collector(new CollectionPlanner(tasks, new PlannerPolicy(), TimeZoneInfo.Utc), reader, _desk, _desk, _clock, NullLogger.Instance);
        collector.Due += _told.Add;
        var running = collector.RunAsync(stop.Token);
        Assert.True(await Patience.UntilAsync(() => _desk.Asked.Count >= atFirst)); // the ledger is learned on a thread of its own: time waits for it
        while (!until())
        {
            Assert.True(await Patience.UntilAsync(() => _desk.Open == 0)); // an answer takes no time here
            Assert.True(await _clock.AdvanceUntilAsync(() => until() || _desk.Open > 0, TimeSpan.FromSeconds(1)));
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private sealed class Desk : IOrderDesk, IMeterReach, IReadProgress
    {
        private int _open;

        internal DateTime? Last { get; set; }

        internal List<(ReadOrder Order, DateTime At)> Asked { get; } = [];

        internal int Clocks { get; private set; }

        /// <summary>Orders under way.</summary>
        internal int Open => Volatile.Read(ref _open);

        internal ClockEvent Clock { get; set; }

        internal Func<DateTime> Now { get; set; } = () => default;

        internal OrderState Answer { get; set; } = OrderState.Done;

        public void Follow(Action<ReachChange> take) => take(new ReachChange(Meter, "feeder", AtOnce, true));

        public void Learn()
        {
        }

        DateTime? IReadProgress.Last(MeterId meter, string task) => Last;

        public IReadOnlyList<(DateTime First, DateTime Last)>? Missing(MeterId meter, string task, DateTime until) => Ranges;

        internal IReadOnlyList<(DateTime First, DateTime Last)>? Ranges { get; set; }

        internal List<(DateTime First, DateTime Last)> Gone { get; } = [];

        internal DateTime? HoldsFrom { get; set; }

        internal int AtOnce { get; set; } = 1;

        public Coverage? CoverageOf(MeterId meter, string task, DateTime after, DateTime until) => null;

        public void HasNone(MeterId meter, string task, DateTime first, DateTime last)
        {
        }

        public void Overwritten(MeterId meter, string task, DateTime first, DateTime last) => Gone.Add((first, last));

        public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            if (order.Kind == OrderKind.Clock)
            {
                Clocks++;
                var one = new MeterEvent(new Obis(0, 0, 1, 0, 0, 255), (int)Clock, "own", default, 0, "");
                yield return new OrderStep(Answer, "as told", null, default) { Told = new DriverEvent.EventsTaken(order.Meter, [one], new RawFrame(default, new LinkFacts("feeder", "dlms", null, null), default, 0)) };
                yield break;
            }

            Interlocked.Increment(ref _open);
            try
            {
                Asked.Add((ReadOrder.Parse(order.Payload), Now()));
                await Task.Yield();
                var isGone = HoldsFrom > ReadOrder.Parse(order.Payload).ToUtc;
                yield return new OrderStep(Answer, "as told", null, default) { HoldsFrom = HoldsFrom, Why = isGone ? MissReason.ProfileEmpty : MissReason.None };
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }
    }
}
