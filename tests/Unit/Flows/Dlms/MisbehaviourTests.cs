using Metering.Orders;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Simulation.Truth;

namespace Unit.Flows.Dlms;

/// <summary>Meters that misbehave, and the exact rows that arrive at the subscriber all the same.</summary>
public class MisbehaviourTests
{
    private const string Load = "1-0:99.1.0*255";
    private static readonly DateTimeOffset AfterSummer = new(2026, 10, 26, 10, 7, 30, TimeSpan.Zero);
    private static readonly DateTime Now = new(2026, 11, 23, 10, 7, 30, DateTimeKind.Utc);

    public static TheoryData<MeterFault, bool> WithRows()
    {
        var data = new TheoryData<MeterFault, bool>();
        foreach (var fault in new[]
        {
            MeterFault.None, MeterFault.NullTimes, MeterFault.NewestFirst, MeterFault.NullTimes | MeterFault.NewestFirst, MeterFault.RangeWithoutEnd, MeterFault.StatusOf16Bits, MeterFault.StatusOf32Bits,
            MeterFault.StatusAsBits, MeterFault.PaddedRows, MeterFault.ClearedEveryThreeDays, MeterFault.TwoRowsOneTime, MeterFault.TwoRowsOneTime | MeterFault.NewestFirst,
            MeterFault.AnswersAreClipped, MeterFault.AnswersAreClipped | MeterFault.NewestFirst, MeterFault.RangeIsDenied, MeterFault.RangeIsDenied | MeterFault.NewestFirst,
            MeterFault.ClockDrifts, MeterFault.ClockYearsAway, MeterFault.RegisterOverflow, MeterFault.LyingScaler, MeterFault.OneCounterForAll, MeterFault.SmallPdu, MeterFault.EmptyLastBlock,
            MeterFault.SmallPdu | MeterFault.EmptyLastBlock, MeterFault.DuplicateAnswers, MeterFault.NoDeviation,
        })
        {
            data.Add(fault, false);
            data.Add(fault, true);
        }

        return data;
    }

    [Requirement("E1")]
    [Theory]
    [MemberData(nameof(WithRows))]
    public async Task Every_row_arrives_as_the_meter_stored_it(MeterFault fault, bool range)
    {
        await using var flow = new FlowBench(new DlmsMeterPlan(3, 7, HistoryDays: 5, Faults: fault));
        await flow.ListeningAsync();
        var step = range ? await flow.ReadAsync("load-profile", Now.AddDays(-6), Now) : await flow.ReadAsync("load-profile");
        Assert.True(step.State == OrderState.Done, step.Sentence);
        var expected = RowTruth.Of(flow.Meter, flow.Meter.Part<LoadProfiles>()!.Load);
        Assert.True(expected.Count > 180);
        Assert.Equal(expected, flow.Rows(Load));
        Assert.Equal(expected.Count, flow.Published);
    }

    [Fact]
    public async Task Rows_padded_after_an_outage_are_marked_and_the_row_behind_them_is_partial()
    {
        await using var flow = await OfAsync(MeterFault.PaddedRows);
        var rows = flow.Rows(Load).ToDictionary(row => row.Key);
        // The history begins at 2026-11-21T10:00Z, power was off from 15:07 to 16:44.
        string[] padded = ["15:15", "15:30", "15:45", "16:00", "16:15", "16:30"];
        Assert.All(padded, time => Assert.Equal(("84", "PDN DNV", "invalid"), Facts(rows[$"SIM0000000000003/{Load}/2026-11-21T{time}Z/0"])));
        Assert.Single(padded.Select(time => rows[$"SIM0000000000003/{Load}/2026-11-21T{time}Z/0"].Values).Distinct());
        Assert.Equal(("80", "PDN", "partial"), Facts(rows[$"SIM0000000000003/{Load}/2026-11-21T16:45Z/0"]));
        Assert.Equal(("00", "", "valid"), Facts(rows[$"SIM0000000000003/{Load}/2026-11-21T17:00Z/0"]));
    }

    [Fact]
    public async Task The_repeated_hour_sent_twice_under_one_deviation_keeps_both_rows_apart_by_their_occurrence()
    {
        await using var flow = await OfAsync(MeterFault.RepeatedHourTwice, AfterSummer);
        var rows = flow.Rows(Load).Where(row => row.Key.Contains("2026-10-25T0", StringComparison.Ordinal)).ToDictionary(row => row.Key[(row.Key.LastIndexOf("25T", StringComparison.Ordinal) + 3)..]);
        Assert.False(rows.ContainsKey("00:15Z/0"));
        foreach (var time in new[] { "01:15", "01:30", "01:45", "02:00" })
        {
            Assert.True(Energy(rows[time + "Z/0"]) < Energy(rows[time + "Z/1"]));
            Assert.Equal((0, 1), (rows[time + "Z/0"].Occurrence, rows[time + "Z/1"].Occurrence));
        }
    }

    [Fact]
    public async Task The_repeated_hour_without_any_deviation_is_told_apart_by_its_occurrence_and_has_no_guessed_offset()
    {
        await using var flow = await OfAsync(MeterFault.NoDeviation, AfterSummer);
        var rows = flow.Rows(Load).ToDictionary(row => row.Key);
        foreach (var time in new[] { "02:15", "02:30", "02:45" })
        {
            Assert.True(Energy(rows[$"SIM0000000000003/{Load}/d:2026-10-25T{time}/0"]) < Energy(rows[$"SIM0000000000003/{Load}/d:2026-10-25T{time}/1"]));
        }

        Assert.All(flow.Messages, message => Assert.DoesNotContain("2026-10-25T02:15:00+", message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_inverted_deviation_gives_the_same_keys_where_the_kind_of_meter_says_so()
    {
        await using var flow = new FlowBench(
            new DlmsMeterPlan(3, 7, Faults: MeterFault.InvertedDeviation), kind: text => text.Replace("deviation standard", "deviation inverted", StringComparison.Ordinal), start: AfterSummer);
        await flow.ListeningAsync();
        await flow.ReadAsync("load-profile", AfterSummer.UtcDateTime.AddDays(-3), AfterSummer.UtcDateTime);
        Assert.Equal(RowTruth.Of(flow.Meter, flow.Meter.Part<LoadProfiles>()!.Load), flow.Rows(Load));
    }

    [Fact]
    public async Task A_clock_set_back_doubles_three_rows_and_all_six_arrive_with_the_adjustment_marked()
    {
        await using var flow = await OfAsync(MeterFault.TwoRowsOneTime);
        var rows = flow.Rows(Load).ToDictionary(row => row.Key);
        // Set back at 2026-11-22T10:00Z to 09:15.
        Assert.Equal(("20", "CAD", "partial"), Facts(rows[$"SIM0000000000003/{Load}/2026-11-22T09:30Z/1"]));
        foreach (var time in new[] { "09:30", "09:45", "10:00" })
        {
            Assert.True(Energy(rows[$"SIM0000000000003/{Load}/2026-11-22T{time}Z/0"]) < Energy(rows[$"SIM0000000000003/{Load}/2026-11-22T{time}Z/1"]));
        }

        Assert.Equal(193 + 3, rows.Count);
    }

    [Fact]
    public async Task A_register_that_overflows_falls_and_is_delivered_as_it_is()
    {
        await using var flow = await OfAsync(MeterFault.RegisterOverflow);
        var energy = flow.Rows(Load).Select(Energy).ToList();
        Assert.Single(energy.Zip(energy.Skip(1)), pair => pair.Second < pair.First);
        Assert.All(energy, value => Assert.InRange(value, 0, 999_999));
    }

    [Fact]
    public async Task A_clock_years_away_is_named_and_its_rows_keep_their_own_time()
    {
        await using var flow = await OfAsync(MeterFault.ClockYearsAway);
        Assert.All(flow.Rows(Load), row => Assert.Contains("/2020-11-2", row.Key, StringComparison.Ordinal));
        Assert.Equal(new DateTime(2020, 11, 23, 10, 0, 0), flow.Mark());
        Assert.Contains("2191 days behind", (await flow.ReadAsync("load-profile", Now.AddDays(-1), Now)).Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MeterFault.CaptureObjectsChange)]
    [InlineData(MeterFault.PeriodChange)]
    [InlineData(MeterFault.CaptureObjectsChange | MeterFault.PeriodChange)]
    public async Task A_new_firmware_that_captures_otherwise_is_followed(MeterFault fault)
    {
        await using var flow = await OfAsync(fault);
        var before = RowTruth.Of(flow.Meter, flow.Meter.Part<LoadProfiles>()!.Load);
        flow.Bench.Clock.Advance(TimeSpan.FromHours(6));
        var step = await flow.ReadAsync("load-profile", flow.Mark()!.Value.AddSeconds(1), flow.Bench.Clock.GetUtcNow().UtcDateTime);
        Assert.Equal(OrderState.Done, step.State);
        var after = RowTruth.Of(flow.Meter, flow.Meter.Part<LoadProfiles>()!.Load);
        Assert.Equal(before.Concat(after).OrderBy(row => row.Key, StringComparer.Ordinal), flow.Rows(Load));
        Assert.InRange(after.Count, 8, 17);
        Assert.Equal(fault.HasFlag(MeterFault.CaptureObjectsChange) ? 3 : 4, after[^1].Values.Split(' ').Length);
        Assert.Contains(fault.HasFlag(MeterFault.PeriodChange) ? "\"periodS\":1800" : "\"periodS\":900", flow.Messages[^1], StringComparison.Ordinal);
        Assert.Equal(fault.HasFlag(MeterFault.CaptureObjectsChange), flow.Messages[^1].Contains("3/1-0:1.7.0*255/2.0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Other_capture_objects_and_periods_under_the_same_firmware_id_are_noticed_within_the_same_order(bool objects, bool period)
    {
        await using var flow = await OfAsync(MeterFault.None);
        flow.Meter.Part<LoadProfiles>()!.Update(objects, period, "SIM 1.0.3");
        flow.Bench.Clock.Advance(TimeSpan.FromHours(6));
        var step = await flow.ReadAsync("load-profile", flow.Mark()!.Value.AddSeconds(1), flow.Bench.Clock.GetUtcNow().UtcDateTime);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        var after = RowTruth.Of(flow.Meter, flow.Meter.Part<LoadProfiles>()!.Load);
        Assert.Equal(after, flow.Rows(Load).Where(row => string.CompareOrdinal(row.Key, after[0].Key) >= 0));
        Assert.Contains(period ? "\"periodS\":1800" : "\"periodS\":900", flow.Messages[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MeterFault.EndlessBlocks, "the answer is longer than")]
    [InlineData(MeterFault.ZeroLengths, "row 1 has no time")]
    [InlineData(MeterFault.WrongTags, "cannot be read")]
    [InlineData(MeterFault.WrongInvokeId, "did not answer")]
    [InlineData(MeterFault.BlockNumbersJump | MeterFault.SmallPdu, "block 4 came after block 2")]
    [InlineData(MeterFault.EndlessGeneralBlocks, "the answer is longer than")]
    [InlineData(MeterFault.DeepNesting, "cannot be read")]
    [InlineData(MeterFault.Silence, "did not answer")]
    [InlineData(MeterFault.HalfFrames, "did not answer")]
    [InlineData(MeterFault.HalfFrames | MeterFault.RebootInTheMiddle, "closed the connection in the middle of an answer")]
    [InlineData(MeterFault.Garbage, "no wrapper PDU")]
    public async Task What_gives_no_rows_gives_a_sentence_and_the_meter_serves_the_next_order(MeterFault fault, string sentence)
    {
        await using var flow = new FlowBench(new DlmsMeterPlan(3, 7, Faults: fault));
        await flow.ListeningAsync();
        var began = flow.Bench.Clock.GetUtcNow();
        var step = await flow.ReadAsync("load-profile", Now.AddDays(-3), Now);
        Assert.Equal(OrderState.Failed, step.State);
        Assert.Contains(sentence, step.Sentence, StringComparison.Ordinal);
        Assert.Empty(flow.Rows(Load));
        Assert.InRange(flow.Bench.Clock.GetUtcNow() - began, TimeSpan.Zero, TimeSpan.FromHours(1));
        Assert.Equal(OrderState.Done, (await flow.ReadAsync(ReadOrder.Registers)).State);
    }

    [Theory]
    [InlineData(MeterFault.LateAnswers, 1)]
    [InlineData(MeterFault.RebootInTheMiddle | MeterFault.SmallPdu, 1)]
    [InlineData(MeterFault.Busy, 2)]
    public async Task What_passes_costs_orders_and_no_row(MeterFault fault, int failures)
    {
        await using var flow = new FlowBench(new DlmsMeterPlan(3, 7, Faults: fault));
        await flow.ListeningAsync();
        for (var i = 0; i < failures; i++)
        {
            Assert.Equal(OrderState.Failed, (await flow.ReadAsync("load-profile", Now.AddDays(-3), Now)).State);
        }

        Assert.Equal(OrderState.Done, (await flow.ReadAsync("load-profile", Now.AddDays(-3), Now)).State);
        Assert.Equal(RowTruth.Of(flow.Meter, flow.Meter.Part<LoadProfiles>()!.Load), flow.Rows(Load));
    }

    [Fact]
    public async Task A_meter_that_counts_its_own_answers_anew_is_refused_by_name()
    {
        await using var flow = await OfAsync(MeterFault.CounterBehind);
        await flow.Bench.LetGoAsync(); // and the meter begins at 1

        var step = await flow.ReadAsync("load-profile", Now.AddDays(-3), Now);
        Assert.Equal(OrderState.Failed, step.State);
        Assert.Contains("counter", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_meter_that_locks_after_three_bad_tags_is_never_locked_by_a_wrong_key()
    {
        await using var flow = new FlowBench(new DlmsMeterPlan(3, 7, Faults: MeterFault.LocksAfterThreeBadTags));
        await flow.ListeningAsync();
        flow.Bench.Keys.Twist = 1;
        for (var i = 0; i < 6; i++)
        {
            var wrong = await flow.ReadAsync("load-profile", Now.AddDays(-3), Now);
            Assert.Equal(OrderState.Failed, wrong.State);
            Assert.Contains(i < 2 ? "authentication failed" : "was refused 2 times: wrong key or locked", wrong.Sentence, StringComparison.Ordinal);
        }

        Assert.Equal(2, flow.Meter.Keys.BadTags);
        flow.Bench.Keys.Twist = 0; // the right key comes
        flow.Bench.Keys.Version++;
        Assert.Equal(OrderState.Done, (await flow.ReadAsync("load-profile", Now.AddDays(-3), Now)).State);
        Assert.Equal(RowTruth.Of(flow.Meter, flow.Meter.Part<LoadProfiles>()!.Load), flow.Rows(Load));
    }

    [Fact]
    public async Task A_meter_that_somebody_else_locked_says_so_until_it_is_unlocked()
    {
        await using var flow = new FlowBench(new DlmsMeterPlan(3, 7, Faults: MeterFault.LocksAfterThreeBadTags));
        await flow.ListeningAsync();
        flow.Meter.Keys.BadTags = 3;
        Assert.Contains("authentication failed", (await flow.ReadAsync("load-profile", Now.AddDays(-3), Now)).Sentence, StringComparison.Ordinal);
        flow.Meter.Keys.BadTags = 0; // somebody unlocks it
        Assert.Equal(OrderState.Done, (await flow.ReadAsync("load-profile", Now.AddDays(-3), Now)).State);
    }

    private static async Task<FlowBench> OfAsync(MeterFault fault, DateTimeOffset? start = null)
    {
        var flow = new FlowBench(new DlmsMeterPlan(3, 7, Faults: fault), start: start);
        await flow.ListeningAsync();
        var step = await flow.ReadAsync("load-profile");
        Assert.True(step.State == OrderState.Done, step.Sentence);
        return flow;
    }

    private static (string Status, string Flags, string Quality) Facts(RowTruth row) => (row.Status, row.Flags, row.Quality);

    private static long Energy(RowTruth row) => long.Parse(row.Values.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
}
