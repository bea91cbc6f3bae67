using System.Threading.Channels;
using Concentrator.Collection;
using Concentrator.Field;
using Metering;
using Metering.Driver;
using Metering.Orders;
using Metering.Orders.Planner;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Substation.Box;

/// <summary>
/// The product's field and collection over given drivers, without disk, doors and head-end: what drivers tell is committed to a store every ten seconds, as to the ledger, and what was not
/// goes with the box when its power is cut.
/// </summary>
internal sealed class VirtualBox : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<DriverEvent> _events = Channel.CreateBounded<DriverEvent>(new BoundedChannelOptions(4096) { SingleReader = true });
    private static readonly TimeSpan CommitEvery = TimeSpan.FromSeconds(10);
    private readonly ReadMarks _marks = new();
    private readonly List<ReadingBlock> _uncommitted = [];
    private readonly TimeProvider _clock;
    private readonly BlockStore _store;
    private readonly List<Task> _running = [];
    private readonly List<Supervisor> _supervisors;

    /// <param name="drivers">Makes each driver; its name.</param>
    internal VirtualBox(TimeProvider clock, IReadOnlyList<(string Name, Func<IMeterDriver> Make)> drivers, IReadOnlyList<CollectionTask> tasks, PlannerPolicy policy, BlockStore store, ILogger? log = null)
    {
        (_clock, _store) = (clock, store);
        foreach (var block in store.Blocks)
        {
            _marks.Stored(block, 0, clock.GetUtcNow().UtcDateTime);
        }

        var time = new BoxClock(clock);
        var reach = Reach;
        Network = new NetworkBook(time);
        _supervisors = [.. drivers.Select(driver => new Supervisor(driver.Make, driver.Name, driver.Name, driver.Name, _events.Writer, reach, time, clock, log ?? NullLogger.Instance, Network))];
        var desk = new Dispatcher(reach, _events.Writer);
        Planner = new CollectionPlanner(tasks, policy, clock.LocalTimeZone);
        Collector = new Collector(Planner, new TaskReader(tasks, desk, _marks, clock, log ?? NullLogger.Instance), _marks, reach, clock, log ?? NullLogger.Instance);
        Desk = desk;
        Time = time;
    }

    internal Collector Collector { get; }

    internal CollectionPlanner Planner { get; }

    internal Dispatcher Desk { get; }

    /// <summary>Through which driver meters are reached.</summary>
    internal MeterReach Reach { get; } = new();

    /// <summary>The nodes, as their drivers tell of them.</summary>
    internal NetworkBook Network { get; }

    internal BoxClock Time { get; }

    /// <summary>Is told of everything that drivers tell.</summary>
    internal event Action<DriverEvent>? Told;

    internal void Start()
    {
        _running.Add(TakeAsync());
        _running.Add(CommitAsync());
        _running.Add(new NetworkWatch(Network, Collector).RunAsync(_stop.Token));
        _running.AddRange(_supervisors.Select(supervisor => supervisor.RunAsync(_stop.Token)));
        _running.Add(Collector.RunAsync(_stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _events.Writer.TryComplete();
        foreach (var one in _running)
        {
            try
            {
                await one.ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
            {
                // As it was told to.
            }
        }

        _stop.Dispose();
    }

    private async Task TakeAsync()
    {
        await foreach (var one in _events.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            Told?.Invoke(one);
            if (one is DriverEvent.ReadingsTaken taken)
            {
                _uncommitted.Add(taken.Block);
            }
        }
    }

    private async Task CommitAsync()
    {
        while (true)
        {
            await Task.Delay(CommitEvery, _clock, _stop.Token).ConfigureAwait(false);
            foreach (var block in _uncommitted)
            {
                _store.Take(block, _clock.GetUtcNow().UtcDateTime);
                _marks.Stored(block, 0, _clock.GetUtcNow().UtcDateTime);
            }

            _uncommitted.Clear();
        }
    }
}
