using System.Net;
using System.Text;
using Concentrator.Cli;
using Concentrator.Field;
using Concentrator.Ports;
using Concentrator.Security;
using Concentrator.Security.Issued;
using Concentrator.Shipments;
using Concentrator.Store.Books;
using Concentrator.Web;
using Metering;
using Metering.Driver;
using Metering.Orders.Planner;
using Microsoft.Extensions.Logging.Abstractions;

namespace Unit.Live;

/// <summary>The doors of a box over a field that a test tells what it likes, on a real socket, and the tool that knocks there.</summary>
internal sealed class FieldBox : IAsyncDisposable
{
    private readonly DeviceKey _device;
    private readonly OwnershipLists _owners;
    private WebHost? _web;

    internal FieldBox(string? forecast = null, string? reason = null)
    {
        State = Directory.CreateTempSubdirectory("box").FullName;
        _device = DeviceKey.Open(State, null);
        Time = new ProvidedTime();
        Book = new MeterLifeBook(Ledger, Time);
        Keys = new KeyRing(_device, Ledger, Time, NullLogger.Instance);
        _owners = new OwnershipLists("dc-test", new Issuers([]), Ledger, Time, TimeProvider.System, NullLogger.Instance);
        Network = new NetworkBook(Time);
        Registry = new MeterRegistry(_ => true, id => Keys.Knows(id.Text), TimeSpan.Zero, Time, id => Book.Find(id)?.Place);
        Book.Changed += Registry.Reconsider;
        Collection = new SaidCollection(forecast, reason, Forecasts);
    }

    internal string State { get; }

    internal ListLedger Ledger { get; } = new();

    internal ITimeSource Time { get; }

    internal MeterLifeBook Book { get; }

    internal KeyRing Keys { get; }

    internal NetworkBook Network { get; }

    internal MeterRegistry Registry { get; }

    internal ICollectionView Collection { get; }

    internal List<DriverView> Drivers { get; } = [];

    internal int Port { get; } = Mosquitto.FreePort();

    /// <summary>How the tasks of the collection stand.</summary>
    internal List<CollectionForecast> Forecasts { get; } = [];

    /// <summary>Rows the archive gives.</summary>
    internal List<ArchivedRow> Rows { get; } = [];

    internal async Task<FieldBox> OpenAsync()
    {
        var archive = new ListArchive(Rows);
        var finals = new FinalReadings(archive, new NoAnchors(), Time);
        var field = new FieldDoors(
            new MeterLifeDesk(Book, id => Registry.EntryOf(id) is not null, finals.OfAsync, Time), new ShipmentDesk(Book, Keys, ["plain", "idis", "dsmr", "prime"], Time), Network, _owners);
        var directory = new MeterDirectory(Registry, Book, Network, _owners, Collection, id => Keys.Knows(id.Text));
        var options = new WebOptions(new IPEndPoint(IPAddress.Loopback, Port), Path.Combine(State, "s"), new HashSet<string> { Environment.UserName, "root" });
        _web = new WebHost(options, new ListStatus(Drivers, Collection, Time), directory, archive, null!, null!, Keys, null!, [], field, null!, null!, null);
        await _web.StartAsync(CancellationToken.None);
        return this;
    }

    /// <summary>A node as a driver tells it.</summary>
    internal void Told(string driver, string family, NetworkNode node) => Network.Take(driver, family, new DriverEvent.NodeChanged(node));

    /// <summary>A tool verb, in this process; its exit code and what it said.</summary>
    internal async Task<(int Code, string Output, string Errors)> ToolAsync(CancellationToken stop, params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var environment = new CliEnvironment(
            TextReader.Null, output, errors, new Dictionary<string, string>(), (_, _) => throw new NotSupportedException(), () => Task.FromResult("{}"), _ => throw new NotSupportedException(), stop);
        var code = await CommandLine.RunAsync([.. arguments, "--socket", Path.Combine(State, "s")], environment);
        return (code, output.ToString(), errors.ToString());
    }

    internal Task<(int Code, string Output, string Errors)> ToolAsync(params string[] arguments) => ToolAsync(CancellationToken.None, arguments);

    internal string Write(string name, string text)
    {
        var path = Path.Combine(State, name);
        File.WriteAllText(path, text, Encoding.UTF8);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        Book.Dispose();
        _owners.Dispose();
        _device.Dispose();
        Directory.Delete(State, recursive: true);
    }

    private sealed class ProvidedTime : ITimeSource
    {
        public TimeTrust Trust => new(2, 0, TimeSpan.FromHours(1));

        public BoxTime Now => new(TimeProvider.System.GetUtcNow().UtcDateTime, TimeQuality.Synchronised, TimeProvider.System.GetTimestamp() / (TimeProvider.System.TimestampFrequency / TimeSpan.TicksPerSecond), 7);
    }

    private sealed class SaidCollection(string? forecast, string? reason, IReadOnlyList<CollectionForecast> forecasts) : ICollectionView
    {
        public string? Forecast => forecast;

        public IReadOnlyList<CollectionForecast> Forecasts => forecasts;

        public string? ReasonOf(MeterId meter) => reason;
    }

    private sealed class ListArchive(List<ArchivedRow> rows) : IReadingArchive
    {
        public int? RebuildingPercent => null;

        public async IAsyncEnumerable<ArchivedRow> QueryAsync(ArchiveQuery query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            await Task.Yield();
            foreach (var row in rows.Where(row => (query.Meter is null || row.Meter == query.Meter) && (query.From is null || row.ReceivedAt >= query.From) && (query.To is null || row.ReceivedAt < query.To)).Take(query.Limit))
            {
                yield return row;
            }
        }
    }

    private sealed class NoAnchors : ILedgerAnchors
    {
        public ulong BootId => 7;

        public ulong OldestBulkSequence => 1;

        public bool TryGetChainHash(ulong sequence, Span<byte> hash32)
        {
            hash32.Fill(0xAB);
            return true;
        }
    }

    private sealed class ListStatus(List<DriverView> drivers, ICollectionView collection, ITimeSource time) : IBoxStatus
    {
        public BoxStatus Snapshot() => new(
            "dc-test", "0.1.0", 7, time.Now, new ClockView([], time.Trust), true, "All is well.", 0, 0, 0, new FlowCounters(0, 0, 0, 0, 0, 0, 0, 0, 0), new StorageView(true, null, 0, 1, 1, 0, 0, 0, null), drivers, [])
        {
            Forecast = collection.Forecast, Collection = collection.Forecasts,
        };
    }
}
