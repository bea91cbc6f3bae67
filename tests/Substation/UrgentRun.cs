using System.Diagnostics;
using Metering.Orders;
using Simulation.Dlms.Equipment;
using Simulation.VirtualTime;
using Substation.Box;
using Substation.Street;

namespace Substation;

/// <summary>What became of a breaker order that came when its meter, and all others, had much to do.</summary>
/// <param name="Before">Of the reads that waited for the same meter when it came, how many ended before it did.</param>
/// <param name="Rows">Rows of ten days that the meter gave by the end, and how many of them twice.</param>
/// <param name="Initiations">How often the image that the meter was taking was begun.</param>
/// <param name="Refused">What was said to an order that would have changed the meter while it took the image.</param>
internal sealed record UrgentReport(
    string Network, bool Arbitrates, double Seconds, string State, bool IsOpen, int Waiting, int Before, long Rows, long Again, int Initiations, bool IsIntact, string Refused, double ProcessorSeconds);

/// <summary>Twelve meters that take an image and give ten days of rows, one of which has a line of reads waiting: then its breaker is to open.</summary>
internal sealed class UrgentRun(StreetPlan plan)
{
    private const int Waiting = 6;
    private static readonly DateTimeOffset Evening = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);
    private static readonly DateTime Begin = new(2026, 11, 22, 22, 0, 0, DateTimeKind.Utc), Last = new(2026, 11, 22, 22, 0, 0, DateTimeKind.Utc);

    internal async Task<UrgentReport> RunAsync()
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = new VirtualClock(Evening);
        using var street = new PlcStreet(plan with { HistoryDays = 11, HasStreetKey = false }, clock);
        var (never, subscriber) = (new TaskCompletionSource(), new Subscriber());
        var box = new VirtualBox(clock, [("plc0", () => street.Driver("plc0", new MemoryCounters(), new BoxClock(clock), clock, new FreshMemory()))], [], new(), new BlockStore(new Subscriber()));
        await using (box.ConfigureAwait(false))
        {
            box.Start();
            await VirtualRun.UntilAsync(clock, never.Task, Begin).ConfigureAwait(false);
            var node = street.Meters.Keys.OrderByDescending(one => one.Level).ThenBy(one => one.Number).First();
            var (meter, id) = (street.Meters[node], street.Expected[node]);
            var image = new byte[20_000];
            new Random(plan.Seed).NextBytes(image);
            var payload = new FirmwareOrder("SIM 2.0.0"u8.ToArray(), image, default, false).ToPayload();
            var images = street.Expected.Values.ToDictionary(one => one, one => GiveAsync(box, new MeterOrder("image", OrderKind.Firmware, one, payload)));
            await VirtualRun.UntilAsync(clock, never.Task, Begin.AddMinutes(2)).ConfigureAwait(false);
            var days = new ReadOrder("load-profile", Last.AddDays(-10), Last, "load-profile").ToPayload();
            var profiles = street.Expected.Values.ToDictionary(one => one, one => GiveAsync(box, new MeterOrder("rows", OrderKind.Read, one, days) { Class = WorkClass.Profile }, one == id ? subscriber : null));
            await VirtualRun.UntilAsync(clock, never.Task, Begin.AddMinutes(2.5)).ConfigureAwait(false);
            var ended = 0;
            var reads = Enumerable.Range(0, Waiting).Select(async at =>
            {
                await GiveAsync(box, new MeterOrder($"read-{at}", OrderKind.Read, id, new ReadOrder(ReadOrder.Registers, null, null, null).ToPayload())).ConfigureAwait(false);
                ended++;
            }).ToList();
            var change = GiveAsync(box, new MeterOrder("message", OrderKind.Message, id, new MessageOrder("hello", null).ToPayload()));
            await VirtualRun.UntilAsync(clock, never.Task, Begin.AddMinutes(2.5).AddSeconds(1)).ConfigureAwait(false);
            var given = clock.GetUtcNow();
            var (before, seconds) = (ended, 0.0);
            var opening = Task.Run(async () =>
            {
                var step = await GiveAsync(box, new MeterOrder("open", OrderKind.Disconnect, id, new BreakerOrder(default).ToPayload())).ConfigureAwait(false);
                (before, seconds) = (ended - before, (clock.GetUtcNow() - given).TotalSeconds);
                return step;
            });
            var all = Task.WhenAll([opening, change, .. reads, .. profiles.Values, .. images.Values]);
            await VirtualRun.UntilAsync(clock, all, Begin.AddHours(12)).ConfigureAwait(false);
            var flash = meter.Part<ImageFlash>()!.Transfer;
            return new UrgentReport(
                plan.Network, plan.Arbitrates, Math.Round(seconds, 1), (await opening.ConfigureAwait(false)).State.ToString(), meter.Part<Breaker>()!.Control.State == 0, Waiting, before, subscriber.Rows, subscriber.Again, flash.Initiations,
                flash.Flash.Span.SequenceEqual(image), (await change.ConfigureAwait(false)).Sentence, Math.Round((Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds, 1));
        }
    }

    private static async Task<OrderStep> GiveAsync(VirtualBox box, MeterOrder order, Subscriber? subscriber = null)
    {
        await Task.Yield();
        OrderStep? last = null;
        await foreach (var step in box.Desk.ExecuteAsync(order, CancellationToken.None).ConfigureAwait(false))
        {
            last = step;
            if (step.Block is { } block)
            {
                subscriber?.Take(block);
            }
        }

        return last!;
    }
}
