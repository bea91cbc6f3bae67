using Concentrator.Ports;
using Concentrator.Store.Books;
using Metering;
using Metering.Ledger;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Store;

public sealed class BooksTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly ListLedger _ledger = new();

    [Fact]
    public async Task A_configuration_is_written_down_when_it_changes_and_only_then()
    {
        var book = new ConfigurationBook(_ledger, new FakeTime(_clock));
        await book.AppliedAsync("id = \"a\"", CancellationToken.None);
        await book.AppliedAsync("id = \"a\"", CancellationToken.None);
        var afterARestart = new ConfigurationBook(_ledger, new FakeTime(_clock));
        afterARestart.Replay(_ledger.Stored(RecordType.Configuration).Last());
        await afterARestart.AppliedAsync("id = \"a\"", CancellationToken.None);
        Assert.Single(_ledger.Records);
        await afterARestart.AppliedAsync("id = \"b\"", CancellationToken.None);
        Assert.Equal(2, _ledger.Records.Count);
        Assert.Equal("id = \"b\"", new OctetReader(_ledger.Stored(RecordType.Configuration).Last().Payload).Text());
    }

    [Fact]
    public async Task A_box_without_time_says_once_when_it_has_it_which_instant_its_monotonic_clock_showed()
    {
        var time = new FakeTime(_clock) { Quality = TimeQuality.Unset };
        using var stop = new CancellationTokenSource();
        var running = new TimeMap(_ledger, time, _clock).RunAsync(stop.Token);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Patience.SettledAsync();
        Assert.Empty(_ledger.Records);
        time.Quality = TimeQuality.Synchronised;
        Assert.True(await _clock.AdvanceUntilAsync(() => _ledger.Records.Count > 0, TimeSpan.FromSeconds(1)));
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Patience.SettledAsync();
        var record = Assert.Single(_ledger.Records);
        Assert.Equal(RecordType.TimeMap, record.Type);
        Assert.NotNull(record.Time.Utc);
        Assert.Equal(7UL, record.Time.BootId);
        Assert.InRange(record.Time.Monotonic, 1, _clock.GetTimestamp());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_refused_row_is_remembered_across_a_restart_until_it_is_sent_again()
    {
        var book = new DeadLetterBook(_ledger, new FakeTime(_clock));
        await book.AddAsync([new DeadLetter("main", "A/mbus/h:1/0", "unknown meter", RecordClass.Reading, 3, 9), new DeadLetter("other", "B", "no", RecordClass.Reading, 4, 4)], CancellationToken.None);
        var next = Replayed();
        Assert.Equal(new DeadLetter("main", "A/mbus/h:1/0", "unknown meter", RecordClass.Reading, 3, 9), Assert.Single(next.List("main")));
        await next.ClearAsync("main", CancellationToken.None);
        Assert.Empty(next.List("main"));
        Assert.Empty(Replayed().List("main"));
        Assert.Single(Replayed().List("other"));
    }

    private DeadLetterBook Replayed()
    {
        var book = new DeadLetterBook(_ledger, new FakeTime(_clock));
        foreach (var record in _ledger.Stored(RecordType.DeadLetter))
        {
            book.Replay(record);
        }

        return book;
    }
}
