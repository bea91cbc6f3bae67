using System.Diagnostics;
using Metering;
using Metering.Orders;
using Simulation.Dlms.Equipment;
using Simulation.Plc.Medium;
using Simulation.VirtualTime;
using Substation.Box;
using Substation.Street;

namespace Substation;

/// <summary>What an image cost that was brought to a whole street.</summary>
/// <param name="Done">Meters whose order ended with the image verified.</param>
/// <param name="Intact">Meters that hold the image octet by octet.</param>
/// <param name="AirSeconds">Air time of everything that was sent for it, repetitions and acknowledgements counted in.</param>
/// <param name="Seconds">From the order to the last meter's end.</param>
/// <param name="MostInitiations">How often a transfer was begun, at the meter where it was oftenest.</param>
/// <param name="BlocksTaken">Of all meters, doubled ones too.</param>
/// <param name="Questions">Image orders apart from broadcasts: what meters were asked alone.</param>
internal sealed record ImageReport(
    string Network, int Meters, int Seed, bool Broadcast, int Blocks, int Done, int Intact, double AirSeconds, double Seconds, int MostInitiations, int BlocksTaken, int FewestBlocks, long Questions,
    IReadOnlyDictionary<string, int> Failed, double ProcessorSeconds);

/// <summary>One image, the same for all meters of a street, with nothing else to do. Some are away while it is told; the box may lose its power meanwhile.</summary>
/// <param name="away">Meters that are away for the first hours: they miss all that is told, and are brought it alone.</param>
/// <param name="cutAfter">Blocks that the first meter took when the power of the box is cut; 0 for never.</param>
internal sealed class ImageRun(StreetPlan plan, int octets, int away, int cutAfter)
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);
    private static readonly DateTime Begin = new(2026, 11, 22, 23, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10), Longest = TimeSpan.FromHours(30), Dark = TimeSpan.FromMinutes(3);

    internal async Task<ImageReport> RunAsync()
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = new VirtualClock(Evening);
        var line = plan.Line with { Away = [.. Enumerable.Range(plan.Line.Nodes - away + plan.Line.FirstNumber, away).Select(number => (number, Begin.AddMinutes(-5), Begin.AddHours(2)))] };
        using var street = new PlcStreet(plan with { Line = line }, clock);
        var (counters, memory, time, store, never) = (new MemoryCounters(), new FreshMemory(), new BoxClock(clock), new BlockStore(new Subscriber()), new TaskCompletionSource());
        VirtualBox Box() => new(clock, [("plc0", () => street.Driver("plc0", counters, time, clock, memory))], [], new(), store);
        var image = new byte[octets];
        new Random(plan.Seed).NextBytes(image);
        var payload = new FirmwareOrder("SIM 2.0.0"u8.ToArray(), image, default, false).ToPayload();
        var box = Box();
        box.Start();
        await VirtualRun.UntilAsync(clock, never.Task, Begin).ConfigureAwait(false);
        var (before, asked) = (street.Line.Use, street.Line.Use.Delivered);
        var work = new ImageWork(street, box, clock, payload);
        var cut = cutAfter == 0;
        var now = Begin;
        while (now < Begin + Longest && !work.IsOver)
        {
            now += Look;
            await VirtualRun.UntilAsync(clock, never.Task, now).ConfigureAwait(false);
            if (!cut && street.Meters.Values.Max(meter => meter.Part<ImageFlash>()!.Transfer.BlocksTaken) >= cutAfter)
            {
                cut = true;
                await VirtualRun.UntilAsync(clock, work.EndAsync(), now += TimeSpan.FromMinutes(2)).ConfigureAwait(false);
                await VirtualRun.UntilAsync(clock, box.DisposeAsync().AsTask(), now += TimeSpan.FromMinutes(2)).ConfigureAwait(false);
                await VirtualRun.UntilAsync(clock, never.Task, now += Dark).ConfigureAwait(false);
                box = Box();
                box.Start();
                await VirtualRun.UntilAsync(clock, never.Task, now += TimeSpan.FromMinutes(20)).ConfigureAwait(false);
                work = new ImageWork(street, box, clock, payload) { Through = work.Through };
            }
        }

        var used = street.Line.Use.Since(before);
        var flashes = street.Meters.Values.Select(meter => meter.Part<ImageFlash>()!.Transfer).ToList();
        await VirtualRun.UntilAsync(clock, work.EndAsync(), now += TimeSpan.FromMinutes(2)).ConfigureAwait(false);
        await VirtualRun.UntilAsync(clock, box.DisposeAsync().AsTask(), now.AddMinutes(2)).ConfigureAwait(false);
        AirKind[] air = [AirKind.Useful, AirKind.Acknowledgement, AirKind.Retransmission, AirKind.Duplicate, AirKind.Collision, AirKind.GivenUp];
        return new ImageReport(
            plan.Network, flashes.Count, plan.Seed, plan.HasStreetKey, (octets + 199) / 200, work.Through.Count, flashes.Count(flash => flash.Flash.Span.SequenceEqual(image)), Math.Round(air.Sum(kind => used[kind].TotalSeconds), 1),
            (now - Begin).TotalSeconds, flashes.Max(flash => flash.Initiations), flashes.Sum(flash => flash.BlocksTaken), flashes.Min(flash => flash.BlocksTaken), used.Delivered, work.Failed,
            Math.Round((Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds, 1));
    }

    /// <summary>The order at each meter, given again where the meter was not there, as the book of orders does.</summary>
    private sealed class ImageWork
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _all;

        internal ImageWork(PlcStreet street, VirtualBox box, TimeProvider clock, byte[] payload)
        {
            _all = Task.WhenAll(street.Expected.Values.Select(meter => GiveAsync(meter, box, clock, payload)));
        }

        internal bool IsOver => _all.IsCompleted;

        internal HashSet<MeterId> Through { get; init; } = [];

        internal Dictionary<string, int> Failed { get; } = [];

        internal async Task EndAsync()
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await _all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task GiveAsync(MeterId meter, VirtualBox box, TimeProvider clock, byte[] payload)
        {
            await Task.Yield();
            while (!Through.Contains(meter))
            {
                OrderStep? last = null;
                await foreach (var step in box.Desk.ExecuteAsync(new MeterOrder("image", OrderKind.Firmware, meter, payload), _stop.Token).ConfigureAwait(false))
                {
                    last = step;
                }

                if (last?.State == OrderState.Done)
                {
                    Through.Add(meter);
                    return;
                }

                Failed[last?.Sentence ?? ""] = Failed.GetValueOrDefault(last?.Sentence ?? "") + 1;
                await Task.Delay(TimeSpan.FromMinutes(10), clock, _stop.Token).ConfigureAwait(false);
            }
        }
    }
}
