using Concentrator.Store;
using Concentrator.Store.Files;
using Metering;
using Metering.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Substation.Box;

namespace Unit.Flows.Store;

public sealed class LedgerTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly CrashFiles _disk = new(new Random(1));

    [Fact]
    public async Task A_reading_is_ours_only_when_the_window_ended_and_the_sync_returned()
    {
        using var ledger = Open();
        using var stop = new CancellationTokenSource();
        var running = ledger.RunAsync(stop.Token);
        var append = ledger.AppendAsync([Telegram(1)], Urgency.Reading, CancellationToken.None).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(9));
        await Settled();
        Assert.False(append.IsCompleted);
        Assert.Equal(0UL, ledger.DurableSequence);
        await AdvanceUntil(append);
        Assert.Equal(1UL, await append);
        Assert.Equal(1UL, ledger.DurableSequence);
        await Stop(stop, running);
    }

    [Fact]
    public async Task An_order_takes_waiting_readings_with_it()
    {
        using var ledger = Open();
        using var stop = new CancellationTokenSource();
        var running = ledger.RunAsync(stop.Token);
        var reading = ledger.AppendAsync([Telegram(1)], Urgency.Reading, CancellationToken.None).AsTask();
        var order = ledger.AppendAsync([new NewRecord(RecordType.Order, RecordClass.None, default, new byte[8])], Urgency.Order, CancellationToken.None).AsTask();
        await AdvanceUntil(order);
        Assert.Equal(2UL, await reading); // the end of the batch it was committed in: the order took it along
        Assert.Equal(2UL, await order);
        await Stop(stop, running);
    }

    [Fact]
    public async Task What_was_appended_before_the_stop_is_committed_and_found_again()
    {
        using (var ledger = Open())
        {
            using var stop = new CancellationTokenSource();
            var running = ledger.RunAsync(stop.Token);
            var append = ledger.AppendAsync([Telegram(1), Telegram(2)], Urgency.Reading, CancellationToken.None).AsTask();
            await Stop(stop, running);
            await append;
        }

        using var again = Open();
        var found = again.Read(1, ulong.MaxValue, RecordClass.Reading, 10, 1 << 20, out var next);
        Assert.Equal([1UL, 2UL], found.Select(record => record.Sequence));
        Assert.Equal(3UL, next);
        Assert.Equal(2, found[1].Payload.Span[0]);
    }

    [Fact]
    public async Task A_failed_sync_is_never_acknowledged_and_the_batch_goes_to_a_new_segment()
    {
        using var ledger = Open();
        using var stop = new CancellationTokenSource();
        var running = ledger.RunAsync(stop.Token);
        var first = ledger.AppendAsync([Telegram(1)], Urgency.Reading, CancellationToken.None).AsTask();
        await AdvanceUntil(first);
        _disk.FailAt = _disk.Calls + 1; // the write passes, its sync fails
        var second = ledger.AppendAsync([Telegram(2)], Urgency.Reading, CancellationToken.None).AsTask();
        await AdvanceUntil(second);
        await second;
        Assert.Equal(2, ledger.View(null).BulkSegments);
        Assert.Equal(2, ledger.Read(1, ulong.MaxValue, RecordClass.Reading, 10, 1 << 20, out _).Count);
        await Stop(stop, running);
        var disk = _disk.AfterPowerCut(new Random(5));
        using var after = Open(disk);
        Assert.Equal([1, 2], after.Read(1, ulong.MaxValue, RecordClass.Reading, 10, 1 << 20, out _).Select(record => record.Payload.Span[0]));
        Assert.Empty(after.Damages);
    }

    [Fact]
    public async Task In_a_storage_fault_orders_are_told_at_once_readings_are_held_and_written_when_the_disk_is_back()
    {
        using var ledger = Open();
        using var stop = new CancellationTokenSource();
        var running = ledger.RunAsync(stop.Token);
        _disk.Broken = true;
        var order = ledger.AppendAsync([new NewRecord(RecordType.Order, RecordClass.None, default, new byte[8])], Urgency.Order, CancellationToken.None).AsTask();
        await AdvanceUntil(order);
        var fault = await Assert.ThrowsAsync<StorageFaultException>(() => order);
        Assert.Contains("storage fault", fault.Message, StringComparison.Ordinal);
        var reading = ledger.AppendAsync([Telegram(3)], Urgency.Reading, CancellationToken.None).AsTask();
        for (var i = 0; i < 30; i++)
        {
            await Settled();
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(reading.IsCompleted);
        Assert.False(ledger.View(null).Healthy);
        _disk.Broken = false;
        await AdvanceUntil(reading);
        await reading;
        Assert.True(ledger.View(null).Healthy);
        await Stop(stop, running);
    }

    [Fact]
    public async Task The_oldest_segment_goes_when_the_budget_is_spent_and_an_undelivered_one_leaves_a_gap()
    {
        using var ledger = Open(options: new LedgerOptions { SegmentOctets = 4096, BulkOctets = 3 * 4096, BatchOctets = 1 });
        using var stop = new CancellationTokenSource();
        var running = ledger.RunAsync(stop.Token);
        for (byte i = 0; i < 40; i++)
        {
            var append = ledger.AppendAsync([Telegram(i, 600)], Urgency.Order, CancellationToken.None).AsTask();
            await AdvanceUntil(append);
            await append;
        }

        await Stop(stop, running);
        Assert.True(ledger.View(null).BulkSegments <= 4);
        Assert.True(ledger.View(null).Gaps > 0);
        var gaps = ledger.Read(1, ulong.MaxValue, RecordClass.Alarm, 100, 1 << 20, out _);
        Assert.Contains(gaps, record => record.Type == RecordType.Gap);
    }

    [Requirement("P3", "P4")]
    [Fact]
    public async Task One_changed_bit_in_an_acknowledged_batch_is_found_and_said()
    {
        var directory = Directory.CreateTempSubdirectory("ledger-bit").FullName;
        try
        {
            using (var ledger = new Ledger(new LedgerOptions { SegmentOctets = 64 * 1024 }, new DiskFiles(directory), new FakeTime(_clock), _clock, NullLogger.Instance))
            {
                using var stop = new CancellationTokenSource();
                var running = ledger.RunAsync(stop.Token);
                for (byte i = 0; i < 5; i++)
                {
                    var append = ledger.AppendAsync([Telegram(i)], Urgency.Order, CancellationToken.None).AsTask();
                    await AdvanceUntil(append);
                    await append;
                }

                await Stop(stop, running);
            }

            Assert.Empty(LedgerInspection.Of(directory).Faults);
            var file = Directory.GetFiles(directory, "bulk-*").Single();
            var octets = File.ReadAllBytes(file);
            octets[SegmentHeader.Size + RecordHeader.Size + 3] ^= 1;
            File.WriteAllBytes(file, octets);
            var fault = Assert.Single(LedgerInspection.Of(directory).Faults);
            Assert.Contains("the disk changed what was acknowledged", fault, StringComparison.Ordinal);
            using var reopened = new Ledger(new LedgerOptions { SegmentOctets = 64 * 1024 }, new DiskFiles(directory), new FakeTime(_clock), _clock, NullLogger.Instance);
            Assert.False(reopened.View(null).Healthy);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_live_state_and_an_import_longer_than_a_segment_begin_one_segment_and_not_one_for_each_batch()
    {
        var options = new LedgerOptions { SegmentOctets = 4096, BatchOctets = 1 };
        var memory = Enumerable.Range(0, 100).Select(i => new NewRecord(RecordType.DriverMemory, RecordClass.None, default, new byte[60])).ToArray();
        ulong last;
        using (var ledger = Open(options: options))
        {
            ledger.AddLiveState(() => memory);
            using var stop = new CancellationTokenSource();
            var running = ledger.RunAsync(stop.Token);
            var import = ledger.AppendAsync(memory, Urgency.Order, CancellationToken.None).AsTask();
            await AdvanceUntil(import);
            for (var i = 0; i < 10; i++)
            {
                var append = ledger.AppendAsync([new NewRecord(RecordType.Audit, RecordClass.None, default, new byte[20])], Urgency.Order, CancellationToken.None).AsTask();
                await AdvanceUntil(append);
            }

            Assert.InRange(ledger.View(null).BooksSegments, 1, 2);
            last = ledger.DurableSequence;
            await Stop(stop, running);
        }

        using var again = Open(options: options);
        Assert.Equal(last, again.DurableSequence);
        Assert.Empty(again.Damages);
        Assert.Equal(10, again.ReadBooks().Count(record => record.Type == RecordType.Audit));
        Assert.True(again.ReadBooks().Count(record => record.Type == RecordType.DriverMemory) >= 100);
    }

    private Ledger Open(CrashFiles? disk = null, LedgerOptions? options = null) =>
        new(options ?? new LedgerOptions { SegmentOctets = 64 * 1024 }, disk ?? _disk, new FakeTime(_clock), _clock, NullLogger.Instance);

    private static NewRecord Telegram(byte content, int octets = 40)
    {
        var payload = new byte[octets];
        payload[0] = content;
        return new NewRecord(RecordType.Telegram, RecordClass.Reading, new BoxTime(null, TimeQuality.Unset, 1, 7), payload);
    }

    private async Task AdvanceUntil(Task task)
    {
        Assert.True(await _clock.AdvanceUntilAsync(() => task.IsCompleted, TimeSpan.FromMilliseconds(500)), "the commit loop never came to an end");
    }

    private static Task Settled() => Patience.SettledAsync();

    private static async Task Stop(CancellationTokenSource stop, Task running)
    {
        await stop.CancelAsync();
        await running;
    }
}
