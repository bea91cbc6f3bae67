using Concentrator.Ports;

namespace Unit.Flows.View;

public sealed partial class ArchiveViewTests : IAsyncDisposable
{
    private const int Limit = 60_000;
    private readonly ViewBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact(Timeout = Limit)]
    public async Task Gives_back_what_the_ledger_holds_oldest_first()
    {
        HearTwoDays();
        _bench.Start();
        var rows = await _bench.RowsAsync();
        Assert.Equal(200, rows.Count);
        Assert.Equal(rows.OrderBy(row => row.Sequence).Select(row => row.Sequence), rows.Select(row => row.Sequence));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => i.ToString()), rows.Select(row => row.Value));
    }

    [Fact(Timeout = Limit)]
    public async Task A_row_that_came_after_the_start_is_seen_by_the_next_query()
    {
        _bench.Start();
        Assert.Empty(await _bench.RowsAsync());
        _bench.Hear(1, ViewBench.Noon, 77);
        Assert.Equal("77", Assert.Single(await _bench.RowsAsync()).Value);
        _bench.Hear(1, ViewBench.Noon.AddMinutes(15), 78);
        Assert.Equal(["77", "78"], (await _bench.RowsAsync()).Select(row => row.Value));
    }

    [Fact(Timeout = Limit)]
    public async Task Is_trusted_after_a_clean_stop()
    {
        HearTwoDays();
        _bench.Start();
        Assert.Equal(200, (await _bench.RowsAsync()).Count);
        Assert.Equal(1, _bench.View.Rebuilds);
        await _bench.StopAsync();

        _bench.Ledger.BootId = 2;
        _bench.Hear(1, ViewBench.Noon.AddDays(2), 1_000);
        _bench.Start();
        Assert.Equal(201, (await _bench.RowsAsync()).Count);
        Assert.Equal(0, _bench.View.Rebuilds);
        Assert.Empty(Broken());
    }

    [Fact(Timeout = Limit)]
    public async Task Is_trusted_after_a_kill_in_the_same_boot()
    {
        HearTwoDays();
        _bench.Start();
        Assert.Equal(200, (await _bench.RowsAsync()).Count);
        await _bench.KillAsync();
        _bench.Start();
        Assert.Equal(200, (await _bench.RowsAsync()).Count);
        Assert.Equal(0, _bench.View.Rebuilds);
    }

    [Fact(Timeout = Limit)]
    public async Task Is_built_again_after_a_kill_in_another_boot()
    {
        HearTwoDays();
        _bench.Start();
        Assert.Equal(200, (await _bench.RowsAsync()).Count);
        await _bench.KillAsync();
        _bench.Ledger.BootId = 2;
        _bench.Start();
        Assert.Equal(200, (await _bench.RowsAsync()).Count);
        Assert.Equal(1, _bench.View.Rebuilds);
        Assert.EndsWith("view.broken-1", Assert.Single(Broken()), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_mark_of_a_clean_stop_that_came_back_after_a_power_cut_is_not_believed()
    {
        HearTwoDays();
        _bench.Start();
        await _bench.RowsAsync();
        await _bench.StopAsync();
        var mark = await File.ReadAllBytesAsync(Path.Combine(_bench.Place, "view.clean"), TestContext.Current.CancellationToken);

        _bench.Start();
        _bench.Hear(1, ViewBench.Noon.AddDays(2), 1_000);
        await _bench.RowsAsync();
        await _bench.KillAsync();
        await File.WriteAllBytesAsync(Path.Combine(_bench.Place, "view.clean"), mark, TestContext.Current.CancellationToken);
        _bench.Ledger.BootId = 2;
        _bench.Start();
        Assert.Equal(201, (await _bench.RowsAsync()).Count);
        Assert.Equal(1, _bench.View.Rebuilds);
    }

    [Fact(Timeout = Limit)]
    public async Task Deleting_the_file_loses_nothing()
    {
        HearTwoDays();
        _bench.Start();
        var before = await _bench.RowsAsync();
        await _bench.StopAsync();
        Directory.Delete(_bench.Place, recursive: true);
        _bench.Start();
        Assert.Equal(before, await _bench.RowsAsync());
        Assert.Equal(1, _bench.View.Rebuilds);
    }

    [Fact(Timeout = Limit)]
    public async Task Is_built_again_when_the_ledger_is_another()
    {
        HearTwoDays();
        _bench.Start();
        await _bench.RowsAsync();
        await _bench.StopAsync();
        _bench.Ledger.Salt = 1;
        _bench.Start();
        Assert.Equal(200, (await _bench.RowsAsync()).Count);
        Assert.Equal(1, _bench.View.Rebuilds);
        Assert.Contains(_bench.Log.Lines, line => line.Id == 501 && line.Line.Contains("does not fit the ledger", StringComparison.Ordinal));
    }

    [Theory(Timeout = Limit)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Is_built_again_when_octets_of_the_file_are_damaged(int seed)
    {
        HearTwoDays();
        _bench.Start();
        var before = await _bench.RowsAsync();
        await _bench.StopAsync();
        Damage(seed);
        _bench.Start();
        Assert.Equal(before, await _bench.RowsAsync());
        Assert.Equal(1, _bench.View.Rebuilds);
        await _bench.StopAsync();

        Damage(seed + 100);
        _bench.Start();
        Assert.Equal(before, await _bench.RowsAsync());
        Assert.EndsWith("view.broken-2", Assert.Single(Broken()), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_damaged_block_found_while_reading_is_answered_busy_and_built_again()
    {
        HearTwoDays();
        _bench.Start();
        var before = await _bench.RowsAsync();
        await _bench.KillAsync();
        DamageBlocks();
        _bench.Start();
        Assert.Equal(before, await _bench.RowsAsync());
        Assert.Equal(1, _bench.View.Rebuilds);
    }

    [Fact(Timeout = Limit)]
    public async Task A_revision_replaces_the_value_it_revises_and_only_that()
    {
        _bench.Ledger.Add(ViewBench.Noon, PayloadWriter.Telegram("GWI-00000001-3C-03", "h:one", 0, [ViewBench.Field(1), ViewBench.Field(2, ViewBench.Volume, "0413")]));
        _bench.Start();
        Assert.Equal(["1", "2"], (await _bench.RowsAsync()).Select(row => row.Value));
        _bench.Ledger.Add(ViewBench.Noon.AddDays(1), PayloadWriter.Telegram("GWI-00000001-3C-03", "h:one", 1, [ViewBench.Field(5)]));
        var rows = await _bench.RowsAsync();
        Assert.Equal([("0413", "2", 0), ("0403", "5", 1)], rows.Select(row => (row.Column, row.Value!, row.Revision)));
        _bench.Ledger.Add(ViewBench.Noon.AddDays(1), PayloadWriter.Telegram("GWI-00000001-3C-03", "h:one", 0, [ViewBench.Field(9)]));
        Assert.Equal(rows, await _bench.RowsAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task A_revision_in_the_same_transaction_wins_too()
    {
        for (var revision = 0; revision < 4; revision++)
        {
            _bench.Hear(1, ViewBench.Noon.AddHours(revision * 10), 100 + revision, revision, "h:one");
        }

        _bench.Start();
        Assert.Equal(("103", 3), Assert.Single((await _bench.RowsAsync()).Select(row => (row.Value, row.Revision))));
    }

    private async Task<List<ArchivedRow>> RowsWhileTimePassesAsync()
    {
        var rows = _bench.RowsAsync();
        while (!rows.IsCompleted)
        {
            _bench.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        return await rows;
    }

    private void HearTwoDays()
    {
        for (var i = 0; i < 200; i++)
        {
            _bench.Hear(i % 5, ViewBench.Noon.AddDays(i / 100).AddMinutes(i % 100), i);
        }
    }

    private string[] Broken() => Directory.GetDirectories(_bench.Place, "view.broken-*");

    private void Damage(int seed)
    {
        var random = new Random(seed);
        using var file = new FileStream(Path.Combine(_bench.Place, "view.db"), FileMode.Open, FileAccess.ReadWrite);
        for (var i = 0; i < 20; i++)
        {
            file.Position = random.NextInt64(file.Length - 64);
            var octets = new byte[64];
            random.NextBytes(octets);
            file.Write(octets);
        }
    }

    /// <summary>Changes one octet of the text that every block holds.</summary>
    private void DamageBlocks()
    {
        var path = Path.Combine(_bench.Place, "view.db");
        var octets = File.ReadAllBytes(path);
        var wanted = "1-0:1.8.0*255"u8;
        var found = 0;
        for (var at = octets.AsSpan().IndexOf(wanted); at >= 0; at = octets.AsSpan(at + 1).IndexOf(wanted) is var more and >= 0 ? at + 1 + more : -1)
        {
            octets[at] ^= 1;
            found++;
        }

        Assert.NotEqual(0, found);
        File.WriteAllBytes(path, octets);
    }
}
