using System.Threading.Channels;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Orders.Planner;

namespace Concentrator.Collection;

/// <summary>
/// Has meters asked as the planner decides: it tells the planner who comes and goes and how visits end, and begins the next visit whenever a medium has room. It wakes when something
/// happens, or when the planner wants to.
/// </summary>
internal sealed class Collector(CollectionPlanner planner, TaskReader reader, IReadProgress progress, IMeterReach reach, TimeProvider clock, ILogger log) : ICollectionView
{
    private readonly Channel<Action<DateTime>> _news = Channel.CreateUnbounded<Action<DateTime>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _lock = new();
    private DateTime _began;

    public string? Forecast
    {
        get
        {
            lock (_lock)
            {
                return CollectionForecast.Of(planner, Now)?.Sentence;
            }
        }
    }

    public string? ReasonOf(MeterId meter)
    {
        lock (_lock)
        {
            return planner.MissOf(meter);
        }
    }

    public IReadOnlyList<CollectionForecast> Forecasts
    {
        get
        {
            lock (_lock)
            {
                return [.. CollectionForecast.All(planner, Now)];
            }
        }
    }

    /// <summary>A task's run is due: how much of it is there. Raised while everything else of the collection waits: whoever hears of it puts it aside.</summary>
    internal event Action<Completeness>? Due;

    /// <summary>A meter is commissioned: it is missed until it comes.</summary>
    internal void Expect(MeterId meter) => Tell(utc => planner.Expect(meter, utc));

    /// <summary>A meter is commissioned no more.</summary>
    internal void Forget(MeterId meter) => Tell(_ => planner.Forget(meter));

    /// <summary>Keys came: those that waited for some are asked at once.</summary>
    internal void KeysChanged() => Tell(planner.Hope);

    /// <summary>Why a meter cannot be asked, should it be so.</summary>
    internal void Unreached(MeterId meter, MissReason why, string detail) => Tell(utc => planner.Explain(meter, why, utc, detail));

    /// <summary>The head-end gave a meter to a box; null for this one.</summary>
    internal void Give(MeterId meter, string? box) => Tell(utc => planner.Give(meter, box, utc));

    internal async Task RunAsync(CancellationToken stop)
    {
        _began = Now;
        await Task.Run(progress.Learn, stop).ConfigureAwait(false);
        reach.Follow(change => Tell(utc =>
        {
            if (change.IsReached)
            {
                planner.Reach(change.Meter, change.Driver, change.MetersAtOnce, utc);
            }
            else
            {
                planner.Lose(change.Meter, MissReason.Absent, utc); // why exactly its network tells
            }
        }));
        var running = new List<Task>();
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            running.AddRange(Begin().Select(visit => VisitAsync(visit, stop)));
            running.RemoveAll(task => task.IsCompletedSuccessfully);
            await WaitAsync(stop).ConfigureAwait(false);
        }
    }

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    private void Tell(Action<DateTime> news) => _news.Writer.TryWrite(news);

    /// <summary>Takes the news, and gives the visits that begin now.</summary>
    private List<PlannedVisit> Begin()
    {
        lock (_lock)
        {
            var now = Now;
            while (_news.Reader.TryRead(out var news))
            {
                news(now);
            }

            foreach (var run in planner.TakeDue(now).Where(run => run.Task.Use == ReadingUse.Sent && (run.Task.IsByTime || run.Due > _began))) // what was read in the life before is known of rows only
            {
                if (CompletenessReport.Of(planner, run, progress, now) is { Meters.Count: > 0 } report)
                {
                    Due?.Invoke(report);
                }
            }

            var visits = new List<PlannedVisit>();
            while (planner.Next(now) is { } visit)
            {
                visits.Add(visit);
            }

            return visits;
        }
    }

    private async Task WaitAsync(CancellationToken stop)
    {
        var left = planner.WakeAt - Now;
        if (left <= TimeSpan.Zero)
        {
            left = TimeSpan.FromSeconds(1);
        }

        using var late = new CancellationTokenSource(left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            await _news.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // It is time.
        }
    }

    private async Task VisitAsync(PlannedVisit visit, CancellationToken stop)
    {
        var outcomes = new List<ReadOutcome>();
        try
        {
            foreach (var read in visit.Reads)
            {
                var outcome = await reader.ReadAsync(visit.Meter, read, visit.IsShared, stop).ConfigureAwait(false);
                outcomes.Add(outcome);
                if (!outcome.IsComplete && outcome.Why is not (MissReason.ProfileEmpty or MissReason.ClockBeyondWindow or MissReason.Refused))
                {
                    break; // who does not answer one question answers none
                }
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception e)
        {
            log.VisitFailed(visit.Meter.Text, e);
            outcomes.Add(new ReadOutcome(false, MissReason.NoAnswer, e.Message));
        }

        Tell(utc => planner.Ended(visit, outcomes, utc));
    }
}
