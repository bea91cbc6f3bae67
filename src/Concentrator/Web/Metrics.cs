using Concentrator.Ports;
using Prometheus;

namespace Concentrator.Web;

/// <summary>/metrics: set from the status at each scrape, no series per meter.</summary>
internal sealed class Metrics(IBoxStatus status)
{
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly Lock _lock = new();

    internal async Task WriteAsync(Stream to, CancellationToken stop)
    {
        lock (_lock)
        {
            Take(status.Snapshot());
        }

        await _registry.CollectAndExportAsTextAsync(to, stop).ConfigureAwait(false);
    }

    private void Take(BoxStatus now)
    {
        var factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        Set(factory, "concentrator_well", "1 where all is well", now.Well ? 1 : 0);
        Set(factory, "concentrator_meters", "Accepted meters", now.Meters);
        Set(factory, "concentrator_meters_silent", "Accepted meters not heard for 24 h", now.MetersSilent);
        Set(factory, "concentrator_meters_without_key", "Accepted meters that cannot be decoded for want of a key", now.MetersWithoutKey);
        Set(factory, "concentrator_ledger_durable_sequence", "Last synced sequence", now.Storage.DurableSequence);
        Set(factory, "concentrator_ledger_octets_used", "Octets of the ledger's files", now.Storage.OctetsUsed);
        Set(factory, "concentrator_storage_healthy", "0 in a storage fault", now.Storage.Healthy ? 1 : 0);
        var frames = factory.CreateGauge("concentrator_frames", "Frames since start by what became of them", "outcome");
        foreach (var (outcome, count) in new[]
            {
                ("heard", now.Flow.Heard), ("copies", now.Flow.Copies), ("foreign", now.Flow.Foreign), ("decoded", now.Flow.Decoded), ("undecodable", now.Flow.Undecodable),
                ("kept", now.Flow.Kept), ("stored", now.Flow.Stored), ("rejected", now.Flow.Rejected),
            })
        {
            frames.WithLabels(outcome).Set(count);
        }

        var up = factory.CreateGauge("concentrator_upstream_connected", "1 where the head-end is connected", "upstream");
        var backlog = factory.CreateGauge("concentrator_upstream_backlog", "Undelivered sequences", "upstream", "class");
        foreach (var upstream in now.Upstreams)
        {
            up.WithLabels(upstream.Name).Set(upstream.Connected ? 1 : 0);
            foreach (var (recordClass, count) in upstream.Backlog)
            {
                backlog.WithLabels(upstream.Name, recordClass.ToString().ToLowerInvariant()).Set(count);
            }
        }
    }

    private static void Set(MetricFactory factory, string name, string help, double value) => factory.CreateGauge(name, help).Set(value);
}
