using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Protocols.Dlms.Push;
using Protocols.Dlms.Wrapper;

namespace Drivers.Dlms.Push;

/// <summary>
/// A port that only listens: meters that connect by TCP or send datagrams, many at once, or one meter on a customer interface. One loop takes what all of them say; each connection is
/// cut into messages by a loop of its own, and waits where the one loop is behind.
/// </summary>
public sealed class PushListener : IMeterDriver
{
    private static readonly TimeSpan LineIdleAfter = TimeSpan.FromMilliseconds(250), TellEvery = TimeSpan.FromSeconds(10);
    private readonly PushPortOptions _options;
    private readonly PushSource _source;
    private readonly PushDesk _desk;
    private readonly TimeProvider _clock;
    private readonly Channel<Said> _said = Channel.CreateBounded<Said>(new BoundedChannelOptions(1024) { SingleReader = true });
    private readonly PushCounters _counters = new();

    /// <param name="source">What opens the port.</param>
    public PushListener(PushPortOptions options, PushSource source, IKeyRing keys, ICounterStore counters, ITimeSource time, TimeProvider clock)
    {
        (_options, _source, _clock) = (options, source, clock);
        _desk = new PushDesk(options, keys, counters, time, clock);
        Facts = new DriverFacts(options.Name, "dlms", source.Medium, Hears: true, new HashSet<OrderKind>());
    }

    public DriverFacts Facts { get; }

    public async IAsyncEnumerable<DriverEvent> RunAsync([EnumeratorCancellation] CancellationToken stop)
    {
        yield return new DriverEvent.LinkChanged(LinkState.Opening, $"opening {_options.Port}");
        using var own = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var hearing = HearAsync(own.Token);
        try
        {
            yield return Listening();
            var told = _clock.GetTimestamp();
            await foreach (var said in _said.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                foreach (var one in _desk.Take(said.Message, said.Peer, said.Reply, own.Token))
                {
                    yield return one;
                }

                if (_clock.GetElapsedTime(told) >= TellEvery)
                {
                    told = _clock.GetTimestamp();
                    yield return Listening();
                }
            }

            await hearing.ConfigureAwait(false); // tells why it ended
        }
        finally
        {
            await own.CancelAsync().ConfigureAwait(false);
            await _desk.SettleAsync().ConfigureAwait(false);
            await hearing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [EnumeratorCancellation] CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return new OrderStep(OrderState.Refused, $"{_options.Name} only listens", null, default);
    }

    public ValueTask DisposeAsync()
    {
        _desk.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task HearAsync(CancellationToken stop)
    {
        Exception? why = null;
        try
        {
            await _source.HearAsync(this, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            why = e;
        }

        _said.Writer.TryComplete(why);
    }

    /// <summary>Takes one datagram.</summary>
    internal async ValueTask TakeAsync(Datagram datagram, PushPeer peer, IDatagrams door, CancellationToken stop)
    {
        var messages = new Queue<PushMessage>();
        var octets = datagram.Octets;
        if (!octets.IsEmpty && octets.Span[0] is 0x7E or 0x68 or (byte)'/')
        {
            var line = new PushLine(ByFirst(octets.Span[0])!.Value);
            line.Take(new(octets), messages);
            line.LineIdle(messages);
        }
        else
        {
            messages.Enqueue(new PushMessage(octets, 0, "dlms")); // in the wrapper or bare: one APDU a datagram (IEC 62056-47)
        }

        foreach (var message in messages)
        {
            await _said.Writer.WriteAsync(new Said(message, peer, (apdu, cancel) => door.SendAsync(Wrapped(message, apdu), datagram.From, cancel)), stop).ConfigureAwait(false);
        }
    }

    /// <summary>Hears one link until it ends or is idle for too long.</summary>
    /// <param name="isOneWay">A customer interface: the meter takes no answers, and silence means nothing.</param>
    internal async Task HearLinkAsync(ILink link, string from, bool isOneWay, CancellationToken stop)
    {
        var (peer, messages) = (new PushPeer(), new Queue<PushMessage>());
        PushLine? line = isOneWay ? new PushLine(_options.Framing, PushFraming.Hdlc, PushFraming.P1, PushFraming.MBus) : _options.Framing == PushFraming.Found ? null : new PushLine(_options.Framing);
        Interlocked.Increment(ref _counters.Connections);
        try
        {
            while (true)
            {
                var wait = line is { IsUnfinished: true } ? LineIdleAfter : isOneWay ? Timeout.InfiniteTimeSpan : _options.IdleAfter;
                using var timer = _clock.CreateTimer(static reader => ((System.IO.Pipelines.PipeReader)reader!).CancelPendingRead(), link.Input, wait, Timeout.InfiniteTimeSpan);
                var read = await link.Input.ReadAsync(stop).ConfigureAwait(false);
                if (read.IsCanceled && read.Buffer.IsEmpty)
                {
                    if (line is not { IsUnfinished: true })
                    {
                        return; // idle for too long
                    }

                    line.LineIdle(messages);
                }

                if (line is null && !read.Buffer.IsEmpty)
                {
                    line = ByFirst(read.Buffer.FirstSpan[0]) is { } framing ? new PushLine(framing) : null;
                    if (line is null)
                    {
                        Interlocked.Increment(ref _counters.Strangers);
                        return; // no framing begins so: a stranger
                    }
                }

                line?.Take(read.Buffer, messages);
                link.Input.AdvanceTo(read.Buffer.End);
                _counters.Framing = line?.Framing ?? _counters.Framing;
                while (messages.TryDequeue(out var message))
                {
                    Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? reply = isOneWay || line!.Framing != "wrapper" ? null : (apdu, cancel) => link.WriteAsync(Wrapped(message, apdu), cancel);
                    await _said.Writer.WriteAsync(new Said(message, peer, reply), stop).ConfigureAwait(false);
                }

                if (read.IsCompleted || (!isOneWay && line is { Skipped: > 0, Framing: "wrapper" }))
                {
                    return; // a stream that is no wrapper any more never becomes one again
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _counters.Connections);
            _counters.From = from;
        }
    }

    private static PushFraming? ByFirst(byte first) => first switch
    {
        0x00 => PushFraming.Wrapper,
        0x7E => PushFraming.Hdlc,
        0x68 => PushFraming.MBus,
        (byte)'/' => PushFraming.P1,
        _ => null,
    };

    /// <summary>An answer in the wrapper, from who was spoken to, to who spoke; bare where the question was.</summary>
    private static byte[] Wrapped(in PushMessage question, ReadOnlyMemory<byte> apdu)
    {
        var octets = question.Octets.Span;
        if (octets.Length <= WrapperFrame.HeaderSize || octets[0] != 0 || octets[1] != 1)
        {
            return apdu.ToArray();
        }

        return new WrapperFrame((ushort)((octets[4] << 8) | octets[5]), (ushort)((octets[2] << 8) | octets[3]), apdu).ToOctets();
    }

    private DriverEvent.LinkChanged Listening() => new(LinkState.Listening, $"listening at {_options.Port}", new Dictionary<string, string>
    {
        ["framing"] = _counters.Framing ?? "not found yet",
        ["connections"] = Interlocked.Read(ref _counters.Connections).ToString(CultureInfo.InvariantCulture),
        ["strangers"] = Interlocked.Read(ref _counters.Strangers).ToString(CultureInfo.InvariantCulture),
        ["pushes"] = _desk.Pushes.ToString(CultureInfo.InvariantCulture),
        ["copies"] = _desk.Copies.ToString(CultureInfo.InvariantCulture),
        ["refused"] = _desk.Refused.ToString(CultureInfo.InvariantCulture),
        ["confirmed"] = _desk.Confirmed.ToString(CultureInfo.InvariantCulture),
    });

    private readonly record struct Said(PushMessage Message, PushPeer Peer, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? Reply);

    private sealed class PushCounters
    {
        internal long Connections, Strangers;
        internal volatile string? Framing, From;
    }
}
