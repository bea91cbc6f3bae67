using System.Buffers;
using System.IO.Pipelines;
using Drivers.Ports;
using Simulation.Dlms;

namespace Substation.Street;

/// <summary>
/// A serial line with one meter and its own HDLC at the far end, on virtual time: octets take the time they need at 9600 baud, and the meter takes its own to think. Whoever opens it last has it;
/// the meter does not notice that somebody went.
/// </summary>
internal sealed class SerialLine(DlmsMeter meter, TimeProvider clock, int seed)
{
    private const double SecondsAnOctet = 10 / 9600.0;
    private readonly MeterHdlc _hdlc = new(new MeterHdlcPlan(Longest: 512));
    private readonly MeterPace _pace = new(seed, 1);
    private readonly List<ITimer> _timers = [];
    private DateTimeOffset _heard = clock.GetUtcNow(), _downFree, _upFree;
    private End? _end;

    /// <summary>Octets that went to the meter.</summary>
    internal long OctetsDown { get; private set; }

    /// <summary>Opens the host's end.</summary>
    internal ILink Open() => _end = new End(this);

    private void Send(End from, byte[] octets)
    {
        if (from == _end)
        {
            OctetsDown += octets.Length;
            At(_downFree = After(_downFree, octets.Length), () => Hear(octets));
        }
    }

    private void Hear(byte[] octets)
    {
        _hdlc.LetPass(clock.GetUtcNow() - _heard);
        _heard = clock.GetUtcNow();
        _hdlc.Take(octets);
        if (!_hdlc.IsConnected)
        {
            meter.Drop();
        }

        var thinks = TimeSpan.Zero;
        while (_hdlc.TryTake(out var client, out var apdu))
        {
            if (meter.Answer(client, apdu) is { } answer)
            {
                thinks += _pace.Over(answer.Length);
                _hdlc.Send(answer);
            }
        }

        if (_hdlc.Output() is { Length: > 0 } says)
        {
            _upFree = After(Later(_upFree, clock.GetUtcNow() + thinks), says.Length);
            At(_upFree, () => _end?.Arrive(says));
        }
    }

    private DateTimeOffset After(DateTimeOffset free, int octets) => Later(free, clock.GetUtcNow()) + TimeSpan.FromSeconds(octets * SecondsAnOctet);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private void At(DateTimeOffset time, Action what)
    {
        ITimer? timer = null;
        timer = clock.CreateTimer(
            _ =>
            {
                _timers.Remove(timer!);
                what();
            },
            null, time - clock.GetUtcNow(), Timeout.InfiniteTimeSpan);
        _timers.Add(timer);
    }

    private sealed class End(SerialLine line) : ILink
    {
        private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));

        public PipeReader Input => _pipe.Reader;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
        {
            stop.ThrowIfCancellationRequested();
            line.Send(this, octets.ToArray());
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            line._end = line._end == this ? null : line._end;
            return _pipe.Reader.CompleteAsync();
        }

        internal void Arrive(byte[] octets)
        {
            _pipe.Writer.Write(octets);
            _ = _pipe.Writer.FlushAsync().AsTask();
        }
    }
}
