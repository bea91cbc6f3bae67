using System.IO.Pipelines;
using Drivers.Ports;
using Microsoft.Extensions.Time.Testing;
using Simulation.Dlms;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>An optical head on a simulated meter, on fake time: octets take their time at the speed of the line, and what comes at another speed than it left is noise.</summary>
internal sealed class ModeEWire(DlmsMeter meter, FakeTimeProvider clock, MeterModeE port) : ISerialLink, IWatchedWire
{
    private readonly WatchedPipe _toDriver = new();
    private readonly MeterHdlc _hdlc = new(new MeterHdlcPlan(Longest: 256));
    private readonly Lock _one = new();
    private readonly List<ITimer> _timers = [];
    private int _baud = 9600;
    private bool _closed;

    /// <summary>The head sends back what goes out.</summary>
    internal bool Reflects { get; init; }

    /// <summary>The meter hears nothing.</summary>
    internal bool IsSilent { get; set; }

    /// <summary>Speeds the driver set.</summary>
    internal List<int> Speeds { get; } = [];

    public PipeReader Input => _toDriver.Input;

    public bool IsUnread => _toDriver.IsUnread;

    public void SetSpeed(int baud)
    {
        lock (_one)
        {
            _baud = baud;
            Speeds.Add(baud);
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        lock (_one)
        {
            var (baud, sent) = (_baud, octets.ToArray());
            After(TimeSpan.FromSeconds(10.0 * sent.Length / baud), () => AtMeter(sent, baud));
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_one)
        {
            _closed = true;
            _timers.ForEach(timer => timer.Dispose());
        }

        meter.Drop();
        _hdlc.Drop();
        port.Look(false);
        await _toDriver.CompleteAsync();
    }

    private void AtMeter(byte[] octets, int baud)
    {
        if (Reflects)
        {
            Deliver(octets);
        }

        if (IsSilent || baud != _baud)
        {
            return; // it was changed before the octets had left: noise
        }

        var (forHdlc, answer) = port.Take(octets, baud);
        if (answer.Length > 0)
        {
            Answer(answer, TimeSpan.FromMilliseconds(250));
        }

        var connected = _hdlc.IsConnected;
        _hdlc.Take(forHdlc);
        if (connected && !_hdlc.IsConnected)
        {
            meter.Drop();
        }

        while (_hdlc.TryTake(out var client, out var apdu))
        {
            if (meter.Answer(client, apdu) is { } said)
            {
                _hdlc.Send(said);
            }
        }

        Answer(_hdlc.Output(), TimeSpan.FromMilliseconds(20));
        port.Look(_hdlc.IsConnected);
    }

    private void Answer(byte[] octets, TimeSpan reaction)
    {
        var baud = port.Baud;
        if (octets.Length > 0)
        {
            After(reaction + TimeSpan.FromSeconds(10.0 * octets.Length / baud), () => Deliver(_baud == baud ? octets : [0xF8, 0x00]));
        }
    }

    private void Deliver(byte[] octets) => _toDriver.WriteAsync(octets, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private void After(TimeSpan time, Action act) => _timers.Add(clock.CreateTimer(
        _ =>
        {
            lock (_one)
            {
                if (!_closed)
                {
                    act();
                }
            }
        },
        null, time, Timeout.InfiniteTimeSpan));
}
