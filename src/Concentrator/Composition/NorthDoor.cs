using System.Threading.Channels;
using Concentrator.Board;
using Concentrator.Field;
using Concentrator.Ports;
using Concentrator.Settings;
using Concentrator.Store;
using Concentrator.Store.Books;
using Concentrator.Upstream.Dlms;
using Concentrator.Upstream.Dlms.Passing;
using Metering;
using Metering.Keys;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Records;

namespace Concentrator.Composition;

/// <summary>The doors that head-ends come to speaking DLMS, put together; what happens at them goes to the audit.</summary>
internal sealed class NorthDoor(
    BoxSettings settings, ReadOnlyMemory<byte> title, Identity identity, Ledger ledger, MeterReach reach, INetworkDirectory network, ITimeSource time, TimeProvider clock, ILoggerFactory logs) : IDoorAudit
{
    private const int MostWaiting = 1024, EuiLength = 6;
    private static readonly BoundedChannelOptions Waiting = new(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true };
    private readonly Channel<NewRecord> _audit = Channel.CreateBounded<NewRecord>(Waiting), _passed = Channel.CreateBounded<NewRecord>(Waiting);

    /// <summary>Opens every door of the configuration.</summary>
    internal IReadOnlyList<IUpstream> Open(
        IKeyRing keys, ICounterStore counters, IDriverMemory memory, IOrderDesk desk, IMeterDirectory meters, IBoxStatus status, IOrderDoor orders, IImageStore images, Stopping loops)
    {
        var doors = settings.Upstreams.Where(one => one.Door is not null).Select(one => Make(OptionsOf(one, one.Door!), keys, counters, memory, desk, meters, status, orders, images)).ToList();
        if (doors.Count > 0)
        {
            loops.Start(stop => RunAsync(doors, stop));
        }

        return doors;
    }

    void IDoorAudit.Tell(DoorEvent happened) => _audit.Writer.TryWrite(new AuditRecord(
        happened.Who.Length > 0 ? $"{happened.Upstream}: {happened.Who}" : happened.Upstream, $"door {happened.What}", happened.Subject, happened.Before,
        happened.Times > 1 ? FormattableString.Invariant($"{happened.Sentence} ({happened.Times} times)") : happened.Sentence).ToRecord(time.Now));

    void IDoorAudit.Passed(PassedApdus passed) => _passed.Writer.TryWrite(passed.ToRecord(time.Now));

    private DoorOptions OptionsOf(UpstreamSettings upstream, DoorSettings door) => new(upstream.Name, door.Listen, door.Allow, settings.Id, title)
    {
        Connections = door.Connections, PerClient = door.PerClient, IdleAfter = door.IdleAfter, PassThrough = door.PassThrough, Mechanism = door.Mechanism == "lls" ? 1 : 5, Suite = (byte)door.Suite,
        Certificate = upstream.Certificate, Key = upstream.Key, Ca = upstream.Ca,
        TimeServers = [.. TimeServers.Of(settings).Select(server => (server.Host, server.Port))],
    };

    private HeadEndDoor Make(DoorOptions options, IKeyRing keys, ICounterStore counters, IDriverMemory memory, IOrderDesk desk, IMeterDirectory meters, IBoxStatus status, IOrderDoor orders, IImageStore images)
    {
        var log = logs.CreateLogger("upstream");
        var counted = new DoorCounters();
        var book = new DoorBook(options.Name, this, time, clock);
        var reached = new ReachedMeters(network, settings.Drivers.ToDictionary(driver => driver.Name, driver => NetworkOf(driver.Family)));
        var push = new PushKeeper(options, memory, book);
        var image = new DoorImage(options, images, memory, book);
        var facts = new BoxFacts(identity.Version, identity.Metrology, identity.Executable);
        var objects = new BoxObjects(options, facts, meters, reached, status, new EventArchive(ledger), book, counted, counters, time, push.Setup, new DoorOrders(options, orders, time), image);
        var gateway = new MeterGateway(options, desk, new PassThroughLeases(new MeterSelection(options.PassThrough), book, clock), book, counted, clock);
        var parts = new DoorParts(options, keys, counters, time, clock, counted, book, new DoorGuard(options, book, counted, clock), reached, new DeviceNumbers(), gateway, objects, push) { Image = image, EuiOf = EuiOf };
        reach.Follow(reached.Take);
        return new HeadEndDoor(parts, new AlarmPush(options, push.Setup, ledger, keys, counters, memory, time, clock, counted), log);
    }

    /// <summary>Neighbourhood networks as the prefix of a gateway numbers them: a local decision (docs/dlms-north.md).</summary>
    private static byte NetworkOf(string family) => family switch { "prime" => 1, "g3" => 2, "im871a" => 3, _ => 0 };

    private ReadOnlyMemory<byte> EuiOf(MeterId meter) => network.Find(meter) is { Node.Eui: { Length: 2 * EuiLength } eui } ? Convert.FromHexString(eui) : default(ReadOnlyMemory<byte>);

    /// <summary>What ends with the doors is written down too.</summary>
    private async Task RunAsync(List<HeadEndDoor> doors, CancellationToken stop)
    {
        var keeping = Task.WhenAll(KeepAsync(_audit.Reader, Urgency.OnDemand), KeepAsync(_passed.Reader, Urgency.Reading));
        try
        {
            await Task.WhenAll(doors.Select(door => door.RunAsync(stop))).ConfigureAwait(false);
        }
        finally
        {
            _audit.Writer.Complete();
            _passed.Writer.Complete();
            await keeping.ConfigureAwait(false);
        }
    }

    /// <summary>Writes down what comes, with all that came meanwhile.</summary>
    private async Task KeepAsync(ChannelReader<NewRecord> come, Urgency urgency)
    {
        while (await come.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            var records = new List<NewRecord>();
            while (come.TryRead(out var record))
            {
                records.Add(record);
            }

            try
            {
                await ledger.AppendAsync(records, urgency, CancellationToken.None).ConfigureAwait(false);
            }
            catch (StorageFaultException)
            {
                // The ledger says it itself; the door's own log still has it.
            }
        }
    }
}
