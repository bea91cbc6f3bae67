using Concentrator.Ports;
using Concentrator.Store.View;
using Metering;
using Metering.Ledger;

namespace Unit.Flows.View;

/// <summary>Trouble: damage, full disks, many rows, many readers.</summary>
public partial class ArchiveViewTests
{
    [Fact(Timeout = Limit)]
    public async Task A_day_goes_when_the_ledger_holds_none_of_it_any_more()
    {
        HearTwoDays();
        _bench.Start();
        Assert.Equal(200, (await _bench.RowsAsync()).Count);
        _bench.Ledger.DropBefore(100);
        _bench.Hear(1, ViewBench.Noon.AddDays(2), 1_000);
        Assert.Equal(201, (await _bench.RowsAsync()).Count);
        _bench.Ledger.DropBefore(101);
        _bench.Hear(2, ViewBench.Noon.AddDays(2), 1_001);
        var rows = await _bench.RowsAsync();
        Assert.Equal(102, rows.Count);
        Assert.All(rows, row => Assert.True(row.ReceivedAt >= ViewBench.Noon.AddDays(1).Date));
    }

    [Fact(Timeout = Limit)]
    public async Task Filters_by_meter_quantity_time_and_limit()
    {
        HearTwoDays();
        _bench.Hear(3, ViewBench.Noon.AddDays(1).AddHours(1), 5, obis: ViewBench.Volume);
        _bench.Hear(3, null, 6);
        _bench.Start();
        Assert.Equal(42, (await _bench.RowsAsync(meter: ViewBench.Meter(3))).Count);
        Assert.Equal("5", Assert.Single(await _bench.RowsAsync(obis: "8-0:1.0.0*255")).Value);
        var from = ViewBench.Noon.AddDays(1);
        var to = from.AddMinutes(10);
        var rows = await _bench.RowsAsync(from: from, to: to);
        Assert.Equal(10, rows.Count);
        Assert.All(rows, row => Assert.InRange(row.ReceivedAt!.Value, from, to.AddTicks(-1)));
        Assert.Equal(7, (await _bench.RowsAsync(limit: 7)).Count);
        Assert.Empty(await _bench.RowsAsync(limit: 0));
        Assert.Empty(await _bench.RowsAsync(meter: MeterId.Parse("GWI-00000003-3C-0")));
        Assert.Null((await _bench.RowsAsync())[0].ReceivedAt);
    }

    [Fact(Timeout = Limit)]
    public async Task Undecoded_telegrams_gaps_and_records_of_a_newer_version_are_passed_over()
    {
        _bench.Ledger.Add(ViewBench.Noon, PayloadWriter.Undecoded("GWI-00000001-3C-03"));
        _bench.Ledger.Add(ViewBench.Noon, [1, 2, 3], RecordClass.Alarm, RecordType.Gap);
        _bench.Ledger.Add(ViewBench.Noon, [0xFF, 0x80, 0x80]);
        _bench.Ledger.Add(ViewBench.Noon, [], RecordClass.None, RecordType.Boot);
        _bench.Hear(1, ViewBench.Noon, 4);
        _bench.Ledger.Add(ViewBench.Noon, PayloadWriter.Telegram("GWI-00000001-3C-03", "o:order", 0, [ViewBench.Field(8)]), RecordClass.Order);
        _bench.Start();
        Assert.Equal(["4", "8"], (await _bench.RowsAsync()).Select(row => row.Value));
    }

    [Fact(Timeout = Limit)]
    public async Task Answers_busy_and_says_how_far_it_is_until_it_is_built()
    {
        HearTwoDays();
        await using var view = new ArchiveView(new ViewSettings(_bench.Place), _bench.Ledger, _bench.Ledger, _bench.Time, _bench.Log);
        Assert.Equal(0, view.RebuildingPercent);
        await Assert.ThrowsAsync<ArchiveBusyException>(async () =>
        {
            await foreach (var _ in view.QueryAsync(new ArchiveQuery(null, null, null, null, 1), TestContext.Current.CancellationToken))
            {
                Assert.Fail("it cannot have a row");
            }
        });
    }

    [Fact(Timeout = Limit)]
    public async Task A_directory_that_cannot_be_made_is_said_once_and_tried_again()
    {
        HearTwoDays();
        var blocker = Path.GetDirectoryName(_bench.Place) + "/file";
        await File.WriteAllTextAsync(blocker, "", TestContext.Current.CancellationToken);
        _bench.Place = Path.Combine(blocker, "view");
        _bench.Start();
        for (var more = 20; more > 0; more -= _bench.Log.Lines.Any(line => line.Id == 503) ? 1 : 0)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            _bench.Time.Advance(TimeSpan.FromMinutes(10));
            await Task.Yield();
        }

        Assert.Equal(0, _bench.View.RebuildingPercent);
        File.Delete(blocker);
        Assert.Equal(200, (await RowsWhileTimePassesAsync()).Count);
        Assert.Equal(1, _bench.Log.Lines.Count(line => line.Id == 503));
        Assert.Equal(1, _bench.Log.Lines.Count(line => line.Id == 505));
    }

    [Fact(Timeout = Limit)]
    public async Task A_full_disk_harms_nobody_and_is_said_once()
    {
        await using var disk = await SmallDisk.MountAsync(Path.GetDirectoryName(_bench.Place)!, octets: 2 << 20);
        _bench.Place = Path.Combine(disk.Path, "view");
        _bench.Settings = new ViewSettings(_bench.Place) { BatchTelegrams = 1_000 };
        for (var i = 0; i < 40_000; i++)
        {
            _bench.Hear(i % 5, ViewBench.Noon.AddSeconds(i), i);
        }

        _bench.Start();
        while (!_bench.Log.Lines.Any(line => line.Id == 503))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            _bench.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.NotNull(_bench.View.RebuildingPercent);
        await disk.GrowAsync(octets: 64 << 20);
        Assert.Equal(40_000, (await RowsWhileTimePassesAsync()).Count);
        Assert.Equal(1, _bench.Log.Lines.Count(line => line.Id == 503));
        Assert.Equal(1, _bench.Log.Lines.Count(line => line.Id == 505));
        await _bench.StopAsync();

        // What LiteDB leaves behind after a failed write must not throw in its finalizer: that would end the process. A second round finds what the first set free.
        for (var round = 0; round < 3; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [Fact(Timeout = Limit)]
    public async Task Queries_and_feeding_at_once_never_disturb_each_other()
    {
        _bench.Settings = new ViewSettings(_bench.Place) { BatchTelegrams = 50, PageTelegrams = 64 };
        _bench.Start();
        await _bench.RowsAsync();
        var feeding = Task.Run(() =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                _bench.Hear(i % 40, ViewBench.Noon.AddMinutes(i), i);
            }
        }, TestContext.Current.CancellationToken);
        var asking = Enumerable.Range(0, 6).Select(n => Task.Run(async () =>
        {
            for (var last = 0; last < 5_000;)
            {
                var rows = await _bench.RowsAsync(n % 2 == 0 ? null : ViewBench.Meter(n));
                Assert.Equal(rows.Select(row => row.Sequence).Order(), rows.Select(row => row.Sequence));
                Assert.All(rows, row => Assert.Equal(row.Sequence - 1, ulong.Parse(row.Value!)));
                last = n % 2 == 0 ? rows.Count : rows.Count * 40;
            }
        }, TestContext.Current.CancellationToken));
        await Task.WhenAll([feeding, .. asking]);
        Assert.Equal(1, _bench.View.Rebuilds);
        Assert.DoesNotContain(_bench.Log.Lines, line => line.Id == 501);
    }
}
