using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using Concentrator.Field;
using Concentrator.Ports;
using Concentrator.Upstream;
using Concentrator.Upstream.Mqtt;
using Metering;
using Metering.Driver;
using Metering.Ledger;
using Metering.Orders;
using Microsoft.Extensions.Logging.Abstractions;
using Simulation.Dlms;
using Simulation.Truth;

namespace Unit.Flows.Dlms;

/// <summary>
/// The way of a meter's row to the subscriber, in process and on fake time: simulated meter, line, driver, dispatcher, intake, ledger, the JSON that is published. What comes out is
/// read from the JSON alone.
/// </summary>
internal sealed class FlowBench : IAsyncDisposable
{
    private readonly ListLedger _ledger = new();
    private readonly MeterReach _reach = new();
    private ReadMarks _marks = new();
    private readonly MeterRegistry _registry;
    private int _orders;

    internal FlowBench(DlmsMeterPlan plan, MeterHdlcPlan? hdlc = null, string? profile = null, Func<string, string>? kind = null, DateTimeOffset? start = null)
    {
        Bench = new DriverBench(plan, hdlc, profile: profile ?? plan.Kind, kind: kind, start: start);
        _registry = new MeterRegistry(_ => true, _ => true, TimeSpan.Zero, new FakeTime(Bench.Clock));
    }

    internal DriverBench Bench { get; }

    internal DlmsMeter Meter => Bench.Meter;

    /// <summary>Messages in the order published, as JSON.</summary>
    internal IReadOnlyList<string> Messages => [.. _ledger.Stored(RecordType.Telegram).Select(Publish)];

    internal async Task ListeningAsync()
    {
        Assert.True(await Bench.ListeningAsync());
        Assert.Null(Bench.Ended);
        _reach.Join(MeterId.Parse(Meter.Name), Bench.Driver);
    }

    /// <summary>An order of the box's own; what the meter tells is in the ledger when it returns.</summary>
    internal async Task<OrderStep> ReadAsync(string what, DateTime? from = null, DateTime? to = null, string? task = "task", TimeSpan? step = null, ReadingUse use = ReadingUse.Sent)
    {
        var events = Channel.CreateUnbounded<DriverEvent>();
        var order = new MeterOrder($"order-{++_orders}", OrderKind.Read, MeterId.Parse(Meter.Name), new ReadOrder(what, from, to, task).ToPayload()) { Use = use };
        var executing = Bench.UnderWay<OrderStep?>(async () =>
        {
            OrderStep? last = null;
            await foreach (var one in new Dispatcher(_reach, events.Writer).ExecuteAsync(order, CancellationToken.None))
            {
                last = one;
            }

            return last;
        });
        Assert.True(await Bench.Clock.AdvanceUntilAsync(() => executing.IsCompleted, step ?? TimeSpan.FromMilliseconds(50)), $"{what} hangs");
        var final = await executing;
        events.Writer.Complete();
        await new Intake(_ledger, _registry, new FlowCount(), new FrameFeed(), _marks, (_, _) => { }, NullLogger.Instance).RunAsync(events.Reader);
        return final!;
    }

    /// <summary>The box starts again: what it knows of rows it learns from the ledger.</summary>
    internal void Restart() => (_marks = new ReadMarks()).Learn(_ledger);

    /// <summary>Classes of what is stored, in order.</summary>
    internal IReadOnlyList<RecordClass> Classes => [.. _ledger.Stored(RecordType.Telegram).Select(record => record.Class)];

    /// <summary>How far a task's profile is in the ledger.</summary>
    internal DateTime? Mark(string task = "task") => _marks.Last(MeterId.Parse(Meter.Name), task);

    /// <summary>What a subscriber has after upserting by key: of each row the highest revision, in the order of the keys.</summary>
    internal IReadOnlyList<RowTruth> Rows(string profile)
    {
        var rows = new Dictionary<string, RowTruth>();
        foreach (var row in Messages.SelectMany(RowsOf).Where(row => row.Key.Split('/')[1] == profile))
        {
            if (!rows.TryGetValue(row.Key, out var before) || before.Revision <= row.Revision)
            {
                Assert.True(before is null || before.Revision < row.Revision || before == row, $"one identity with two contents: {before} and {row}");
                rows[row.Key] = row;
            }
        }

        return [.. rows.Values.OrderBy(row => row.Key, StringComparer.Ordinal)];
    }

    /// <summary>Rows that were published, again and again counted in.</summary>
    internal int Published => Messages.SelectMany(RowsOf).Count();

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    private static IEnumerable<RowTruth> RowsOf(string message)
    {
        using var document = JsonDocument.Parse(message);
        return [.. document.RootElement.GetProperty("blocks").EnumerateArray().SelectMany(block => block.GetProperty("rows").EnumerateArray()).Select(row => new RowTruth(
            row.GetProperty("key").GetString()!,
            string.Join(' ', row.GetProperty("v").EnumerateArray().Select(value => value.ToString())),
            row.GetProperty("status").GetString()!,
            string.Join(' ', row.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString())),
            row.GetProperty("q").GetString()!, row.GetProperty("occ").GetInt32(), row.GetProperty("rev").GetInt32()))];
    }

    private static string Publish(StoredRecord record)
    {
        var to = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(to))
        {
            MqttMessages.WriteReadings(json, new DeliveryBatch(new BatchId(7, record.Class, record.Sequence, record.Sequence), "live", [record]), 1, record.Time.Utc, _ => null);
        }

        return System.Text.Encoding.UTF8.GetString(to.WrittenSpan);
    }
}
