using Concentrator.Ports;
using Metering.Ledger;
using Metering.Orders.Planner;
using Prometheus;

namespace Concentrator.Web;

/// <summary>/metrics: set from the status at each scrape, no series per meter.</summary>
internal sealed class Metrics(IBoxStatus status, FieldDoors field, IImageDoor? images)
{
    private static readonly (string Name, string Help, Func<CollectionForecast, double> Value)[] Collected =
    [
        ("meters_expected", "Meters a task concerns", one => one.Expected),
        ("meters_complete", "Meters of which everything of the task's present run is there", one => one.Complete),
        ("meters_at_risk", "Meters that may miss the due time", one => one.AtRisk),
        ("meters_absent", "Meters away for a day and more, or never seen", one => one.Absent),
        ("share", "Share of the meters that is expected to be complete at the due time, 0 to 1", one => one.Share),
        ("due_seconds", "When the present run is due, seconds since 1970 UTC", one => (one.Due - DateTime.UnixEpoch).TotalSeconds),
    ];

    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly Lock _lock = new();

    internal async Task WriteAsync(Stream to, CancellationToken stop)
    {
        lock (_lock)
        {
            var now = status.Snapshot();
            Take(now);
            TakeCollection(now.Collection);
            TakeField();
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

    private void TakeCollection(IReadOnlyList<CollectionForecast> tasks)
    {
        var factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        foreach (var (name, help, value) in Collected)
        {
            var gauge = factory.CreateGauge("concentrator_collection_" + name, help, "task");
            foreach (var gone in gauge.GetAllLabelValues().Where(labels => tasks.All(one => one.Task.Name != labels[0])).ToList())
            {
                gauge.RemoveLabelled(gone); // its last meter was retired
            }

            foreach (var one in tasks)
            {
                gauge.WithLabels(one.Task.Name).Set(value(one));
            }
        }
    }

    private void TakeField()
    {
        var factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        var nodes = factory.CreateGauge("concentrator_network_nodes", "Nodes of a power line network by their state", "driver", "state");
        foreach (var (driver, state, count) in field.Network.Counts())
        {
            nodes.WithLabels(driver, FieldShapes.Word(state)).Set(count);
        }

        var moves = factory.CreateGauge("concentrator_network_changes", "Meters that joined, left or moved since start", "driver", "what");
        foreach (var (driver, joins, leaves, moved) in field.Network.Moves())
        {
            moves.WithLabels(driver, "joined").Set(joins);
            moves.WithLabels(driver, "left").Set(leaves);
            moves.WithLabels(driver, "moved").Set(moved);
        }

        var stages = factory.CreateGauge("concentrator_meter_stages", "Meters that were ever expected, by where they stand", "stage");
        var lives = field.Life.List();
        foreach (var stage in Enum.GetValues<MeterStage>())
        {
            stages.WithLabels(FieldShapes.Word(stage)).Set(lives.Count(life => life.Stage == stage));
        }

        var parts = factory.CreateGauge("concentrator_image_parts", "Parts of images that head-ends brought since start, by what became of them", "outcome");
        parts.WithLabels("taken").Set(images?.Parts.Taken ?? 0);
        parts.WithLabels("dropped").Set(images?.Parts.Dropped ?? 0);
        var owners = field.Owners.View;
        Set(factory, "concentrator_ownership_version", "Ownership list in force, -1 before the first", owners.Version ?? -1);
        Set(factory, "concentrator_ownership_elsewhere", "Meters that another box reads", owners.Elsewhere);
        Set(factory, "concentrator_ownership_refused", "Ownership lists refused since start", owners.Refused);
    }

    private static void Set(MetricFactory factory, string name, string help, double value) => factory.CreateGauge(name, help).Set(value);
}
