using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Upstream.Mqtt;

/// <summary>Everything on MQTT that is no reading: state with its last will, identity, health, what is known of each meter, gaps.</summary>
internal sealed class MqttAnnouncements(
    MqttUpstreamOptions options, IdentityMessage identity, ulong bootId, IBoxStatus status, IMeterDirectory meters, Func<IReadOnlyDictionary<RecordClass, long>> backlog,
    ITimeSource time, TimeProvider clock)
{
    private readonly string _boot = bootId.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Metering point of a meter, or null.</summary>
    internal string? PlaceOf(MeterId meter) => meters.PlaceOf(meter);

    /// <summary>What the broker says when the box is gone.</summary>
    internal byte[] LastWill => JsonSerializer.SerializeToUtf8Bytes(new StateMessage("offline", _boot, null), WireJson.Default.StateMessage);

    /// <summary>State and identity, before anything else.</summary>
    internal async Task BeginAsync(MqttSession session, CancellationToken stop)
    {
        await TellAsync(session, "state", new StateMessage("online", _boot, time.Now.Utc), WireJson.Default.StateMessage, stop).ConfigureAwait(false);
        await TellAsync(session, "identity", identity, WireJson.Default.IdentityMessage, stop).ConfigureAwait(false);
    }

    /// <summary>A farewell, so that nobody waits for the last will.</summary>
    internal async Task EndAsync(MqttSession session)
    {
        try
        {
            await TellAsync(session, "state", new StateMessage("offline", _boot, time.Now.Utc), WireJson.Default.StateMessage, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The last will says the same.
        }
    }

    /// <summary>Health and meters, until stopped.</summary>
    internal Task RunAsync(MqttSession session, CancellationToken stop) => Task.WhenAll(HealthAsync(session, stop), MetersAsync(session, stop));

    /// <summary>Gaps among the records, as alarms.</summary>
    internal async Task TellGapsAsync(MqttSession session, IReadOnlyList<StoredRecord> records, CancellationToken stop)
    {
        foreach (var gap in records.Where(record => record.Type == RecordType.Gap))
        {
            var message = new EventMessage(null, "gap", (long)gap.Sequence, "own", "gap", gap.Time.Utc, gap.Time.Utc, 0, MqttMessages.Gap(gap));
            await TellAsync(session, "events/alarm", message, EventJson.Default.EventMessage, stop, retain: false).ConfigureAwait(false);
        }
    }

    /// <summary>What happened to the box itself, as alarms.</summary>
    internal async Task TellBoxAsync(MqttSession session, IReadOnlyList<StoredRecord> records, CancellationToken stop)
    {
        foreach (var record in records.Where(record => record.Type == RecordType.BoxEvent))
        {
            var told = BoxEvent.Parse(record.Payload);
            var message = new EventMessage(null, "box", (long)record.Sequence, "own", told.Type, record.Time.Utc, record.Time.Utc, 0, told.Text);
            await TellAsync(session, "events/alarm", message, EventJson.Default.EventMessage, stop, retain: false).ConfigureAwait(false);
        }
    }

    /// <summary>Events out of meters' own logs.</summary>
    internal async Task TellEventsAsync(MqttSession session, IReadOnlyList<StoredRecord> records, CancellationToken stop)
    {
        foreach (var (suffix, message) in EventsOf(records))
        {
            await TellAsync(session, suffix, message, EventJson.Default.EventMessage, stop, retain: false).ConfigureAwait(false);
        }
    }

    /// <summary>The messages that tell events out of meters' own logs among the records, and the end of each one's topic.</summary>
    internal static IEnumerable<(string Suffix, EventMessage Message)> EventsOf(IReadOnlyList<StoredRecord> records)
    {
        foreach (var record in records.Where(record => record.Type == RecordType.MeterEvents))
        {
            var told = MeterEventsRecord.Parse(record.Payload);
            foreach (var one in told.Events)
            {
                yield return ($"events/{EventSeverity.Of(one)}", new EventMessage(
                    told.Meter.Text, one.Log.ToString(), one.Number, one.Set, one.Text.Length == 0 ? "unknown" : one.Text, one.OccurredAt.ToUtc() is { } utc ? DateTime.SpecifyKind(utc, DateTimeKind.Utc) : null, record.Time.Utc, one.Occurrence,
                    one.Text.Length == 0 ? $"event {one.Number} of log {one.Log}" : one.Text));
            }
        }
    }

    /// <summary>Rows the head-end refused, as an alarm: somebody has to look.</summary>
    internal Task TellRefusedAsync(MqttSession session, string batch, IReadOnlyList<DeadLetter> letters, CancellationToken stop)
    {
        var text = $"{letters.Count} rows of batch {batch} were refused, the first because of \"{letters[0].Reason}\": they are kept; see concentrator hes dead-letters";
        var message = new EventMessage(null, "delivery", (long)letters[0].First, "own", "rows-refused", time.Now.Utc, time.Now.Utc, 0, text);
        return TellAsync(session, "events/alarm", message, EventJson.Default.EventMessage, stop, retain: false);
    }

    private async Task HealthAsync(MqttSession session, CancellationToken stop)
    {
        var degraded = false;
        while (true)
        {
            var now = status.Snapshot();
            await TellAsync(session, "health", MqttMessages.Health(now, backlog()), WireJson.Default.HealthMessage, stop).ConfigureAwait(false);
            if (degraded != !now.Storage.Healthy)
            {
                degraded = !now.Storage.Healthy;
                await TellAsync(
                    session, "state", new StateMessage(degraded ? "degraded" : "online", _boot, time.Now.Utc), WireJson.Default.StateMessage, stop).ConfigureAwait(false);
            }

            await Task.Delay(options.HealthEvery, clock, stop).ConfigureAwait(false);
        }
    }

    private async Task MetersAsync(MqttSession session, CancellationToken stop)
    {
        await foreach (var id in meters.ChangesAsync(stop).ConfigureAwait(false))
        {
            if (meters.Find(id) is { Life.Stage: MeterStage.Retired })
            {
                await session.PublishAsync($"{options.TopicBase}/meters/{id}/meta", default, retain: true, stop).ConfigureAwait(false); // an empty retained message removes it
                await session.PublishAsync($"{options.TopicBase}/meters/{id}/availability", default, retain: true, stop).ConfigureAwait(false);
            }
            else if (meters.Find(id) is { Accepted: true } meter)
            {
                await TellAsync(session, $"meters/{id}/meta", MqttMessages.Meta(meter), WireJson.Default.MeterMetaMessage, stop).ConfigureAwait(false);
                var heard = meter.LastHeard is not null || meter.Heard > 0;
                await TellAsync(
                    session, $"meters/{id}/availability", new AvailabilityMessage(id.Text, heard ? "online" : "unknown", meter.LastHeard),
                    WireJson.Default.AvailabilityMessage, stop).ConfigureAwait(false);
            }
        }
    }

    private Task TellAsync<T>(MqttSession session, string topic, T message, JsonTypeInfo<T> shape, CancellationToken stop, bool retain = true) =>
        session.PublishAsync($"{options.TopicBase}/{topic}", JsonSerializer.SerializeToUtf8Bytes(message, shape), retain, stop);
}
