using System.Threading.Channels;
using Concentrator.Board;
using Concentrator.Collection;
using Concentrator.Field;
using Concentrator.Ports;
using Concentrator.Security;
using Concentrator.Security.Backups;
using Concentrator.Security.Issued;
using Concentrator.Settings;
using Concentrator.Shipments;
using Concentrator.Store;
using Concentrator.Store.BlackBox;
using Concentrator.Store.Books;
using Concentrator.Store.Files;
using Concentrator.Store.Images;
using Concentrator.Store.View;
using Concentrator.Upstream;
using Concentrator.Upstream.Mqtt;
using Drivers.Dlms;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Planner;
using Protocols.MBus;

namespace Concentrator.Composition;

/// <summary>
/// The service, put together from top to bottom in the order a frame travels, and taken apart in the same order: drivers stop first, the ledger last.
/// </summary>
internal sealed class Appliance(BoxSettings settings, Identity identity, ILoggerFactory logs, TimeProvider clock)
{
    /// <summary>A minute of 2,000 telegrams a second.</summary>
    private const ulong MostCountersBehind = 120_000;

    /// <summary>After a start what is read goes first: a look at rights would find nobody waiting, and be before it.</summary>
    private static readonly TimeSpan ReadFirst = TimeSpan.FromMinutes(10);

    private readonly SystemTime _time = new(settings.TimeSources, clock, KernelClock.IsSynchronised, logs.CreateLogger("board"));
    private readonly FlowCount _flow = new();
    private readonly FrameFeed _feed = new();

    /// <summary>Runs until told to stop.</summary>
    /// <param name="serve">Opens the doors for tools and the console; gives what closes them.</param>
    /// <exception cref="IOException">The state directory cannot be used: which, and what to do.</exception>
    internal async Task RunAsync(Func<ApplianceParts, CancellationToken, Task<IAsyncDisposable>> serve, CancellationToken stop)
    {
        // 1 state
        using var held = StateLock.Take(settings.StateDirectory);
        var restored = StateRestore.Restored(settings.StateDirectory);
        using var device = DeviceKey.Open(settings.StateDirectory, Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY"));

        // 2 the ledger, and what lives in its books
        MeterRegistry registry = null!;
        var deliveries = new List<Delivery>();
        var ledgerFiles = new DiskFiles(Path.Combine(settings.StateDirectory, "ledger"));
        var options = new LedgerOptions
        {
            ReadingWindow = () => settings.Meters.Commit ?? (registry.AcceptedCount < 200 ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(10)),
            IsDelivered = last => deliveries.TrueForAll(delivery => delivery.IsDelivered(last)),
        };
        using var ledger = new Ledger(options, ledgerFiles, _time, clock, logs.CreateLogger("store"));
        using var slots = new SlotStore(new DiskFiles(Path.Combine(settings.StateDirectory, "delivery")), ledger.Nudge, logs.CreateLogger("store"));
        ledger.AddFollower(slots.Flush);
        var keys = new KeyRing(device, ledger, _time, logs.CreateLogger("security"));
        using var counters = new CounterStore(ledger, _time, clock);
        var memory = new DriverMemory(ledger, _time);
        var deadLetters = new DeadLetterBook(ledger, _time);
        var configurations = new ConfigurationBook(ledger, _time);
        using var lives = new MeterLifeBook(ledger, _time);
        using var installations = new InstallationBook(device, settings.Flag, _time);
        var issuers = new Issuers([.. settings.Issuers.Select(issuer => new Issuer(issuer.KeyId, issuer.PublicKey, issuer.Orders))]);
        using var owners = new OwnershipLists(settings.Id, issuers, ledger, _time, clock, logs.CreateLogger("security"));
        var reach = new MeterReach();
        OrderRoom orders = null!;
        using var images = new ImageStore(new DiskFiles(Path.Combine(settings.StateDirectory, "images")), new ImageLimits(), name => orders.Book.OpenImage(name) is not null, logs.CreateLogger("store"));
        using var ordering = orders = new OrderRoom(
            settings, ledger, _time, clock, issuers, owners, IsOurs, () => installations.Key, logs.CreateLogger("orders"), images);
        bool IsOurs(MeterId id) => registry.EntryOf(id) is { Accepted: true } || (lives.Find(id) is { } life ? life.IsOpen : reach.Find(id) is not null);
        registry = new MeterRegistry(
            id => settings.Meters.AcceptAll || keys.Knows(id.Text) || lives.Find(id) is { IsOpen: true }, id => keys.Knows(id.Text), settings.Meters.Keep, _time, id => lives.Find(id)?.Place);
        Replay(ledger, keys, counters, memory, deadLetters, configurations, lives, owners, orders, registry, installations);
        orders.Book.ReplayTold(ledger);
        var installed = installations.Settle(StatePlace.Of(settings.StateDirectory), restored, out var isMoved);
        ledger.Skip(isMoved ? InstallationBook.SkippedSequences : 0);
        lives.Changed += registry.Reconsider;
        owners.Changed += registry.Changed;
        foreach (Func<IEnumerable<NewRecord>> part in new Func<IEnumerable<NewRecord>>[]
            { registry.LiveState, keys.LiveState, counters.LiveState, memory.LiveState, deadLetters.LiveState, configurations.LiveState, lives.LiveState, owners.LiveState, orders.Book.LiveState, installations.LiveState })
        {
            ledger.AddLiveState(part);
        }

        using var storing = new Stopping();
        storing.Start(ledger.RunAsync);
        await ledger.AppendAsync([BootRecord(), .. installed], Urgency.Order, stop).ConfigureAwait(false);
        StateRestore.Known(settings.StateDirectory);
        await configurations.AppliedAsync(settings.Text, stop).ConfigureAwait(false);

        // 3 what is made of the ledger, and what goes beside it
        var view = new ArchiveView(new ViewSettings(Path.Combine(settings.StateDirectory, "view")), ledger, ledger, clock, logs.CreateLogger<ArchiveView>());
        await using var closingView = view.ConfigureAwait(false);
        var blackBox = new BlackBoxRing(new BlackBoxSettings(Path.Combine(settings.StateDirectory, "blackbox")), clock, logs.CreateLogger<BlackBoxRing>());
        using var beside = new Stopping();
        beside.Start(view.RunAsync);
        beside.Start(blackBox.RunAsync);
        beside.Start(new TimeMap(ledger, _time, clock).RunAsync);

        // 4 keys
        using var watching = new Stopping();
        if (settings.KeysFile is { } keysFile)
        {
            var watch = new KeysFileWatch(keysFile, keys.TakeFile, clock, logs.CreateLogger("security"));
            watch.Look();
            watching.Start(watch.RunAsync);
        }

        watching.Start(counters.RunAsync);
        foreach (var (source, host, port) in TimeServers.Of(settings))
        {
            watching.Start(new NtpSource(source, host, port, _time, clock, logs.CreateLogger("board")).RunAsync);
        }

        using var late = new KeptDecoders(settings.Drivers, keys);
        watching.Start(new LateDecoder(ledger, ledger, keys, () => keys.Devices, late.Receive, clock, logs.CreateLogger("field")).RunAsync);

        // 5 the field: drivers, one channel, one intake
        var events = Channel.CreateBounded<DriverEvent>(new BoundedChannelOptions(4096) { SingleReader = true });
        var marks = new ReadMarks { Ledger = ledger };
        var network = new NetworkBook(_time);
        watching.Start(new MeterArrivals(lives, registry, reach, _time, logs.CreateLogger("field")).RunAsync);
        var title = installations.Now.SystemTitle.ToArray();
        var supervisors = settings.Drivers.Select(driver => Supervise(driver, keys, counters, memory, new Admission(lives, settings.Meters.AcceptAll), device, title, events.Writer, reach, network)).ToList();
        var desk = new Dispatcher(reach, events.Writer);
        var home = new HomeRoom(settings, ledger, _time, clock, logs.CreateLogger("home"));
        await using var closingHome = home.ConfigureAwait(false);
        var intake = new Intake(ledger, registry, _flow, _feed, marks, (raw, outcome) => blackBox.Add(ToFrame(raw, outcome)), logs.CreateLogger("field")) { Newest = home.Take };
        using var taking = new Stopping();
        taking.Start(_ => intake.RunAsync(events.Reader));
        var collecting = logs.CreateLogger("collection");
        var collector = settings.Tasks.Count == 0 ? null : new Collector(
            new CollectionPlanner(settings.Tasks, new PlannerPolicy(), settings.Zone ?? clock.LocalTimeZone), new TaskReader(settings.Tasks, desk, marks, clock, collecting), marks, reach, clock, collecting);
        var collection = (ICollectionView?)collector ?? new SilentCollection();
        var rights = new RightsWatch(desk, reach, memory, clock, collecting);
        desk.FirmwareTold += rights.Note;
        var directory = new MeterDirectory(registry, lives, network, owners, collection, id => keys.Knows(id.Text), rights.WarningOf);

        // 6 the head-ends
        var upstreams = new List<IUpstream>();
        var status = new BoxStatusSource(
            settings.Id, identity.Version, _time, registry, _flow.Snapshot, () => ledger.View(view.RebuildingPercent), [.. supervisors.Select(one => (Func<DriverView>)(() => one.View))], upstreams, collection)
        {
            Installation = installations.Now,
        };
        using var delivering = new Stopping();
        upstreams.AddRange(new NorthDoor(settings, title, identity, ledger, reach, network, _time, clock, logs).Open(keys, counters, memory, desk, directory, status, orders.Door, images, delivering));
        foreach (var upstream in settings.Upstreams.Where(one => one.Door is null))
        {
            var delivery = new Delivery(upstream.Name, ledger, slots, _time.BootId);
            var reports = new UntoldReports();
            if (collector is not null)
            {
                collector.Due += reports.Take;
            }

            var publisher = Publish(upstream, installations.Now, delivery, ledger, deadLetters, directory, owners, orders, status, reports);
            deliveries.Add(delivery);
            upstreams.Add(publisher);
            delivering.Start(publisher.RunAsync);
        }

        // 7 doors for people, then listen
        var finals = new FinalReadings(view, ledger, _time);
        var life = new MeterLifeDesk(lives, id => registry.EntryOf(id) is not null, finals.OfAsync, _time);
        var field = new FieldDoors(life, new ShipmentDesk(lives, keys, MeterProfiles.Names, _time), network, owners);
        using var backup = new BoxBackup(settings.Id, identity.Version, settings.Text, device, () => installations.Now, ledger, slots, _time, clock);
        var parts = new ApplianceParts(settings, identity, status, directory, view, new EventArchive(ledger), desk, keys, _feed, upstreams, field, orders.Door, new AuditTrail(ledger), backup, orders.Images);
        var doors = await serve(parts, stop).ConfigureAwait(false);
        using var hearing = new Stopping();
        await home.StartAsync(stop).ConfigureAwait(false);
        supervisors.ForEach(supervisor => hearing.Start(supervisor.RunAsync));
        hearing.Start(async ending =>
        {
            await Task.Delay(ReadFirst, clock, ending).ConfigureAwait(false);
            await rights.RunAsync(ending).ConfigureAwait(false);
        });
        if (home.HasConsumers)
        {
            hearing.Start(ending => home.RunAsync(desk, meter => reach.Find(meter)?.Facts is { MetersAtOnce: 1 } facts && facts.Orders.Contains(OrderKind.Read), ending));
        }

        hearing.Start(ending => orders.RunAsync(desk, reach, life, upstreams, ending));
        if (collector is not null)
        {
            Follow(collector, lives, owners, keys);
            hearing.Start(new NetworkWatch(network, collector).RunAsync);
            hearing.Start(collector.RunAsync);
        }

        await WaitAsync([hearing, delivering, watching, beside, storing], stop).ConfigureAwait(false);

        // 8 the way back
        await hearing.StopAsync().ConfigureAwait(false);
        events.Writer.Complete();
        var drained = taking.StopAsync();
        await doors.DisposeAsync().ConfigureAwait(false);
        await watching.StopAsync().ConfigureAwait(false);
        await delivering.StopAsync().ConfigureAwait(false);
        await storing.StopAsync().ConfigureAwait(false);
        await drained.ConfigureAwait(false);
        slots.Flush();
        await beside.StopAsync().ConfigureAwait(false);
        foreach (var loops in new[] { taking, watching, delivering, storing, beside, hearing })
        {
            await loops.RethrowAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The collection hears which meters are commissioned, who owns them, and that keys came.</summary>
    private static void Follow(Collector collector, MeterLifeBook lives, OwnershipLists owners, KeyRing keys)
    {
        lives.Changed += meter =>
        {
            if (lives.Find(meter) is { } life && IsAsked(life))
            {
                collector.Expect(meter);
            }
            else
            {
                collector.Forget(meter);
            }
        };
        foreach (var meter in lives.Open.Where(IsAsked).Select(life => life.Meter))
        {
            collector.Expect(meter);
            collector.Give(meter, owners.IsOwnedElsewhere(meter, out var box) ? box : null);
        }

        owners.Changed += meter => collector.Give(meter, owners.IsOwnedElsewhere(meter, out var box) ? box : null);
        keys.Came += collector.KeysChanged;
    }

    /// <summary>A meter that is read over a power line: others speak by themselves, or have a port of their own.</summary>
    private static bool IsAsked(MeterLifeRecord life) => life is { IsOpen: true } and ({ Eui: not null } or { Serial: not null });

    /// <summary>Counters of telegrams that were kept after the last record of counters: at most a minute of them.</summary>
    private static void ReplayCounters(Ledger ledger, CounterStore counters, ulong since)
    {
        var last = ledger.DurableSequence;
        foreach (var record in ledger.Walk(Math.Max(since, last > MostCountersBehind ? last - MostCountersBehind : 1), last, RecordClass.Reading).Where(record => record.Type == RecordType.Telegram))
        {
            var telegram = LedgerRecord.Parse(record.Time, record.Payload);
            if (telegram.Security.Counter is { } counter)
            {
                counters.Heard(NameOf(telegram), counter, telegram.Raw.ContentHash);
            }
        }
    }

    /// <summary>Under which name a kept answer's counter is remembered; security mode 16 and more is a suite of DLMS, where the key id is the client.</summary>
    private static KeyName NameOf(LedgerRecord record) => record.Security.Mode >= 16
        ? new KeyName((record.Block?.Via?.Meter ?? record.Meter).Text, KeyPurpose.Guek, (int)record.Security.KeyId)
        : CounterName.Of(record.Meter.Text, record.Security.Mode, record.Security.KeyId);

    private static void Replay(Ledger ledger, KeyRing keys, CounterStore counters, DriverMemory memory, DeadLetterBook deadLetters, ConfigurationBook configurations, MeterLifeBook lives,
        OwnershipLists owners, OrderRoom orders, MeterRegistry registry, InstallationBook installations)
    {
        ulong countersAt = 1;
        foreach (var record in ledger.ReadBooks())
        {
            countersAt = record.Type == RecordType.AcceptedCounters ? record.Sequence : countersAt;
            Action<StoredRecord>? take = record.Type switch
            {
                RecordType.Meter => registry.Replay,
                RecordType.WrappedKey => keys.Replay,
                RecordType.AcceptedCounters or RecordType.CounterReservation => counters.Replay,
                RecordType.DriverMemory => memory.Replay,
                RecordType.DeadLetter => deadLetters.Replay,
                RecordType.Configuration => configurations.Replay,
                RecordType.MeterLife => lives.Replay,
                RecordType.Ownership => owners.Replay,
                RecordType.Order => orders.Book.Replay,
                RecordType.Installation => installations.Replay,
                _ => null,
            };
            take?.Invoke(record);
        }

        ReplayCounters(ledger, counters, countersAt);
    }

    private Supervisor Supervise(
        DriverSettings driver, IKeyRing keys, ICounterStore counters, IDriverMemory memory, IMeterAdmission admission, DeviceKey device, byte[] title, ChannelWriter<DriverEvent> events, MeterReach reach, NetworkBook network)
    {
        var needs = new DriverNeeds(new TelegramReceiver(keys, counters).Receive, keys, counters, _time, clock, memory, admission, device);
        return new Supervisor(
            () => DriverCatalog.Make(driver.Family, driver.Name, driver.Port, driver.Mode, PowerLineDriverOptions.Forms(driver, title), needs),
            driver.Name, driver.Family, driver.Port, events, reach, _time, clock, logs.CreateLogger("field"), network);
    }

    private MqttPublisher Publish(UpstreamSettings upstream, Installation installation, Delivery delivery, Ledger ledger, IDeadLetters deadLetters, IMeterDirectory meters, IOwnershipLists owners, OrderRoom orders, IBoxStatus status,
        UntoldReports reports)
    {
        var options = new MqttUpstreamOptions(
            upstream.Name, upstream.Url, upstream.HeadEndAcknowledges, upstream.Ca, upstream.Certificate, upstream.Key, upstream.User, upstream.PasswordFile,
            upstream.TopicBase, settings.Id);
        var who = IdentityMessage.Of(settings.Id, settings.Profile, identity.Version, identity.Metrology, identity.Executable, installation);
        var announcements = new MqttAnnouncements(options, who, _time.BootId, status, meters, () => delivery.Backlog, _time, clock);
        var log = logs.CreateLogger("upstream");
        return new MqttPublisher(options, delivery, ledger, deadLetters, announcements, new MqttCompleteness(options, reports, clock, log), new MqttOrders(options, orders.Door, OrderRoom.Verbs, log),
            new MqttImages(options, orders.Images, _time, clock, log), _time, _time, owners, clock, log);
    }

    private NewRecord BootRecord()
    {
        var to = new OctetWriter();
        to.Text(identity.Version);
        to.Text(identity.Metrology);
        to.Text(identity.Executable);
        return new NewRecord(RecordType.Boot, RecordClass.None, _time.Now, to.ToArray());
    }

    private static BlackBoxFrame ToFrame(RawFrame raw, string outcome) => new(raw.At.Utc, raw.Link.Source, raw.Link.RssiDbm, outcome, raw.Octets);

    private static async Task WaitAsync(Stopping[] groups, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(stopped.SetResult);
        await Task.WhenAny([stopped.Task, .. groups.Select(group => group.FirstToEnd)]).ConfigureAwait(false);
    }
}
