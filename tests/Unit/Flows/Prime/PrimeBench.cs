using Drivers.Dlms;
using Drivers.Prime;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Microsoft.Extensions.Time.Testing;
using Protocols.Dlms.Client;
using Simulation.Dlms;
using Substation;

namespace Unit.Flows.Prime;

/// <summary>The real driver at the line of a scripted modem, on fake time, which moves only where a test moves it: the modem and the meters answer at once.</summary>
internal sealed class PrimeBench : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<DriverEvent> _events = [];
    private Task _running = Task.CompletedTask;
    private PrimeDriver? _driver;

    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 23, 10, 7, 30, TimeSpan.Zero));

    internal ScriptedModem Modem { get; } = new();

    internal ShipmentList Expected { get; } = new();

    internal UniqueKeys Keys { get; } = new();

    internal FreshMemory Memory { get; init; } = new();

    internal PrimeOptions Options { get; init; } = new("plc0", "/dev/plc");

    /// <summary>Why the driver ended; null while it runs.</summary>
    internal string? Ended { get; private set; }

    internal IMeterDriver Driver => _driver!;

    internal IReadOnlyList<DriverEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    internal IEnumerable<DriverEvent.LinkChanged> Links => Events.OfType<DriverEvent.LinkChanged>();

    internal bool IsUp => Links.LastOrDefault() is { State: LinkState.Listening, Sentence: var sentence } && sentence.Contains("can be asked", StringComparison.Ordinal);

    internal IEnumerable<string> Joined => Events.OfType<DriverEvent.Joined>().Select(one => one.Meter.Text);

    internal IEnumerable<string> Left => Events.OfType<DriverEvent.Left>().Select(one => one.Meter.Text);

    /// <summary>A node as it was told last; null where it never was.</summary>
    internal NetworkNode? Node(string eui) => Events.OfType<DriverEvent.NodeChanged>().LastOrDefault(one => one.Node.Eui == eui)?.Node;

    /// <summary>A meter without security, to be put behind an address.</summary>
    internal DlmsMeter Meter(int number) => new(new DlmsMeterPlan(number, 7, Mechanism: 0, IsCiphered: false), () => Clock.GetUtcNow().UtcDateTime);

    internal void Start()
    {
        var options = new DlmsOptions("plc0", "", DlmsFraming.Llc, new AssociationSettings { Client = 1, Mechanism = 0, IsCiphered = false }, MeterProfiles.Find("idis"), (byte[])[.. "DCU"u8, 1, 2, 3, 4, 5]) { Repeats = 1, AnswerWithin = TimeSpan.FromSeconds(60) };
        _driver = new PrimeDriver(Options, _ => new(Modem.Open()), _ => options, Expected, Keys, new FreshCounters(), new FakeTime(Clock), Clock, Memory);
        _running = RunAsync(_driver);
    }

    internal async Task UpAsync()
    {
        Start();
        Assert.True(await Patience.UntilAsync(() => IsUp || Ended is not null), string.Join('\n', Links));
        Assert.Null(Ended);
    }

    internal Task<bool> UntilAsync(Func<bool> condition) => Patience.UntilAsync(() => condition() || Ended is not null);

    /// <summary>Starts to read the registers of a meter; gives the final step.</summary>
    internal Task<OrderStep> Read(string meter, string what = "1-0:1.8.0*255") => Task.Run(async () =>
    {
        OrderStep? last = null;
        await foreach (var step in Driver.ExecuteAsync(new MeterOrder("order", OrderKind.Read, MeterId.Parse(meter), new ReadOrder(what, null, null, null).ToPayload()), CancellationToken.None))
        {
            last = step;
        }

        return last!;
    });

    internal async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _driver!.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(PrimeDriver driver)
    {
        try
        {
            await foreach (var one in driver.RunAsync(_stop.Token))
            {
                lock (_events)
                {
                    _events.Add(one);
                }
            }
        }
        catch (Exception e)
        {
            Ended = e is IOException or OperationCanceledException ? e.Message : e.ToString();
        }
    }

    /// <summary>Device unique keys by EUI, and nothing else.</summary>
    internal sealed class UniqueKeys : IKeyRing
    {
        private readonly Dictionary<string, byte[]> _keys = [];

        public long Version { get; private set; }

        internal void Add(string eui, byte first)
        {
            _keys[eui] = [first, .. Enumerable.Range(1, 15).Select(i => (byte)i)];
            Version++;
        }

        public int Find(in KeyName name, Span<byte> destination)
        {
            if (name.Purpose != KeyPurpose.Duk || !_keys.TryGetValue(name.Device, out var key))
            {
                return 0;
            }

            key.CopyTo(destination);
            return key.Length;
        }
    }
}
