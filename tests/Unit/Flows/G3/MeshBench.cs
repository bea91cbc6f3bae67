using System.Security.Cryptography;
using Drivers.Dlms;
using Drivers.G3;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Microsoft.Extensions.Time.Testing;
using Protocols.Dlms.Client;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Substation;
using Unit.Flows.Dlms;

namespace Unit.Flows.G3;

/// <summary>The real driver on the pipe of a small modem, on fake time; what it keeps outlives it.</summary>
internal sealed class MeshBench : IAsyncDisposable, IMeterAdmission, IKeyRing, IKeyWrap
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private readonly List<DriverEvent> _events = [];
    private readonly Dictionary<string, byte[]> _psk = [];
    private readonly List<DlmsMeter> _meters = [];
    private readonly MemoryCounters _counters = new();
    private readonly byte[] _deviceKey = RandomNumberGenerator.GetBytes(16);
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private G3Driver? _driver;

    internal MeshBench(Func<G3Options, G3Options>? change = null)
    {
        Clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 10, 7, 30, TimeSpan.Zero));
        Modem = new MeshModem(Clock);
        var association = new AssociationSettings { Client = 1, Mechanism = AuthenticationMechanism.Gmac, IsCiphered = true };
        var dlms = new DlmsOptions("", "", DlmsFraming.Wrapper, association, MeterProfiles.Find("idis"), (byte[])[.. "DCU"u8, 1, 2, 3, 4, 5]) { AnswerWithin = TimeSpan.FromMinutes(2), Repeats = 1 };

        // On a busy machine fake time passes while the work waits for its turn: what is no test of patience is patient.
        var options = new G3Options("plc0", "pipe", dlms) { AnswerWithin = TimeSpan.FromMinutes(2), InitializeWithin = TimeSpan.FromMinutes(2), ConfirmWithin = TimeSpan.FromMinutes(5) };
        Options = change?.Invoke(options) ?? options;
    }

    internal FakeTimeProvider Clock { get; }

    internal G3Options Options { get; set; }

    /// <summary>The modem whose port is opened next.</summary>
    internal MeshModem Modem { get; set; }

    /// <summary>Another port than that of the small modem; null for that.</summary>
    internal Func<ILink>? Port { get; set; }

    internal G3Driver Driver => _driver!;

    internal FreshMemory Memory { get; } = new();

    internal List<ExpectedMeter> Expected { get; } = [];

    public bool AcceptsUnknown { get; set; }

    public long Version { get; set; } = 1;

    IReadOnlyList<ExpectedMeter> IMeterAdmission.All => Expected;

    /// <summary>Why the driver ended; null while it runs.</summary>
    internal string? Ended { get; private set; }

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

    internal bool IsUp => Links.LastOrDefault() is { State: LinkState.Listening } last && last.Sentence.Contains("is up", StringComparison.Ordinal);

    ExpectedMeter? IMeterAdmission.Find(string eui, string? serial) => Expected.Find(one => one.Eui == eui);

    public int Find(in KeyName name, Span<byte> destination)
    {
        if (name.Purpose != KeyPurpose.Psk)
        {
            return new MeterKeyRing([.. _meters]).Find(name, destination);
        }

        var key = _psk.GetValueOrDefault(name.Device) ?? [];
        key.CopyTo(destination);
        return key.Length;
    }

    public byte[] Wrap(ReadOnlySpan<byte> key, ReadOnlySpan<byte> name)
    {
        using var cipher = new AesGcm(_deviceKey, 16);
        var wrapped = new byte[28 + key.Length];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, 12));
        cipher.Encrypt(wrapped.AsSpan(0, 12), key, wrapped.AsSpan(28), wrapped.AsSpan(12, 16), name);
        return wrapped;
    }

    public byte[]? Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> name)
    {
        using var cipher = new AesGcm(_deviceKey, 16);
        var key = new byte[wrapped.Length - 28];
        try
        {
            cipher.Decrypt(wrapped[..12], wrapped[28..], wrapped[12..28], key, name);
            return key;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>Another device key: what was wrapped before cannot be unwrapped.</summary>
    internal void LoseDeviceKey() => RandomNumberGenerator.Fill(_deviceKey);

    /// <summary>A device with a meter, known to the box as asked for.</summary>
    internal MeshDevice Device(int number, bool isExpected = true, bool hasKey = true, bool hasRightKey = true, MeterFault faults = default)
    {
        var meter = new DlmsMeter(new DlmsMeterPlan(number, 7, Faults: faults), () => Clock.GetUtcNow().UtcDateTime);
        var device = new MeshDevice(0x0011_2200_0000_0000 + (ulong)number, [.. Enumerable.Range(0, 16).Select(i => (byte)(i + number))], meter);
        Modem.Devices.Add(device);
        Expect(device.Name, meter, hasKey ? hasRightKey ? device.Key : new byte[16] : null);
        if (!isExpected)
        {
            Expected.RemoveAt(Expected.Count - 1);
        }

        return device;
    }

    /// <summary>The shipment list names a device, its meter and its keys.</summary>
    internal void Expect(string name, DlmsMeter meter, byte[]? key)
    {
        _meters.Add(meter);
        Expected.Add(new ExpectedMeter(MeterId.Parse(meter.Name), name, null, "idis"));
        if (key is not null)
        {
            _psk[name] = key;
        }
    }

    internal void GiveKey(MeshDevice device, byte[] key) => _psk[device.Name] = key;

    /// <summary>Starts the driver, and waits until its network is up.</summary>
    internal async Task UpAsync()
    {
        Start();
        await UntilAsync(() => IsUp, "the network is up");
    }

    internal void Start()
    {
        _stop = new CancellationTokenSource();
        _driver = new G3Driver(Options, _ => new(Port?.Invoke() ?? Modem.Open()), this, this, _counters, new FakeTime(Clock), Clock, Memory, this);
        Ended = null;
        _running = RunAsync(_driver, _stop.Token);
    }

    /// <summary>The box stops the driver; the modem and the devices notice nothing.</summary>
    internal async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _driver!.DisposeAsync();
        lock (_events)
        {
            _events.Clear();
        }
    }

    /// <summary>Waits for something. Fake time goes on only where nothing is left to do: the patience of a modem, a node and a meter is a matter of their time, not of a busy machine's.</summary>
    internal async Task UntilAsync(Func<bool> condition, string what, TimeSpan? step = null)
    {
        var end = Clock.GetUtcNow().AddHours(12);
        for (var sincePause = TimeSpan.Zero; !condition();)
        {
            await Patience.IdleAsync(pause: sincePause >= Step);
            sincePause = sincePause >= Step ? step ?? Step : sincePause + (step ?? Step);
            if (condition())
            {
                return;
            }

            Clock.Advance(step ?? Step);
            Assert.True(Clock.GetUtcNow() < end, $"{what}; {Ended}; {string.Join(" | ", Events.TakeLast(6))}");
        }
    }

    /// <summary>A device joins, and its meter can be asked.</summary>
    internal async Task JoinAsync(MeshDevice device)
    {
        Modem.AskToJoin(device);
        await UntilAsync(() => Node(device)?.State == NodeState.Connected && IsReadable(device), $"{device.Name} is connected");
    }

    /// <summary>A device is let in; its handshake goes on in the modem, and how it ends is told to nobody.</summary>
    internal async Task LetInUnheardAsync(MeshDevice device)
    {
        Modem.Instead = message => message[0] == 0x42 ? [] : null;
        Modem.AskToJoin(device);
        await UntilAsync(() => Modem.TakenOf(0x42).Any(), "it is let in");
    }

    /// <summary>It completed its join unheard; it is found, and read, without joining again.</summary>
    internal async Task MustBeFoundAsync(MeshDevice device)
    {
        await UntilAsync(() => IsReadable(device), "it is readable", TimeSpan.FromSeconds(5));
        Assert.Equal(OrderState.Done, (await ReadAsync(device)).State);
        Assert.Single(Modem.TakenOf(0x42));
    }

    /// <summary>What was told of a device last.</summary>
    internal NetworkNode? Node(MeshDevice device) => Events.OfType<DriverEvent.NodeChanged>().LastOrDefault(told => told.Node.Eui == device.Name)?.Node;

    internal bool IsReadable(MeshDevice device) => IsReadable(device.Meter!);

    internal bool IsReadable(DlmsMeter meter) => Events.LastOrDefault(told => told switch
    {
        DriverEvent.Joined joined => joined.Meter.Text == meter.Name,
        DriverEvent.Left left => left.Meter.Text == meter.Name,
        _ => false,
    }) is DriverEvent.Joined;

    /// <summary>Starts to read the registers of a device's meter.</summary>
    internal Task<OrderStep> StartReading(MeshDevice device) => StartReading(device.Meter!);

    internal Task<OrderStep> StartReading(DlmsMeter meter) => StartReading(meter, new ReadOrder(ReadOrder.Registers, null, null, "task"));

    internal Task<OrderStep> StartReading(DlmsMeter meter, ReadOrder order) => Task.Run(async () =>
    {
        OrderStep? last = null;
        await foreach (var step in Driver.ExecuteAsync(new MeterOrder("order", OrderKind.Read, MeterId.Parse(meter.Name), order.ToPayload()), CancellationToken.None))
        {
            last = step;
        }

        return last!;
    });

    /// <summary>Reads the registers of a device's meter; the last step.</summary>
    internal Task<OrderStep> ReadAsync(MeshDevice device) => ReadAsync(device, new ReadOrder(ReadOrder.Registers, null, null, "task"));

    internal async Task<OrderStep> ReadAsync(MeshDevice device, ReadOrder order)
    {
        var reading = StartReading(device.Meter!, order);
        await UntilAsync(() => reading.IsCompleted, "the order ends");
        return await reading;
    }

    /// <summary>Everything that is kept, as one text of hex.</summary>
    internal string Kept() => string.Concat(Memory.Names.Select(name => Convert.ToHexString(Memory.Load("plc0", name).Span)));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(G3Driver driver, CancellationToken stop)
    {
        try
        {
            await foreach (var told in driver.RunAsync(stop))
            {
                lock (_events)
                {
                    _events.Add(told);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // As it was told to.
        }
        catch (IOException e)
        {
            Ended = e.Message;
        }
    }
}
