using Concentrator.Ports;

namespace Concentrator.Board;

/// <summary>Puts the parts together: how the box is at one moment.</summary>
internal sealed class BoxStatusSource(
    string id, string version, SystemTime time, IMeterDirectory meters, Func<long, FlowCounters> flow, Func<StorageView> storage,
    IReadOnlyList<Func<DriverView>> drivers, IReadOnlyList<IUpstream> upstreams, ICollectionView collection) : IBoxStatus
{
    private static readonly TimeSpan Silence = TimeSpan.FromHours(24);

    /// <summary>Under which name the box speaks with meters.</summary>
    internal Installation? Installation { get; init; }

    public BoxStatus Snapshot()
    {
        var now = time.Now;
        var accepted = meters.List().Where(meter => meter.Accepted).ToList();
        var silent = accepted.Count(meter => meter.LastHeard is null || (now.Utc is { } utc && utc - meter.LastHeard > Silence));
        var withoutKey = accepted.Count(meter => meter.Security is "no-key" or "wrong-key");
        var store = storage();
        DriverView[] links = [.. drivers.Select(driver => driver())];
        UpstreamView[] north = [.. upstreams.Select(upstream => upstream.View)];
        var (well, sentence) = Verdict.Of(accepted.Count, silent, withoutKey, store, links, north, now);
        var delivered = north.Length == 0 ? 0 : north.Max(view => view.Delivered);
        return new BoxStatus(
            id, version, now.BootId, now, new ClockView(time.Sources, time.Trust), well, sentence, accepted.Count, silent, withoutKey, flow(delivered), store, links, north)
        {
            Forecast = collection.Forecast, Collection = collection.Forecasts, Installation = Installation,
        };
    }
}
