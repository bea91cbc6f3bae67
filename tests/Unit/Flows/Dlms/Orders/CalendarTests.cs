using Metering;
using Metering.Orders;
using Simulation.Dlms;
using Simulation.Dlms.Objects;

namespace Unit.Flows.Dlms.Orders;

/// <summary>A tariff calendar brought to a meter: which one holds, and when, is the meter's own to show.</summary>
public class CalendarTests
{
    private static readonly DlmsMeterPlan Plan = new(3, 7);
    private static readonly Obis Name = new(0, 0, 13, 0, 0, 255), Table = new(0, 0, 11, 0, 0, 255), Script = new(0, 0, 10, 0, 100, 255);

    internal static readonly CalendarOrder Summer = new(
        "SUMMER", [new("S1", new CalendarDate(Month: 4, Day: 1), "W1"), new("S2", new CalendarDate(Month: 0xFE, Day: 0xFE), "W2")],
        [new("W1", [1, 1, 1, 1, 1, 2, 2]), new("W2", [2, 2, 2, 2, 2, 2, 2])],
        [new(1, [new(TimeSpan.Zero, Script, 2), new(new TimeSpan(6, 30, 0), Script, 1), new(TimeSpan.FromHours(22), Script, 2)]), new(2, [new(TimeSpan.Zero, Script, 2)])],
        [new(1, new CalendarDate(Month: 12, Day: 25), 2), new(2, new CalendarDate(2027, 4, 5, 1), 2)]);

    [Requirement("F3")]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_calendar_is_written_beside_read_back_and_takes_over_at_once(bool overHdlc)
    {
        await using var bench = new DriverBench(Plan, overHdlc ? new MeterHdlcPlan() : null);
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, Summer);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.Equal(("\"ACTIVE\" holds, \"PASSIVE\" waits", "\"SUMMER\" holds, \"SUMMER\" waits"), (step.Before, step.After));
        Assert.Equal("090653554D4D4552", Held(bench, 2));
        Assert.Equal("0102020309025331090CFFFF0401FF000000008000FF09025731" + "020309025332090CFFFFFEFEFF000000008000FF09025732", Held(bench, 3));
        Assert.Equal("0102" + "0208090257311101110111011101110111021102" + "0208090257321102110211021102110211021102", Held(bench, 4));
        Assert.Equal("0102020211010103" + Times("00000000", 2) + Times("061E0000", 1) + Times("16000000", 2) + "020211020101" + Times("00000000", 2), Held(bench, 5));
        Assert.Equal("0102020312000109" + "05FFFF0C19FF1102" + "020312000209" + "0507EB0405011102", Convert.ToHexString(bench.Meter.Device.Find(11, Table)!.Get(2, null).Data.Span));
    }

    [Requirement("F3")]
    [Fact]
    public async Task A_calendar_with_a_time_waits_and_takes_over_when_the_meters_clock_is_there()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, Summer with { Activate = new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.FromHours(1)) });
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.Equal("\"ACTIVE\" holds, \"SUMMER\" takes over at 2026-12-01T00:00:00+01:00", step.After);
        bench.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 30, 22, 59, 0, TimeSpan.Zero));
        bench.Meter.Advance();
        Assert.Equal("0906414354495645", Held(bench, 2));
        bench.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 30, 23, 0, 1, TimeSpan.Zero));
        bench.Meter.Advance();
        Assert.Equal("090653554D4D4552", Held(bench, 2));
    }

    [Fact]
    public async Task What_was_planned_before_is_called_off_so_that_nothing_half_written_takes_over()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, Summer with { Activate = new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.FromHours(1)) })).State);
        var calendar = Calendar(bench);
        calendar.Written += attribute => calendar.Refuses = attribute == 7 ? 8 : 0; // seasons come, weeks do not
        var step = await OrderAsync(bench, Summer with { Name = "AUTUMN" });
        Assert.Equal(OrderState.Failed, step.State);
        Assert.Contains("attribute 8", step.Sentence, StringComparison.Ordinal);
        bench.Clock.SetUtcNow(new DateTimeOffset(2026, 12, 2, 0, 0, 0, TimeSpan.Zero));
        bench.Meter.Advance();
        Assert.Equal("0906414354495645", Held(bench, 2));
    }

    [Fact]
    public async Task A_calendar_that_reads_back_otherwise_does_not_take_over()
    {
        await using var bench = new DriverBench(Plan);
        var calendar = Calendar(bench);
        calendar.Written += attribute => calendar.Spoil(attribute == 9 ? 9 : 0);
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, Summer);
        Assert.Equal((OrderState.Failed, "\"ACTIVE\" holds, \"SUMMER\" waits"), (step.State, step.After));
        Assert.Contains("reads back otherwise than it was written", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_calendar_that_holds_already_is_not_sent_again()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, Summer)).State);
        var written = 0;
        Calendar(bench).Written += _ => written++;
        var step = await OrderAsync(bench, Summer);
        Assert.Equal((OrderState.Done, 0), (step.State, written));
        Assert.Contains("nothing was sent", step.Sentence, StringComparison.Ordinal);
    }

    [Requirement("F3")]
    [Fact]
    public async Task Special_days_that_cannot_be_written_as_a_whole_are_changed_day_by_day()
    {
        await using var bench = new DriverBench(Plan);
        var days = (SpecialDaysObject)bench.Meter.Device.Find(11, Table)!;
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, Summer)).State);
        days.IsByDayOnly = true;
        var step = await OrderAsync(bench, Summer with { SpecialDays = [new(2, new CalendarDate(2027, 4, 5, 1), 2), new(5, new CalendarDate(2027, 5, 1), 2)] });
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.Equal("01020203120002090507EB0405011102020312000509" + "0507EB0501FF1102", Convert.ToHexString(days.Get(2, null).Data.Span));
        Assert.Equal((1, 1), (days.Deleted, days.Inserted));
    }

    [Fact]
    public async Task A_lost_answer_while_it_takes_over_is_unknown_and_the_same_order_again_settles_it()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        Calendar(bench).Activated += bench.FallSilent;
        var step = await OrderAsync(bench, Summer);
        Assert.Equal((OrderState.Unknown, "\"ACTIVE\" holds, \"PASSIVE\" waits"), (step.State, step.Before));
        bench.Wire!.IsSilent = false;
        step = await OrderAsync(bench, Summer);
        Assert.Equal((OrderState.Done, 1), (step.State, Calendar(bench).Activations));
    }

    [Fact]
    public async Task A_client_without_the_right_changes_nothing()
    {
        await using var bench = new DriverBench(Plan, change: options => options with { Association = options.Association with { Client = 2 } });
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, Summer);
        Assert.Equal((OrderState.Failed, step.Before), (step.State, step.After));
        Assert.Contains("denied", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_calendar_that_does_not_hold_together_is_refused_without_a_word_to_the_meter()
    {
        await using var bench = new DriverBench(Plan);
        Assert.True(await bench.ListeningAsync());
        var taken = bench.Wire!.Taken;
        (CalendarOrder Order, string Why)[] orders =
        [
            (Summer with { Name = "" }, "no name"), (Summer with { Weeks = [new("W1", [1, 1, 1, 1, 1, 1, 1])] }, "has week \"W2\", which is not there"), (Summer with { Days = [Summer.Days[0]] }, "has a day profile that is not there"),
            (Summer with { Weeks = [new("W1", [1]), new("W2", [1])] }, "has 1 days, not 7"), (Summer with { SpecialDays = [new(1, default(CalendarDate) with { Month = 1, Day = 1, DayOfWeek = 0xFF }, 9)] }, "has day profile 9, which is not there"),
            (Summer with { Days = [Summer.Days[1], Summer.Days[0] with { Switches = [.. Summer.Days[0].Switches.Reverse()] }] }, "do not follow each other"), (Summer with { Days = [.. Summer.Days, Summer.Days[0]] }, "is there twice"),
            (Summer with { Seasons = [new("S1", new CalendarDate(Month: 13), "W1")] }, "begins at no date"), (Summer with { Seasons = [] }, "1 to 32 seasons"),
        ];
        foreach (var (order, why) in orders)
        {
            var step = await OrderAsync(bench, order);
            Assert.True(step.State == OrderState.Refused, why);
            Assert.Contains(why, step.Sentence, StringComparison.Ordinal);
        }

        Assert.Equal(taken, bench.Wire.Taken);
    }

    private static string Times(string at, int selector) => $"02030904{at}090600000A0064FF12{selector:X4}";

    private static CalendarObject Calendar(DriverBench bench) => (CalendarObject)bench.Meter.Device.Find(20, Name)!;

    private static string Held(DriverBench bench, int attribute) => Convert.ToHexString(Calendar(bench).Get(attribute, null).Data.Span);

    private static Task<OrderStep> OrderAsync(DriverBench bench, CalendarOrder order) => bench.OrderAsync(OrderKind.Calendar, order.ToPayload());
}
