using System.Buffers;
using System.Text;
using System.Threading.Channels;
using Concentrator.Composition;
using Concentrator.Field;
using Concentrator.Ports;
using Concentrator.Security;
using Concentrator.Security.Issued;
using Concentrator.Security.Sealed;
using Concentrator.Settings;
using Concentrator.Store;
using Concentrator.Store.Books;
using Concentrator.Store.Images;
using Concentrator.Upstream;
using Concentrator.Upstream.Mqtt;
using Metering;
using Metering.Driver;
using Metering.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Substation.Box;
using Substation.Street;

namespace Substation.Orders;

/// <summary>What a box of a run is given.</summary>
/// <param name="Issuers">Whose signatures count.</param>
/// <param name="Key">The box's own, that new keys are sealed to.</param>
/// <param name="Device">Wraps the keys in the books.</param>
internal sealed record BoxParts(IStreet Street, HeadEnd HeadEnd, TimeProvider Clock, BoxSettings Settings, Issuers Issuers, BoxKey Key, DeviceKey Device);

/// <summary>
/// One life of the whole service on virtual time: ledger, books, orders, drivers, intake, and the way to the head-end, put together as the appliance does it. It ends as the power ends it: nothing of
/// it reaches disk, meters or head-end after that.
/// </summary>
internal sealed class OrderBox : IDisposable
{
    private readonly BoxParts _parts;
    private readonly BoxDisk _disk;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _dead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<KillMoment, int> _reached = [];
    private readonly Ledger _ledger;
    private readonly OrderRoom _room;
    private readonly MqttOrders _orders;
    private readonly List<Task> _loops = [];
    private KillPoint _killAt;

    internal OrderBox(BoxParts parts, BoxDisk disk, ulong life)
    {
        (_parts, _disk) = (parts, disk);
        var (clock, time, log) = (parts.Clock, new BoxClock(parts.Clock) { BootId = life }, NullLogger.Instance);
        _ledger = new Ledger(new LedgerOptions { SegmentOctets = 1 << 20, ReadingWindow = () => TimeSpan.FromSeconds(1) }, disk.Ledger, time, clock, log);
        var slots = new SlotStore(disk.Delivery, _ledger.Nudge, log);
        _ledger.AddFollower(slots.Flush);
        var watched = new WatchedLedger(_ledger, stop => ReachAsync(KillMoment.Kept, stop));
        var counters = new CounterStore(watched, time, clock);
        var memory = new DriverMemory(watched, time);
        var keys = new KeyRing(parts.Device, watched, time, log);
        keys.TakeFile(parts.Street.Keys.Copy());
        _room = new OrderRoom(parts.Settings, watched, time, clock, parts.Issuers, new NobodyElse(), id => parts.Street.All.Any(meter => meter.Name == id.Text), () => parts.Key, log,
            new ImageStore(disk.Images, new ImageLimits(), name => _room!.Book.OpenImage(name) is not null, log));
        var registry = new MeterRegistry(_ => true, _ => true, TimeSpan.Zero, time);
        foreach (var record in _ledger.ReadBooks())
        {
            Action<StoredRecord>? take = record.Type switch
            {
                RecordType.Meter => registry.Replay,
                RecordType.AcceptedCounters or RecordType.CounterReservation => counters.Replay,
                RecordType.WrappedKey => keys.Replay,
                RecordType.DriverMemory => memory.Replay,
                RecordType.Order => _room.Book.Replay,
                _ => null,
            };
            take?.Invoke(record);
        }

        _room.Book.ReplayTold(_ledger);
        foreach (Func<IEnumerable<NewRecord>> part in new Func<IEnumerable<NewRecord>>[] { registry.LiveState, keys.LiveState, counters.LiveState, memory.LiveState, _room.Book.LiveState })
        {
            _ledger.AddLiveState(part);
        }

        var events = Channel.CreateBounded<DriverEvent>(new BoundedChannelOptions(4096) { SingleReader = true });
        var reach = new MeterReach();
        Reach = reach;
        var marks = new ReadMarks { Ledger = _ledger };
        var intake = new Intake(_ledger, registry, new FlowCount(), new FrameFeed(), marks, (_, _) => { }, log);
        Desk = new WatchedDesk(new Dispatcher(reach, events.Writer), ReachAsync);
        var options = new MqttUpstreamOptions("main", new Uri("mqtts://hes.example"), false, null, null, null, null, null, HeadEnd.Base, "dc-test");
        _orders = new MqttOrders(options, _room.Door, OrderRoom.Verbs, log);
        var north = new North(parts.HeadEnd, new Delivery("main", _ledger, slots, life), _orders, clock, stop => ReachAsync(KillMoment.Told, stop));
        Func<CancellationToken, Task>[] loops =
        [
            _ledger.RunAsync, counters.RunAsync, _ => intake.RunAsync(events.Reader), north.RunAsync, stop => _room.RunAsync(Desk, reach, null!, [], stop),
            .. parts.Street.Drivers(keys, counters, time, clock, memory, link => new CutLink(link, () => IsDead, () => Reaches(KillMoment.Sent)))
                .Select(driver => (Func<CancellationToken, Task>)new Supervisor(driver.Make, driver.Name, driver.Name, driver.Name, events.Writer, reach, time, clock, log).RunAsync),
        ];
        foreach (var loop in loops)
        {
            _loops.Add(Task.Run(() => loop(_stop.Token)));
        }
    }

    /// <summary>It died.</summary>
    internal bool IsDead { get; private set; }

    /// <summary>Completes when it died.</summary>
    internal Task Dead => _dead.Task;

    /// <summary>Takes orders to drivers.</summary>
    internal IOrderDesk Desk { get; }

    /// <summary>Who is reached.</summary>
    internal MeterReach Reach { get; }

    /// <summary>The door of orders, as at the socket.</summary>
    internal IOrderDoor Door => _room.Door;

    /// <summary>Audited events.</summary>
    internal int Audited => _ledger.ReadAll(LogKind.Books, 1, ulong.MaxValue).Count(record => record.Type == RecordType.Audit);

    /// <summary>How often a moment was reached since it was armed.</summary>
    internal int Reached(KillMoment moment) => _reached.GetValueOrDefault(moment);

    /// <summary>From here on moments are counted, and it dies at this one.</summary>
    internal void Arm(KillPoint point)
    {
        _reached.Clear();
        _killAt = point;
    }

    /// <summary>A moment is reached: perhaps the last one.</summary>
    internal void Reaches(KillMoment moment)
    {
        _reached[moment] = Reached(moment) + 1;
        if (!IsDead && _killAt.Moment == moment && _reached[moment] == _killAt.Number)
        {
            Kill();
        }
    }

    /// <summary>The power is gone.</summary>
    internal void Kill()
    {
        IsDead = true;
        _disk.Cut();
        _dead.TrySetResult();
    }

    /// <summary>An order as the head-end sends it.</summary>
    internal async Task GiveAsync(string verb, string body, bool retained = false)
    {
        var topic = $"{HeadEnd.Base}/cmd/{verb}";
        await _orders.TakeAsync(_orders.VerbOf(topic)!, new MqttReceived(topic, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)), retained, null, default)).ConfigureAwait(false);
    }

    /// <summary>What still runs of a dead box is cleared away; a living one dies of it.</summary>
    public void Dispose()
    {
        if (!IsDead)
        {
            Kill();
        }

        _stop.Cancel(); // who waits for a disk that is gone waits no longer
    }

    /// <summary>Whoever comes here in a dead box goes no further.</summary>
    private async Task ReachAsync(KillMoment moment, CancellationToken stop)
    {
        if (!IsDead)
        {
            Reaches(moment);
        }

        if (IsDead)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _stop.Token);
            await Task.Delay(Timeout.InfiniteTimeSpan, _parts.Clock, either.Token).ConfigureAwait(false);
        }
    }

    private sealed class NobodyElse : IOwnership
    {
        public bool IsOwnedElsewhere(MeterId meter, out string box)
        {
            box = "";
            return false;
        }
    }
}
