using System.Collections.Concurrent;
using System.Net;
using Concentrator.Field;
using Concentrator.Ports;
using Concentrator.Store;
using Concentrator.Store.Images;
using Concentrator.Upstream.Dlms;
using Concentrator.Upstream.Dlms.Passing;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Metering.Orders.Records;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Substation;
using Substation.Box;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>A door for head-ends without its socket: connections are streams in memory, the field is what a test says.</summary>
internal sealed class NorthBench : IDoorAudit, IKeyRing, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _connections = [];
    private readonly List<DoorEvent> _told = [];
    private long _sessions;

    internal NorthBench(Func<DoorOptions, DoorOptions>? change = null, IOrderDesk? desk = null, FakeTimeProvider? clock = null, byte suite = 0, FreshMemory? memory = null, MemoryCounters? counters = null, IOrderDoor? orders = null, IImageStore? images = null)
    {
        Clock = clock ?? new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 10, 7, 30, TimeSpan.Zero));
        Time = new FakeTime(Clock);
        Suite = suite;
        (Key, Authentication) = ([.. Enumerable.Range(1, suite == 2 ? 32 : 16).Select(i => (byte)i)], [.. Enumerable.Range(0xD0, suite == 2 ? 32 : 16).Select(i => (byte)i)]);
        var options = new DoorOptions("scada", new IPEndPoint(IPAddress.Loopback, 0), [IPNetwork.Parse("127.0.0.0/8")], "dc-0001", (byte[])[.. "XYZ"u8, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5]) { Suite = suite, PassThrough = ["*"] };
        Options = change?.Invoke(options) ?? options;
        Memory = memory ?? new FreshMemory();
        Counters = counters ?? new MemoryCounters();
        Nodes = new NetworkBook(Time);
        Reached = new ReachedMeters(Nodes, new Dictionary<string, byte> { ["plc0"] = 1, ["plc1"] = 2 });
        var book = Book = new DoorBook(Options.Name, this, Time, Clock);
        var counted = Counted = new DoorCounters();
        var push = new PushKeeper(Options, Memory, book);
        var image = new DoorImage(Options, images ?? new ImageStore(new CrashFiles(new Random(1)), new ImageLimits(), _ => false, NullLogger.Instance), Memory, book);
        var objects = new BoxObjects(Options, new BoxFacts("1.2.3", "ab12", "cd34"), new Directory(this), Reached, new Status(this), new EventArchive(Ledger), book, counted, Counters, Time, push.Setup, new DoorOrders(Options, orders ?? new NoOrders(), Time), image);
        var gateway = new MeterGateway(Options, desk ?? new SilentDesk(), new PassThroughLeases(new MeterSelection(Options.PassThrough), book, Clock), book, counted, Clock);
        Parts = new DoorParts(Options, this, Counters, Time, Clock, counted, book, new DoorGuard(Options, book, counted, Clock), Reached, new DeviceNumbers(), gateway, objects, push)
        {
            Image = image,
            EuiOf = meter => Nodes.Find(meter) is { Node.Eui: { Length: 12 } eui } ? Convert.FromHexString(eui) : default(ReadOnlyMemory<byte>),
        };
    }

    internal FakeTimeProvider Clock { get; }

    internal FakeTime Time { get; }

    internal DoorOptions Options { get; }

    internal FreshMemory Memory { get; }

    internal MemoryCounters Counters { get; }

    internal NetworkBook Nodes { get; }

    internal ReachedMeters Reached { get; }

    internal DoorBook Book { get; }

    internal DoorCounters Counted { get; }

    internal DoorParts Parts { get; }

    internal ListLedger Ledger { get; } = new();

    /// <summary>Meters as the directory knows them.</summary>
    internal List<MeterView> Meters { get; } = [];

    /// <summary>Drivers of the box.</summary>
    internal List<DriverView> Drivers { get; } = [Driver("feeder", "dlms")];

    /// <summary>Head-ends of the box.</summary>
    internal List<UpstreamView> Upstreams { get; } = [];

    internal bool IsStorageHealthy { get; set; } = true;

    internal byte Suite { get; }

    /// <summary>Keys of the management client in the keys file; null for no line.</summary>
    internal byte[]? Key { get; set; }

    internal byte[] Authentication { get; }

    internal byte[]? Password { get; init; }

    /// <summary>What the door told.</summary>
    internal IReadOnlyList<DoorEvent> Told
    {
        get
        {
            lock (_told)
            {
                return [.. _told];
            }
        }
    }

    public long Version { get; set; } = 1;

    /// <summary>A driver that told such facts.</summary>
    internal static DriverView Driver(string name, string family, params (string Name, string Value)[] facts) =>
        new(name, family, "tcp://meter", LinkState.Listening, "all is well", null, facts.ToDictionary(fact => fact.Name, fact => fact.Value), new Dictionary<string, long>());

    /// <summary>A meter that can be reached.</summary>
    internal void Join(string meter, string driver = "feeder", string? eui = null)
    {
        var id = MeterId.Parse(meter);
        if (eui is not null)
        {
            Nodes.Take(driver, "prime", new DriverEvent.NodeChanged(new NetworkNode(eui, "1", NodeState.Connected, "") { Meter = id }));
        }

        Reached.Take(new ReachChange(id, driver, 1, IsReached: true));
    }

    internal void Leave(string meter) => Reached.Take(new ReachChange(MeterId.Parse(meter), "feeder", 1, IsReached: false));

    /// <summary>Somebody who came in.</summary>
    internal HeadEnd Connect(int chunk = 0) => Connect(out _, chunk);

    internal HeadEnd Connect(out DuplexStream stream, int chunk = 0)
    {
        var (near, far) = DuplexStream.Pair();
        stream = near;
        var connection = new HeadEndConnection(far, IPAddress.Parse("127.0.0.9"), Interlocked.Increment(ref _sessions), Parts);
        _connections.Add(Task.Run(async () =>
        {
            await using (connection)
            {
                await connection.RunAsync(_stop.Token);
            }
        }));
        return new HeadEnd(near) { Chunk = chunk };
    }

    /// <summary>The last one that came in is out again.</summary>
    internal bool IsOut => _connections[^1].IsCompleted;

    /// <summary>The session of a head-end with the right keys.</summary>
    internal Protocols.Dlms.Client.ClientSession Session(uint first = 1, Protocols.Dlms.Client.AssociationSettings? settings = null, byte[]? title = null) =>
        HeadEnd.Session([.. Enumerable.Range(1, Suite == 2 ? 32 : 16).Select(i => (byte)i)], Authentication, Suite, first, settings, title);

    public int Find(in KeyName name, Span<byte> destination)
    {
        var key = name is not { Device: "DC-0001", Client: 1 } ? null : name.Purpose switch { KeyPurpose.Guek => Key, KeyPurpose.Gak => Authentication, KeyPurpose.Lls => Password, _ => null };
        key?.CopyTo(destination);
        return key?.Length ?? 0;
    }

    /// <summary>What went through.</summary>
    internal ConcurrentQueue<PassedApdus> Through { get; } = new();

    void IDoorAudit.Passed(PassedApdus passed) => Through.Enqueue(passed);

    void IDoorAudit.Tell(DoorEvent happened)
    {
        lock (_told)
        {
            _told.Add(happened);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Assert.True(await Patience.UntilAsync(() => _connections.TrueForAll(one => one.IsCompleted)), "a connection does not end");
        await Task.WhenAll(_connections); // a fault of ours is a fault of the test
        _stop.Dispose();
    }

    /// <summary>Meters that never answer.</summary>
    internal sealed class SilentDesk : IOrderDesk
    {
        public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            await Task.Yield();
            yield return new OrderStep(OrderState.Failed, "silence", null, default) { Why = MissReason.NoAnswer };
        }
    }

    /// <summary>Nobody orders anything.</summary>
    private sealed class NoOrders : IOrderDoor
    {
        public ValueTask<OrderReceipt> TakeAsync(OrderEnvelope envelope, ReadOnlyMemory<byte> body, CancellationToken stop) => throw new NotSupportedException();

        public ValueTask<OrderReceipt> SubmitAsync(string user, string verb, ReadOnlyMemory<byte> body, CancellationToken stop) => throw new NotSupportedException();

        public ValueTask<OrderReceipt> DenyAsync(string who, string verb, string sentence, CancellationToken stop) => throw new NotSupportedException();

        public IReadOnlyList<OrderView> List(int limit) => [];

        public OrderView? Find(string id) => null;
    }

    private sealed class Directory(NorthBench bench) : IMeterDirectory
    {
        public IReadOnlyList<MeterView> List() => [.. bench.Meters];

        public MeterView? Find(MeterId id) => bench.Meters.Find(meter => meter.Id == id);

        public string? PlaceOf(MeterId id) => null;

        public IAsyncEnumerable<MeterId> ChangesAsync(CancellationToken stop) => throw new NotSupportedException();
    }

    private sealed class Status(NorthBench bench) : IBoxStatus
    {
        public BoxStatus Snapshot() => new(
            "dc-0001", "1.2.3", 7, bench.Time.Now, new ClockView([], bench.Time.Trust), true, "All is well.", 0, 0, 0, new FlowCounters(0, 0, 0, 0, 0, 0, 0, 0, 0), new StorageView(bench.IsStorageHealthy, null, 0, 1, 1, 0, 0, 0, null),
            [.. bench.Drivers], [.. bench.Upstreams]);
    }
}
