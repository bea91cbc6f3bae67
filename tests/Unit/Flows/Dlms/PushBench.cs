using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Channels;
using Drivers.Dlms;
using Drivers.Dlms.Push;
using Drivers.Ports;
using Metering.Driver;
using Metering.Keys;
using Microsoft.Extensions.Time.Testing;
using Protocols.Dlms.Push;
using Simulation.Dlms.Push;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>The real listener with simulated meters that push, on fake time.</summary>
internal sealed class PushBench : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<DriverEvent> _events = [];
    private readonly Channel<Caller> _callers = Channel.CreateUnbounded<Caller>();
    private readonly PushListener _listener;
    private readonly Task _running;

    /// <param name="line">A line instead of callers.</param>
    internal PushBench(PipeLink? line = null, MemoryDatagrams? datagrams = null, bool hasKeys = true)
    {
        Clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 10, 7, 30, TimeSpan.Zero));
        Meter = new PushingMeter(9000, 1, () => Clock.GetUtcNow().UtcDateTime);
        var push = new PushOptions(MeterProfiles.Find("idis"), PushLayouts.All) { OffsetMinutes = 60, Repeats = line is not null };
        var source = line is not null ? PushSource.OfLine(_ => new(line)) : datagrams is not null ? PushSource.OfDatagrams(() => datagrams) : PushSource.OfCallers(stop => _callers.Reader.ReadAllAsync(stop), 2);
        _listener = new PushListener(
            new PushPortOptions("push0", "door", PushFraming.Found, push, (byte[])[.. "DCU"u8, 1, 2, 3, 4, 5]), source, hasKeys ? new TitleKeys(Meter) : new TitleKeys(), new MemoryCounters(), new FakeTime(Clock), Clock);
        _running = RunAsync();
    }

    internal FakeTimeProvider Clock { get; }

    internal PushingMeter Meter { get; }

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

    internal IReadOnlyList<DriverEvent.Pushed> Pushed => [.. Events.OfType<DriverEvent.Pushed>()];

    /// <summary>A meter connects.</summary>
    internal PipeLink Call(string from = "meter")
    {
        var link = new PipeLink();
        Assert.True(_callers.Writer.TryWrite(new Caller(link, from)));
        return link;
    }

    /// <summary>In the wrapper, to client 1.</summary>
    internal static byte[] Wrapped(byte[] apdu) => new Simulation.Dlms.MeterWrapper(1).Wrap(1, apdu);

    /// <summary>The next answer that the meter was sent, out of its wrapper.</summary>
    internal static async Task<byte[]> AnswerAsync(PipeLink link)
    {
        byte[]? answer = null;
        Assert.True(await Patience.UntilAsync(() => (answer = TakeAnswer(link)) is not null), "no answer came");
        return answer!;
    }

    /// <summary>An answer that is there; null for none.</summary>
    internal static byte[]? TakeAnswer(PipeLink link)
    {
        if (!link.FromDriver.TryRead(out ReadResult read) || read.Buffer.Length < 8)
        {
            return null;
        }

        var octets = read.Buffer.ToArray();
        link.FromDriver.AdvanceTo(read.Buffer.End);
        Assert.Equal([0, 1, 0, 1, 0, 1], octets[..6]); // from client 1 to logical device 1
        return octets[8..];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _listener.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var one in _listener.RunAsync(_stop.Token))
            {
                lock (_events)
                {
                    _events.Add(one);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // stopped, or the line ended
        }
    }

    private sealed class TitleKeys(params PushingMeter[] meters) : IKeyRing
    {
        public long Version => 1;

        public int Find(in KeyName name, Span<byte> destination)
        {
            var device = name.Device;
            var key = name.Client != 1 || meters.FirstOrDefault(meter => meter.TitleName == device) is not { } meter ? [] : name.Purpose == KeyPurpose.Gak ? meter.Keys.Gak : meter.Keys.Guek;
            key.CopyTo(destination);
            return key.Length;
        }
    }
}

/// <summary>Datagrams in memory.</summary>
internal sealed class MemoryDatagrams : IDatagrams
{
    private readonly Channel<Datagram> _in = Channel.CreateUnbounded<Datagram>();

    internal List<(byte[] Octets, string To)> Answers { get; } = [];

    internal void Send(byte[] octets, string from) => Assert.True(_in.Writer.TryWrite(new Datagram(octets, from)));

    public ValueTask<Datagram> ReceiveAsync(CancellationToken stop) => _in.Reader.ReadAsync(stop);

    public ValueTask SendAsync(ReadOnlyMemory<byte> octets, string to, CancellationToken stop)
    {
        lock (Answers)
        {
            Answers.Add((octets.ToArray(), to));
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
