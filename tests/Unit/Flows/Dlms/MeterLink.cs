using System.IO.Pipelines;
using Drivers.Ports;
using Simulation.Dlms;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>A wire with a simulated meter at its far end, in memory. What goes over it can be chopped, damaged and lost.</summary>
internal sealed class MeterLink : ILink, IWatchedWire
{
    private readonly WatchedPipe _toDriver = new();
    private readonly DlmsMeter _meter;
    private readonly MeterHdlc? _hdlc;
    private readonly MeterWrapper? _wrapper;
    private readonly Random _random;
    private readonly List<ITimer> _late = [];
    private bool _isClosed;

    internal MeterLink(DlmsMeter meter, MeterHdlcPlan? hdlc, int seed = 1)
    {
        _meter = meter;
        _hdlc = hdlc is null ? null : new MeterHdlc(hdlc);
        _wrapper = hdlc is null ? new MeterWrapper(1) : null;
        _random = new Random(seed);
    }

    /// <summary>Fake time, for what comes late.</summary>
    internal TimeProvider? Clock { get; init; }

    /// <summary>Octets that go over the wire at a time; 0 for all.</summary>
    internal int Chunk { get; init; }

    /// <summary>Share of octets that are damaged.</summary>
    internal double Damage { get; init; }

    /// <summary>Share of octets that are lost.</summary>
    internal double Loss { get; init; }

    /// <summary>The meter answers nothing any more.</summary>
    internal bool IsSilent { get; set; }

    /// <summary>Questions the meter never hears, over the wrapper; null for none.</summary>
    internal Func<ReadOnlyMemory<byte>, bool>? Lost { get; set; }

    /// <summary>What goes over the wire in place of an answer.</summary>
    internal Func<byte[], byte[]> Replacing { get; init; } = answer => answer;

    /// <summary>Is shown every question, over the wrapper.</summary>
    internal Action<ReadOnlyMemory<byte>>? Asked { get; init; }

    /// <summary>Octets the meter took.</summary>
    internal long Taken { get; private set; }

    public PipeReader Input => _toDriver.Input;

    public bool IsUnread => _toDriver.IsUnread;

    /// <summary>The driver let it go.</summary>
    internal bool IsReleased { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        var arrived = Spoil(octets.ToArray());
        Taken += arrived.Length;
        if (_isClosed)
        {
            throw new IOException("the far end closed the connection");
        }

        if (IsSilent)
        {
            return;
        }

        var answer = Answer(arrived);
        if (IsSilent)
        {
            return; // fell silent while it answered
        }

        foreach (var step in _meter.Line.Spoil(answer))
        {
            if (step.After > TimeSpan.Zero)
            {
                _late.Add(Clock!.CreateTimer(_ => _ = SendAsync(step.Octets, CancellationToken.None).AsTask(), null, step.After, Timeout.InfiniteTimeSpan));
                continue;
            }

            await SendAsync(step.Octets, stop);
            if (step.Closes)
            {
                _meter.Drop();
                _isClosed = true;
                await _toDriver.CompleteAsync();
            }
        }
    }

    private async ValueTask SendAsync(byte[] octets, CancellationToken stop)
    {
        var answer = Spoil(octets);
        foreach (var chunk in answer.Chunk(Chunk == 0 ? Math.Max(1, answer.Length) : Chunk))
        {
            await _toDriver.WriteAsync(chunk, stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _late.ForEach(timer => timer.Dispose());
        _meter.Drop();
        await _toDriver.CompleteAsync();
        await _toDriver.Input.CompleteAsync();
        IsReleased = true;
    }

    private byte[] Answer(byte[] octets)
    {
        if (_wrapper is not null)
        {
            return [.. _wrapper.Take(octets).SelectMany(asked => Heard(asked.Client, asked.Apdu) is { } answer ? _wrapper.Wrap(asked.Client, Replacing(answer)).Concat(Further(asked.Client).SelectMany(more => _wrapper.Wrap(asked.Client, more))) : [])];
        }

        var connected = _hdlc!.IsConnected;
        _hdlc.Take(octets);
        if (connected && !_hdlc.IsConnected)
        {
            _meter.Drop();
        }

        while (_hdlc.TryTake(out var client, out var apdu))
        {
            if (_meter.Answer(client, apdu) is { } answer)
            {
                _hdlc.Send(answer);
            }
        }

        return _hdlc.Output();
    }

    private byte[]? Heard(int client, byte[] apdu)
    {
        Asked?.Invoke(apdu);
        return Lost?.Invoke(apdu) == true ? null : _meter.Answer(client, apdu);
    }

    private IEnumerable<byte[]> Further(int client)
    {
        while (_meter.TryTakeFurther(client, out var further))
        {
            yield return further;
        }
    }

    private byte[] Spoil(byte[] octets)
    {
        var arrived = new List<byte>(octets.Length);
        foreach (var octet in octets)
        {
            if (_random.NextDouble() >= Loss)
            {
                arrived.Add(_random.NextDouble() < Damage ? (byte)(octet ^ (1 << _random.Next(8))) : octet);
            }
        }

        return [.. arrived];
    }
}
