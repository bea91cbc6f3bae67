using Metering;
using Metering.Orders;
using Metering.Orders.Planner;
using Simulation.VirtualTime;
using Substation.Street;

namespace Substation.Box;

/// <summary>A box that loses its power now and then: what it committed, its counters and what its drivers keep stay; everything else begins anew five minutes later.</summary>
internal sealed class BoxLives(
    PlcStreet street, VirtualClock clock, IReadOnlyList<CollectionTask> tasks, bool chases, IReadOnlyList<DateTime> cuts, IReadOnlyList<(DateTime From, DateTime To)> outages) : IAsyncDisposable
{
    private static readonly TimeSpan Dark = TimeSpan.FromMinutes(5);
    private readonly MemoryCounters _counters = new();
    private readonly FreshMemory _memory = new();
    private readonly TaskCompletionSource _never = new();
    private readonly Queue<DateTime> _cuts = new(cuts);
    private BlockStore? _store;

    /// <summary>The box that lives now.</summary>
    internal VirtualBox Box { get; private set; } = null!;

    /// <summary>What arrived.</summary>
    internal Subscriber Subscriber { get; } = new();

    /// <summary>Switches it on.</summary>
    internal void Begin()
    {
        _store ??= new BlockStore(Subscriber) { Outages = outages };
        var time = new BoxClock(clock);
        Box = new VirtualBox(clock, [("plc0", () => street.Driver("plc0", _counters, time, clock, _memory))], tasks, new PlannerPolicy { ChasesGaps = chases }, _store);
        foreach (var meter in street.Meters.Values)
        {
            Box.Collector.Expect(MeterId.Parse(meter.Name));
        }

        Box.Start();
    }

    /// <summary>Lets it live until a time, with the cuts that come before.</summary>
    internal async Task UntilAsync(DateTime until)
    {
        while (_cuts.TryPeek(out var cut) && cut < until)
        {
            _cuts.Dequeue();
            await VirtualRun.UntilAsync(clock, _never.Task, cut).ConfigureAwait(false);
            await EndAsync().ConfigureAwait(false);
            await VirtualRun.UntilAsync(clock, _never.Task, cut + Dark).ConfigureAwait(false);
            Begin();
        }

        await VirtualRun.UntilAsync(clock, _never.Task, until).ConfigureAwait(false);
        _store!.Deliver(until);
    }

    public async ValueTask DisposeAsync() => await EndAsync().ConfigureAwait(false);

    /// <summary>Drivers let their meters go in their own time; it passes meanwhile.</summary>
    private async Task EndAsync()
    {
        var ending = Box.DisposeAsync().AsTask();
        await VirtualRun.UntilAsync(clock, ending, clock.GetUtcNow().AddMinutes(2)).ConfigureAwait(false);
    }
}
