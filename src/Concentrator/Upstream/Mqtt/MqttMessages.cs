using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Upstream.Mqtt;

/// <summary>Payload of <c>state</c>.</summary>
internal sealed record StateMessage(string Status, string BootId, DateTime? At);

/// <summary>Payload of <c>identity</c>.</summary>
/// <param name="Installation">How often the box was put up: a restored or copied one counts on, and has another system title.</param>
/// <param name="InstallationReason">Why it counted the last time.</param>
/// <param name="BoxKey">Secrets for the box are sealed to it; compare its id with what the box itself says when it is put up.</param>
internal sealed record IdentityMessage(
    string Id, string Profile, string Version, string Metrology, string Executable, string? SystemTitle, uint Installation, string InstallationReason, BoxKeyMessage? BoxKey)
{
    internal static IdentityMessage Of(string id, string profile, string version, string metrology, string executable, Installation one) => new(
        id, profile, version, metrology, executable, one.Title, one.Number, one.Reason, new BoxKeyMessage("EC", "P-256", one.Key.KeyId, one.Key.X, one.Key.Y));
}

/// <summary>A public key as a JWK (RFC 7517); kid is its thumbprint (RFC 7638).</summary>
internal sealed record BoxKeyMessage(string Kty, string Crv, string Kid, string X, string Y);

/// <summary>Payload of <c>health</c>.</summary>
internal sealed record HealthMessage(
    DateTime? At, bool Well, string Verdict, HealthClock Clock, HealthStorage Storage, FlowCounters Counters, IReadOnlyDictionary<string, long> Backlog,
    IReadOnlyList<HealthDriver> Drivers, int Meters, int MetersSilent, int MetersWithoutKey, string? Forecast, IReadOnlyList<HealthTask> Collection);

/// <summary>The box's clock in <c>health</c>.</summary>
internal sealed record HealthClock(string Quality, DateTime? Utc, IReadOnlyList<ClockSourceView> Sources, long AgreedSeconds);

/// <summary>The ledger in <c>health</c>.</summary>
internal sealed record HealthStorage(bool Healthy, string? Sentence, ulong DurableSequence, long OctetsUsed, long OctetsFree, long Gaps);

/// <summary>A driver in <c>health</c>.</summary>
internal sealed record HealthDriver(string Name, string Family, string State, string Sentence);

/// <summary>A task of the collection in <c>health</c>, its present run.</summary>
/// <param name="Share">What is expected to be there at its due time, 0 to 1.</param>
internal sealed record HealthTask(string Task, DateTime Due, int Expected, int Complete, double Share, int AtRisk, int Absent);

/// <summary>Payload of <c>meters/{meterId}/meta</c>.</summary>
internal sealed record MeterMetaMessage(
    string Meter, string Media, string Source, string? Place, DateTime? FirstHeard, DateTime? LastHeard, int? Rssi, string Security, string? Sentence, string? Phase, string? Stage,
    string? Predecessor, string? Successor, string? HeardElsewhere);

/// <summary>Payload of <c>meters/{meterId}/availability</c>.</summary>
internal sealed record AvailabilityMessage(string Meter, string Availability, DateTime? At);

/// <summary>Payload of <c>ack</c>, from the head-end.</summary>
/// <param name="At">The head-end's own time when it wrote this; from an authenticated head-end a source of time.</param>
internal sealed record AckMessage(string BatchId, string Status, IReadOnlyList<AckRow>? Rows, DateTimeOffset? At = null);

/// <summary>A row in <c>ack</c>.</summary>
internal sealed record AckRow(string Key, string? Reason);

/// <summary>The shapes of all small messages, made at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StateMessage))]
[JsonSerializable(typeof(IdentityMessage))]
[JsonSerializable(typeof(HealthMessage))]
[JsonSerializable(typeof(MeterMetaMessage))]
[JsonSerializable(typeof(AvailabilityMessage))]
[JsonSerializable(typeof(AckMessage))]
internal sealed partial class WireJson : JsonSerializerContext;

/// <summary>Makes payloads.</summary>
internal static class MqttMessages
{
    internal static HealthMessage Health(BoxStatus status, IReadOnlyDictionary<RecordClass, long> backlog) => new(
        status.Now.Utc, status.Well, status.Verdict, new HealthClock(status.Now.Quality.ToString().ToLowerInvariant(), status.Now.Utc, status.Clock.Sources, (long)status.Clock.Trust.For.TotalSeconds),
        new HealthStorage(
            status.Storage.Healthy, status.Storage.Sentence, status.Storage.DurableSequence, status.Storage.OctetsUsed, status.Storage.OctetsFree, status.Storage.Gaps),
        status.Flow, backlog.ToDictionary(entry => entry.Key.ToString().ToLowerInvariant(), entry => entry.Value),
        [.. status.Drivers.Select(driver => new HealthDriver(driver.Name, driver.Family, driver.State.ToString().ToLowerInvariant(), driver.Sentence))],
        status.Meters, status.MetersSilent, status.MetersWithoutKey, status.Forecast,
        [.. status.Collection.Select(one => new HealthTask(one.Task.Name, one.Due, one.Expected, one.Complete, Math.Round(one.Share, 6), one.AtRisk, one.Absent))]);

    internal static MeterMetaMessage Meta(MeterView meter) => new(
        meter.Id.Text, meter.Media, meter.Source, meter.Place, meter.FirstHeard, meter.LastHeard, meter.RssiDbm, meter.Security, meter.Sentence, meter.Life?.Phase,
        meter.Life?.Stage.ToString().ToLowerInvariant(), TextOf(meter.Life?.Predecessor), TextOf(meter.Life?.Successor), meter.OwnedBy);

    private static string? TextOf(MeterId? meter) => meter is { IsNone: false } id ? id.Text : null;

    /// <summary>A readings message; records without readings in them (undecoded, gaps) give no block.</summary>
    /// <param name="placeOf">Metering point of a meter, or null.</param>
    internal static int WriteReadings(Utf8JsonWriter to, DeliveryBatch batch, long messageNumber, DateTime? sentAt, Func<MeterId, string?> placeOf)
    {
        var blocks = 0;
        to.WriteStartObject();
        to.WriteString("batchId", batch.Id.ToString());
        to.WriteNumber("seq", messageNumber);
        if (sentAt is { } at)
        {
            to.WriteString("sentAt", at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        }
        else
        {
            to.WriteNull("sentAt");
        }

        to.WriteStartArray("blocks");
        foreach (var record in batch.Records.Where(record => record.Type == RecordType.Telegram))
        {
            var telegram = LedgerRecord.Parse(record.Time, record.Payload);
            if (telegram.Block is not null)
            {
                BlockWriter.Write(to, telegram, record.Sequence, batch.Lane == "backfill", placeOf(telegram.Block.Meter));
                blocks++;
            }
        }

        to.WriteEndArray();
        to.WriteEndObject();
        to.Flush();
        return blocks;
    }

    /// <summary>Gaps as one event message each (events/alarm): what is missing, how much, why.</summary>
    internal static string Gap(StoredRecord record)
    {
        var from = new OctetReader(record.Payload);
        var (first, last, count, reason) = (from.Number(), from.Number(), from.Number(), from.Text());
        return $"{count} records are missing (sequences {first} to {last}): {reason}";
    }
}
