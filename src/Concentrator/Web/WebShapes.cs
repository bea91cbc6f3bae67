using System.Text.Json.Serialization;
using Concentrator.Ports;
using Metering;
using Metering.Orders;

namespace Concentrator.Web;

/// <summary>GET /api/v1/status.</summary>
public sealed record StatusShape(
    string Id, string Version, string BootId, DateTime? Now, string ClockQuality, ClockShape Clock, bool Well, string Verdict, int Meters, int MetersSilent, int MetersWithoutKey,
    FlowCounters Flow, StorageView Storage, IReadOnlyList<DriverShape> Drivers, IReadOnlyList<UpstreamShape> Upstreams, string? Forecast, InstallationShape? Installation);

/// <summary>In the status: under which name the box speaks with meters, how often it was put up and why the last time, and which key secrets are sealed to.</summary>
public sealed record InstallationShape(long Number, string SystemTitle, string Reason, DateTime? At, string BoxKey);

/// <summary>The clock in the status: each source of time, and for how long two or more have agreed.</summary>
public sealed record ClockShape(IReadOnlyList<ClockSourceView> Sources, long AgreedSeconds, bool MaySetMeters);

/// <summary>A driver in the status.</summary>
public sealed record DriverShape(
    string Name, string Family, string Port, string State, string Sentence, DateTime? Since, IReadOnlyDictionary<string, string> Facts, IReadOnlyDictionary<string, long> Counters);

/// <summary>A head-end in the status.</summary>
public sealed record UpstreamShape(
    string Name, string Url, bool Connected, string? Sentence, IReadOnlyDictionary<string, long> Backlog, long Delivered, long Duplicates, long DeadLetters, DateTime? LastAcknowledged);

/// <summary>GET /api/v1/meters, /api/v1/meters/{id}; node and life only for one meter.</summary>
public sealed record MeterShape(
    string Id, string Media, string Source, bool Accepted, DateTime? FirstHeard, DateTime? LastHeard, int? Rssi, long Heard, long Decoded, long Kept, string Security, string? Sentence,
    string? Place, bool HasKey, string? Phase, string? Stage, string? HeardElsewhere, string? Reason, string? Warning, MeterLifeShape? Life, NodeShape? Node);

/// <summary>One line of GET /api/v1/readings: a truth line with rev, q, seq.</summary>
public sealed record ReadingShape(
    string Meter, string Profile, string? Obis, [property: JsonPropertyName("class")] int Class, int Attr, int Index, string? At, int Occ, string? Value, int Scaler, string Unit, uint Status,
    string Key, string Column, int Rev, string Q, ulong Seq, DateTime? ReceivedAt);

/// <summary>One line of GET /api/v1/frames.</summary>
public sealed record FrameShape(DateTime? At, string Source, string Meter, int? Rssi, string Outcome, string Hex);

/// <summary>One of GET /api/v1/upstreams/{name}/dead-letters.</summary>
public sealed record DeadLetterShape(string Key, string Reason, ulong First, ulong Last);

/// <summary>Answer of POST /api/v1/upstreams/{name}/dead-letters/resend.</summary>
public sealed record ResendShape(int Rows);

/// <summary>Whatever went wrong.</summary>
public sealed record FaultShape(string Error, int? Percent);

/// <summary>PUT /api/v1/meters/{id}/keys.</summary>
public sealed record KeyShape(string Purpose, string Key, int Client, uint KeyId);

/// <summary>POST /api/v1/meters/{id}/read.</summary>
public sealed record ReadShape(string What, DateTime? From, DateTime? To);

/// <summary>One line of its answer; the last one is final and holds the values.</summary>
public sealed record OrderStepShape(string OrderId, string State, string Sentence, IReadOnlyList<ReadValueShape> Values);

/// <summary>A value that was read.</summary>
public sealed record ReadValueShape(string? At, string Obis, string Column, string? Value, int Scaler, string Unit, string Status);

/// <summary>One of GET /api/v1/events, newest first.</summary>
public sealed record EventShape(string Meter, string Log, int Number, string Set, string OccurredAt, int Occ, string Text, DateTime? ReadAt, ulong Seq);

/// <summary>The shapes of the interface, made at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StatusShape))]
[JsonSerializable(typeof(IReadOnlyList<MeterShape>))]
[JsonSerializable(typeof(MeterShape))]
[JsonSerializable(typeof(ReadingShape))]
[JsonSerializable(typeof(FrameShape))]
[JsonSerializable(typeof(FaultShape))]
[JsonSerializable(typeof(KeyShape))]
[JsonSerializable(typeof(BackupShape))]
[JsonSerializable(typeof(IReadOnlyList<DeadLetterShape>))]
[JsonSerializable(typeof(ResendShape))]
[JsonSerializable(typeof(UpstreamTestStep))]
[JsonSerializable(typeof(ReadShape))]
[JsonSerializable(typeof(OrderStepShape))]
[JsonSerializable(typeof(EventShape))]
[JsonSerializable(typeof(IReadOnlyList<EventShape>))]
[JsonSerializable(typeof(MeterLifeShape))]
[JsonSerializable(typeof(IReadOnlyList<MeterLifeShape>))]
[JsonSerializable(typeof(ExpectShape))]
[JsonSerializable(typeof(ExchangeShape))]
[JsonSerializable(typeof(ShipmentShape))]
[JsonSerializable(typeof(NodeShape))]
[JsonSerializable(typeof(NetworkShape))]
[JsonSerializable(typeof(IReadOnlyList<NetworkShape>))]
[JsonSerializable(typeof(NetworkChangeShape))]
[JsonSerializable(typeof(OwnershipView))]
[JsonSerializable(typeof(OrderShape))]
[JsonSerializable(typeof(ImageShape))]
[JsonSerializable(typeof(ImageGapShape))]
[JsonSerializable(typeof(IReadOnlyList<ImageShape>))]
[JsonSerializable(typeof(IReadOnlyList<OrderShape>))]
[JsonSerializable(typeof(OrderReceiptShape))]
[JsonSerializable(typeof(OrderMeterShape))]
[JsonSerializable(typeof(AuditShape))]
[JsonSerializable(typeof(IReadOnlyList<AuditShape>))]
internal sealed partial class WebJson : JsonSerializerContext;

/// <summary>Takes what the rooms say to shapes.</summary>
internal static class Shapes
{
    internal static StatusShape Of(BoxStatus status) => new(
        status.Id, status.Version, status.BootId.ToString("x16", System.Globalization.CultureInfo.InvariantCulture), status.Now.Utc, status.Now.Quality.ToString().ToLowerInvariant(),
        new ClockShape(status.Clock.Sources, (long)status.Clock.Trust.For.TotalSeconds, status.Clock.Trust.MaySetMeters), status.Well, status.Verdict, status.Meters, status.MetersSilent, status.MetersWithoutKey, status.Flow, status.Storage,
        [.. status.Drivers.Select(driver => new DriverShape(
            driver.Name, driver.Family, driver.Port, driver.State.ToString().ToLowerInvariant(), driver.Sentence, driver.Since, driver.Facts, driver.Counters))],
        [.. status.Upstreams.Select(upstream => new UpstreamShape(
            upstream.Name, upstream.Url, upstream.Connected, upstream.Sentence, upstream.Backlog.ToDictionary(entry => entry.Key.ToString().ToLowerInvariant(), entry => entry.Value),
            upstream.Delivered, upstream.Duplicates, upstream.DeadLetters, upstream.LastAcknowledged))], status.Forecast,
        status.Installation is { } one ? new InstallationShape(one.Number, one.Title, one.Reason, one.At, one.Key.KeyId) : null);

    internal static MeterShape Of(MeterView meter) => new(
        meter.Id.Text, meter.Media, meter.Source, meter.Accepted, meter.FirstHeard, meter.LastHeard, meter.RssiDbm, meter.Heard, meter.Decoded, meter.Kept, meter.Security, meter.Sentence,
        meter.Place, meter.HasKey, meter.Life?.Phase, meter.Life is null ? null : FieldShapes.Word(meter.Life.Stage), meter.OwnedBy, meter.Reason, meter.Warning,
        meter.Life is null ? null : FieldShapes.Of(meter.Life), meter.Node is null ? null : FieldShapes.Of(meter.Node, meter.LastHeard));

    internal static ReadingShape Of(ArchivedRow row) => new(
        row.Meter.Text, row.Profile, row.Obis, row.Class, row.Attribute, row.Index, row.At, row.Occurrence, row.Value, row.Scaler, row.Unit, row.Status, row.Key, row.Column, row.Revision,
        row.Quality.ToString().ToLowerInvariant(), row.Sequence, row.ReceivedAt);

    internal static OrderStepShape Of(MeterOrder order, OrderStep step) => new(order.Id, WireWord.Of(step.State), step.Sentence, step.Block is null ? [] : [.. Values(step.Block)]);

    internal static EventShape Of(StoredMeterEvent stored) => new(
        stored.Meter.Text, stored.Event.Log.ToString(), stored.Event.Number, stored.Event.Set, stored.Event.OccurredAt.ToString(), stored.Event.Occurrence, stored.Event.Text, stored.ReadAt, stored.Sequence);

    private static IEnumerable<ReadValueShape> Values(ReadingBlock block)
    {
        for (var row = 0; row < block.Rows.Length; row++)
        {
            for (var column = 0; column < block.Columns.Length; column++)
            {
                var (facts, one) = (block.Rows[row], block[row, column]);
                var value = one.Value.Kind == ValueKind.Decimal ? one.Value.Mantissa.ToString(System.Globalization.CultureInfo.InvariantCulture) : one.Value.Kind == ValueKind.None ? null : one.Value.ToString();
                yield return new ReadValueShape(
                    facts.At?.ToString(), one.Column.Obis.ToString(), one.Column.Id.ToString(), value, one.Column.Scaler, one.Column.Unit.WireText, string.Join(' ', QualityTable.Names(facts.Flags)));
            }
        }
    }

    internal static DeadLetterShape Of(DeadLetter letter) => new(letter.Key, letter.Reason, letter.First, letter.Last);

    internal static FrameShape Of(FrameGlimpse frame) => new(frame.At, frame.Source, frame.Meter.Text, frame.RssiDbm, frame.Outcome, Convert.ToHexString(frame.Octets.Span));
}
