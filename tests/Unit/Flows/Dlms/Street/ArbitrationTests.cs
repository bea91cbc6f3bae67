using Metering;
using Metering.Driver;
using Metering.Orders;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;

namespace Unit.Flows.Dlms.Street;

/// <summary>The orders of one meter on a serial line: which goes first, which gives way, and what an image keeps for itself.</summary>
public class ArbitrationTests
{
    private static readonly byte[] TheBreaker = new BreakerOrder(default).ToPayload(), Registers = new ReadOrder(ReadOrder.Registers, null, null, null).ToPayload();
    private static readonly byte[] Image = [.. Enumerable.Range(0, 200 * 60).Select(i => (byte)(i * 3))];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_breaker_overtakes_the_reads_that_wait(bool arbitrates)
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7), new MeterHdlcPlan(), change: options => options with { Arbitrates = arbitrates });
        Assert.True(await bench.ListeningAsync());
        var ended = new List<string>();
        Task<IReadOnlyList<OrderStep>>[] all = [.. Enumerable.Range(1, 4).Select(at => Queue(bench, $"read {at}", OrderKind.Read, Registers, ended)), Queue(bench, "breaker", OrderKind.Disconnect, TheBreaker, ended)];
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => all.All(one => one.IsCompleted), TimeSpan.FromMilliseconds(50)));
        Assert.Equal(0, bench.Meter.Part<Breaker>()!.Control.State);
        Assert.Equal(5, ended.Count);
        Assert.True(arbitrates ? ended.IndexOf("breaker") <= 1 : ended.IndexOf("breaker") == 4, string.Join(", ", ended)); // the first may be under way already
    }

    [Fact]
    public async Task A_long_read_gives_way_between_two_parts_and_loses_nothing()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7, HistoryDays: 5), new MeterHdlcPlan());
        Assert.True(await bench.ListeningAsync());
        var (times, parts, asked, openedAt) = (new List<DateTime>(), 0, 0, 0);
        Task<IReadOnlyList<OrderStep>>? breaker = null;
        var until = bench.Clock.GetUtcNow().UtcDateTime;
        var order = new MeterOrder("rows", OrderKind.Read, MeterId.Parse(bench.Meter.Name), new ReadOrder("load-profile", until.AddDays(-5), until, "load-profile").ToPayload()) { Class = WorkClass.Profile };
        bench.Meter.Did += (_, question) =>
        {
            asked += AsksForRows(question) ? 1 : 0;
            breaker ??= asked == 1 ? Queue(bench, "breaker", OrderKind.Disconnect, TheBreaker, []) : null; // while the first part is under way
        };
        bench.Meter.Part<Breaker>()!.Control.ToldTo += () => openedAt = asked;
        var reading = bench.Start(order, step =>
        {
            parts += step.Block is null ? 0 : 1;
            times.AddRange(TimesOf(step));
        });
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => reading.IsCompleted && breaker is { IsCompleted: true }, TimeSpan.FromMilliseconds(50)));
        Assert.InRange(openedAt, 1, 2); // of the parts, once the one that was under way had come
        Assert.True(asked >= 5, $"{asked} parts");
        var last = (await reading)[^1];
        Assert.True(last.State == OrderState.Done && parts >= 5, $"{last.State} after {parts} parts: {last.Sentence}");
        Assert.Equal(times.Distinct().Count(), times.Count);
        Assert.InRange(times.Count, (5 * 96) - 1, (5 * 96) + 1);
    }

    [Fact]
    public async Task A_read_whose_association_was_ended_by_what_went_before_begins_anew_and_is_whole()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7, HistoryDays: 3), new MeterHdlcPlan());
        Assert.True(await bench.ListeningAsync());
        var times = new HashSet<DateTime>();
        Task<IReadOnlyList<OrderStep>>? denied = null;
        var until = bench.Clock.GetUtcNow().UtcDateTime;
        var order = new MeterOrder("rows", OrderKind.Read, MeterId.Parse(bench.Meter.Name), new ReadOrder("load-profile", until.AddDays(-3), until, null).ToPayload());
        bench.Meter.Did += (_, question) => denied ??= AsksForRows(question) ? Queue(bench, "denied", OrderKind.Disconnect, new BreakerOrder(new Obis(0, 0, 96, 3, 99, 255)).ToPayload(), []) : null; // the meter has no such breaker: its refusal ends the association
        var reading = bench.Start(order, step => times.UnionWith(TimesOf(step)));
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => reading.IsCompleted && denied is { IsCompleted: true }, TimeSpan.FromMilliseconds(50)));
        Assert.NotEqual(OrderState.Done, (await denied!)[^1].State);
        Assert.Equal(OrderState.Done, (await reading)[^1].State);
        Assert.InRange(times.Count, (3 * 96) - 1, (3 * 96) + 1);
    }

    [Fact]
    public async Task What_takes_an_image_owns_its_meter_reads_and_breakers_pass_and_what_would_change_it_is_told_to_wait()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7), new MeterHdlcPlan());
        Assert.True(await bench.ListeningAsync());
        var flash = bench.Meter.Part<ImageFlash>()!.Transfer;
        var (ended, openedAt, readAt) = (new List<string>(), 0, 0);
        Task<IReadOnlyList<OrderStep>>[] others = [];
        flash.Taken += block =>
        {
            if (block == 5 && others.Length == 0)
            {
                others =
                [
                    Queue(bench, "message", OrderKind.Message, new MessageOrder("hello", null).ToPayload(), ended), Queue(bench, "other image", OrderKind.Firmware, Firmware([.. Image.Reverse()]), ended),
                    Queue(bench, "read", OrderKind.Read, Registers, ended), Queue(bench, "breaker", OrderKind.Disconnect, TheBreaker, ended),
                ];
            }
        };
        bench.Meter.Part<Breaker>()!.Control.ToldTo += () => openedAt = flash.BlocksTaken;
        bench.Meter.ValueAnswered += value => readAt = readAt == 0 && value.ClassId == 3 ? flash.BlocksTaken : readAt;
        var image = bench.Start(Order(bench, "image", OrderKind.Firmware, Firmware(Image)));
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => others.Length > 0 && others.All(one => one.IsCompleted), TimeSpan.FromMilliseconds(50)));
        Assert.Equal((6, 6), (openedAt, readAt)); // between the block that was under way and the next
        OrderStep[] last = [.. others.Select(one => one.Result[^1])];
        Assert.All(last[..2], step => Assert.Equal((OrderState.Failed, MissReason.NotYet), (step.State, step.Why)));
        Assert.All(last[..2], step => Assert.Matches("^SIM0000000000003 takes an image under order image \\(image block \\d+/60\\): what changes the meter waits until that is through$", step.Sentence));
        Assert.All(last[2..], step => Assert.True(step.State == OrderState.Done, step.Sentence));
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => image.IsCompleted, TimeSpan.FromMilliseconds(50)));
        Assert.Equal((OrderState.Done, 1, 60), ((await image)[^1].State, flash.Initiations, flash.BlocksTaken));
        Assert.Equal(Image, flash.Flash.ToArray());
    }

    [Fact]
    public async Task An_order_that_gives_an_image_up_ends_the_one_that_brings_it()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7) { HasImageSchedule = true }, new MeterHdlcPlan());
        Assert.True(await bench.ListeningAsync());
        var flash = bench.Meter.Part<ImageFlash>()!.Transfer;
        Task<IReadOnlyList<OrderStep>>? abort = null;
        flash.Taken += block => abort = block == 5 ? Queue(bench, "abort", OrderKind.Firmware, FirmwareOrder.Abort.ToPayload(), []) : abort;
        var image = bench.Start(Order(bench, "image", OrderKind.Firmware, Firmware(Image)));
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => image.IsCompleted && abort is { IsCompleted: true }, TimeSpan.FromMilliseconds(50)));
        var last = (await image)[^1];
        Assert.Equal(OrderState.Cancelled, last.State);
        Assert.StartsWith("given up by order abort after: image block ", last.Sentence, StringComparison.Ordinal);
        Assert.Equal(6, flash.BlocksTaken);
        var aborted = (await abort!)[^1];
        Assert.True(aborted.State == OrderState.Done, aborted.Sentence);
    }

    /// <summary>Puts an order in the line, before anything else happens; what becomes of it is noted.</summary>
    private static Task<IReadOnlyList<OrderStep>> Queue(DriverBench bench, string id, OrderKind kind, byte[] payload, List<string> ended)
    {
        var steps = bench.Driver.ExecuteAsync(Order(bench, id, kind, payload), CancellationToken.None).GetAsyncEnumerator();
        var first = steps.MoveNextAsync().AsTask();
        return bench.UnderWay<IReadOnlyList<OrderStep>>(async () =>
        {
            var seen = new List<OrderStep>();
            for (var has = await first; has; has = await steps.MoveNextAsync())
            {
                seen.Add(steps.Current);
            }

            lock (ended)
            {
                ended.Add(id);
            }

            return seen;
        });
    }

    /// <summary>A GET of the buffer of a profile (class 7, attribute 2).</summary>
    private static bool AsksForRows(byte[] question) => question is [0xC0, 1, _, 0, 7, _, _, _, _, _, _, 2, ..];

    private static IEnumerable<DateTime> TimesOf(OrderStep step)
    {
        if (step.Block is { } block)
        {
            foreach (var row in block.Rows.ToArray())
            {
                yield return row.At!.Value.ToUtc()!.Value;
            }
        }
    }

    private static byte[] Firmware(byte[] image) => new FirmwareOrder("SIM-2.0"u8.ToArray(), image, default, false).ToPayload();

    private static MeterOrder Order(DriverBench bench, string id, OrderKind kind, byte[] payload) => new(id, kind, MeterId.Parse(bench.Meter.Name), payload);

    private static Task<IReadOnlyList<OrderStep>> Give(DriverBench bench, string id, OrderKind kind, byte[] payload, List<string> ended) => bench.Start(Order(bench, id, kind, payload), step =>
    {
        if (step.State != OrderState.Running)
        {
            lock (ended)
            {
                ended.Add(id);
            }
        }
    });
}
