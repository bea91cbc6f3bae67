using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Concentrator.Ports;

namespace Concentrator.Store.View;

/// <summary>
/// The readings of the ledger, ready to be asked for: LiteDB, fed from the ledger, thrown away and built again whenever it cannot be trusted.
/// The ledger is never waiting for it.
/// </summary>
public sealed class ArchiveView : IReadingArchive, IAsyncDisposable
{
    /// <summary>One visit to the owner reads at most so many blocks and octets, so that the feed and other queries have their turn.</summary>
    private const int BlocksAtOnce = 64, OctetsAtOnce = 1 << 20;

    private readonly ViewSettings _settings;
    private readonly ILedgerReader _ledger;
    private readonly TimeProvider _time;
    private readonly ViewState _state;
    private readonly ViewOwner _owner = new();
    private readonly SemaphoreSlim _nudge = new(0);

    /// <summary>A view in a directory. It answers busy until <see cref="RunAsync"/> runs.</summary>
    public ArchiveView(ViewSettings settings, ILedgerReader ledger, ILedgerAnchors anchors, TimeProvider time, ILogger<ArchiveView> logger)
    {
        _settings = settings;
        _ledger = ledger;
        _time = time;
        _state = new ViewState(settings, ledger, anchors, time, logger);
    }

    /// <inheritdoc/>
    public int? RebuildingPercent => _state.RebuildingPercent;

    /// <summary>How often the view was built from nothing since start.</summary>
    public int Rebuilds => _state.Rebuilds;

    /// <summary>Opens the view, feeds it until stopped, and closes it cleanly.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var moves = await _owner.AskAsync(_state.Advance, stop);
                if (!moves)
                {
                    await Task.Delay(_settings.RetryAfter * (1 << Math.Min(5, _state.Failures)), _time, stop);
                }
                else if (_state.RebuildingPercent is null && _state.Through >= _ledger.DurableSequence)
                {
                    await WaitForMoreAsync(stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end of the service; the view is closed below.
        }
        finally
        {
            await _owner.AskAsync(_state.Close, CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ArchivedRow> QueryAsync(ArchiveQuery query, [EnumeratorCancellation] CancellationToken stop)
    {
        var left = query.Limit;
        var days = left > 0 ? await AskAsync(_state.CatchUp, stop) : [];
        foreach (var day in days.Where(day => InTime(query, day)))
        {
            PageSelection page;
            var after = 0UL;
            do
            {
                page = new PageSelection(query, after, Math.Min(_settings.PageTelegrams, left));
                await SelectAsync(page, day, query, stop);
                foreach (var row in page.Rows)
                {
                    yield return row;
                    if (--left == 0)
                    {
                        yield break;
                    }
                }

                after = page.Last;
            }
            while (page.IsCut);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _owner.DisposeAsync();
        _nudge.Dispose();
    }

    private static bool InTime(ArchiveQuery query, int day) =>
        !(query.From is { } from && day < BlockKey.DayOf(from)) && !(query.To is { } to && day > BlockKey.DayOf(to));

    private async Task SelectAsync(PageSelection page, int day, ArchiveQuery query, CancellationToken stop)
    {
        var last = BlockKey.Last(day, query.Meter);
        for (byte[]? next = BlockKey.First(day, query.Meter); next is not null;)
        {
            var first = next;
            next = await AskAsync(
                () => _state.Read(file =>
                {
                    file.ReadBlocks(first, last, page.IsWanted, BlocksAtOnce, OctetsAtOnce, out var more).ForEach(page.Look);
                    return more;
                }),
                stop);
        }
    }

    private async Task<T> AskAsync<T>(Func<T> work, CancellationToken stop)
    {
        try
        {
            return await _owner.AskAsync(work, stop);
        }
        catch (ArchiveBusyException)
        {
            // It may just have been found broken: the feed is not to sleep over that.
            _nudge.Release();
            throw;
        }
        catch (ChannelClosedException e)
        {
            throw new ArchiveBusyException("the archive is closed", e);
        }
    }

    /// <summary>Until the ledger has more, or a query found the view broken.</summary>
    private async Task WaitForMoreAsync(CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var more = _ledger.WaitBeyondAsync(_state.Through, either.Token);
        var nudged = _nudge.WaitAsync(either.Token);
        await Task.WhenAny(more, nudged);
        if (more.IsFaulted)
        {
            await Task.Delay(_settings.RetryAfter, _time, stop);
        }

        await either.CancelAsync();
        await Task.WhenAll(more, nudged).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
