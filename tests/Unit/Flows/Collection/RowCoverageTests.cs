using Concentrator.Field;
using Concentrator.Ports;

namespace Unit.Flows.Collection;

/// <summary>Which rows of a profile are missing, and which the meter does not have.</summary>
public class RowCoverageTests
{
    private static readonly DateTime Day = new(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void What_is_between_rows_and_behind_the_last_is_missing_the_newest_first()
    {
        var coverage = Rows(0, 1, 2, 5, 6);
        Assert.Equal([(At(7), At(96)), (At(3), At(4))], coverage.Missing(At(96)));
        Assert.Equal([(At(3), At(4))], coverage.Missing(At(6).AddSeconds(899)));
    }

    [Fact]
    public void What_the_meter_does_not_have_is_not_missing_any_more()
    {
        var coverage = Rows(0, 1, 5);
        coverage.HasNone(At(2), At(3));
        Assert.Equal([(At(4), At(4))], coverage.Missing(At(5)));
    }

    [Fact]
    public void A_day_is_told_by_what_is_there_what_the_meter_has_not_and_what_nobody_knows()
    {
        var coverage = Rows(1, 2, 3, 10);
        coverage.HasNone(At(4), At(6));
        Assert.Equal((12, 4), coverage.Count(At(0), At(12)));
        Assert.Equal([(At(4), At(6), GapKind.HasNone), (At(7), At(9), GapKind.Open), (At(11), At(12), GapKind.Open)], coverage.Gaps(At(0), At(12)));
        coverage.Has(At(5));
        Assert.Equal((12, 5), coverage.Count(At(0), At(12)));
    }

    [Fact]
    public void Rows_that_do_not_begin_with_UTC_are_asked_for_where_they_stand()
    {
        var days = new RowCoverage(86_400, isStart: false);
        days.Has(Day.AddHours(-1));
        days.Has(Day.AddDays(2).AddHours(-1));
        var (first, last) = Assert.Single(days.Missing(Day.AddDays(2)));
        Assert.InRange(Day.AddDays(1).AddHours(-1), first, last);
        Assert.True(first > Day.AddHours(-1) && last < Day.AddDays(2).AddHours(-1), "its neighbours are there");
        days.HasNone(first, last);
        Assert.Empty(days.Missing(Day.AddDays(3).AddHours(-2))); // the next one's time has not come
        Assert.Single(days.Missing(Day.AddDays(3).AddHours(-1)));

        var late = new RowCoverage(900, isStart: false);
        late.Has(Day.AddMinutes(7));
        Assert.Equal([(Day.AddMinutes(22), Day.AddMinutes(37))], late.Missing(Day.AddMinutes(51)));
    }

    [Fact]
    public void A_row_that_is_stamped_with_its_begin_is_not_missing_before_its_interval_is_over()
    {
        var begins = new RowCoverage(900, isStart: true);
        Array.ForEach([0, 1, 2], slot => begins.Has(At(slot)));
        Assert.Empty(begins.Missing(At(3).AddMinutes(5)));
        Assert.Empty(begins.Missing(At(4).AddSeconds(-1)));
        Assert.Equal([(At(3), At(3))], begins.Missing(At(4)));
        Assert.Equal((4, 3), begins.Count(At(0), At(4)));
        Assert.Equal([(At(3), At(3), GapKind.Open)], begins.Gaps(At(0), At(4)));
        var ends = Rows(0, 1, 2);
        Assert.Equal([(At(3), At(3))], ends.Missing(At(3).AddMinutes(5)));
        Assert.Equal((4, 2), ends.Count(At(0), At(4)));
    }

    [Fact]
    public void Before_the_first_row_nothing_is_missing_and_nothing_older_than_ten_days()
    {
        Assert.Empty(new RowCoverage(900, isStart: false).Missing(At(96)));
        var missing = Assert.Single(Rows(0).Missing(Day.AddDays(30)));
        Assert.Equal((Day.AddDays(20).AddMinutes(15), Day.AddDays(30)), missing);
    }

    [Fact]
    public void Any_rows_in_any_order_leave_exactly_the_others_missing() => Gen.Int[0, 2000].List[1, 300].Sample(rows =>
    {
        var coverage = Rows([.. rows]);
        var last = rows.Max();
        var missing = coverage.Missing(At(last)).SelectMany(range => Enumerable.Range(Slot(range.First), Slot(range.Last) - Slot(range.First) + 1)).Order();
        var seen = rows.Aggregate((Top: -1, Seen: new HashSet<int>()), (state, row) =>
        {
            if (row > state.Top - 960)
            {
                state.Seen.Add(row);
            }

            return (Math.Max(state.Top, row), state.Seen);
        }).Seen;
        var oldest = Math.Max(seen.Min(), last - 959);
        Assert.Equal(Enumerable.Range(oldest, last - oldest + 1).Where(slot => !seen.Contains(slot)), missing);
    });

    private static RowCoverage Rows(params int[] slots)
    {
        var coverage = new RowCoverage(900, isStart: false);
        foreach (var slot in slots)
        {
            coverage.Has(At(slot));
        }

        return coverage;
    }

    private static DateTime At(int slot) => Day.AddMinutes(15 * slot);

    private static int Slot(DateTime at) => (int)((at - Day).TotalMinutes / 15);
}
