using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Orders;
using Protocols.Framing;
using Protocols.Im871a;

namespace Drivers.Im871a;

/// <summary>Drives an IMST iM871A/iM170A: one loop that reads octets until the modem wants to be asked, and tells what it hears.</summary>
/// <param name="open">Opens the port.</param>
/// <param name="receive">Takes a telegram from the L field on, without link CRCs, to readings.</param>
/// <param name="clock">Measures intervals.</param>
/// <param name="time">Stamps telegrams.</param>
public sealed class Im871aDriver(
    Im871aOptions options, Func<CancellationToken, ValueTask<ILink>> open, Func<ReadOnlyMemory<byte>, LinkFacts, BoxTime, DriverEvent> receive,
    ITimeSource time, TimeProvider clock) : IMeterDriver
{
    // 250 octet times at 57600 baud are 43 ms; a USB stick delivers in bursts some ms apart.
    private static readonly TimeSpan IdleAfter = TimeSpan.FromMilliseconds(100);

    private readonly Im871aFramer _framer = new();
    private readonly long _started = clock.GetTimestamp();
    private long _frames, _skipped, _badChecksums;
    private bool _unfinished;

    public DriverFacts Facts { get; } = new(options.Name, "im871a", "wM-Bus " + options.ModeText, Hears: true, new HashSet<OrderKind>());

    private TimeSpan Now => clock.GetElapsedTime(_started);

    public async IAsyncEnumerable<DriverEvent> RunAsync([EnumeratorCancellation] CancellationToken stop)
    {
        yield return new DriverEvent.LinkChanged(LinkState.Opening, $"opening {options.Port}");
        var link = await open(stop).ConfigureAwait(false);
        await using (link.ConfigureAwait(false))
        {
            var modem = new Im871aModem(options);
            await SendAsync(link, modem.Start(Now), stop).ConfigureAwait(false);
            var told = (Im871aModem.Step.Detecting, "");
            while (modem.At != Im871aModem.Step.Gone)
            {
                var (frames, idle) = await ReadAsync(link.Input, modem.Due, stop).ConfigureAwait(false);
                foreach (var frame in frames)
                {
                    if (frame.Endpoint == Im871aEndpoint.RadioLink && frame.MessageId == Im871aMessages.TelegramIndication)
                    {
                        yield return receive(WithLength(frame), new LinkFacts(options.Name, "wmbus", frame.RssiDbm, options.ModeText), time.Now);
                    }

                    await SendAsync(link, modem.Take(frame, Now), stop).ConfigureAwait(false);
                }

                if (idle)
                {
                    await SendAsync(link, modem.Tick(Now), stop).ConfigureAwait(false);
                }

                if ((modem.At, modem.Sentence) != told)
                {
                    told = (modem.At, modem.Sentence);
                    yield return new DriverEvent.LinkChanged(modem.LinkState, modem.Sentence, FactsOf(modem));
                }
            }
        }
    }

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [EnumeratorCancellation] CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return new OrderStep(OrderState.Refused, $"{options.Name} only listens: an iM871A in mode {options.ModeText} sends nothing to a meter", null, default);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Frames that came in, and whether the time came without any.</summary>
    private async ValueTask<(List<Im871aFrame> Frames, bool Idle)> ReadAsync(PipeReader input, TimeSpan due, CancellationToken stop)
    {
        var wait = due - Now;
        if (wait <= TimeSpan.Zero)
        {
            return ([], true);
        }

        wait = _unfinished && IdleAfter < wait ? IdleAfter : wait; // the line goes idle long before the modem is due
        using var timer = clock.CreateTimer(static reader => ((PipeReader)reader!).CancelPendingRead(), input, wait, Timeout.InfiniteTimeSpan);
        var read = await input.ReadAsync(stop).ConfigureAwait(false);
        if (read.IsCompleted && read.Buffer.IsEmpty)
        {
            throw new IOException($"{options.Port} is gone: the far end closed");
        }

        if (read.IsCanceled && _unfinished)
        {
            _framer.LineIdle();
        }

        var frames = Cut(read.Buffer, out var left);
        _unfinished = !read.Buffer.Slice(left).IsEmpty;
        input.AdvanceTo(left, read.Buffer.End);
        return (frames, Now >= due);
    }

    private List<Im871aFrame> Cut(ReadOnlySequence<byte> buffer, out SequencePosition left)
    {
        var frames = new List<Im871aFrame>();
        FrameRead read;
        do
        {
            var before = buffer.Length;
            read = _framer.Read(ref buffer, out var frame, out var fault);
            if (read == FrameRead.Got)
            {
                _frames++;
                frames.Add(frame!);
            }
            else if (read == FrameRead.Skipped)
            {
                _skipped += before - buffer.Length;
                _badChecksums += fault == FrameFault.BadChecksum ? 1 : 0;
            }
        }
        while (read != FrameRead.NeedMore);
        left = buffer.Start;
        return frames;
    }

    private Dictionary<string, string> FactsOf(Im871aModem modem)
    {
        var facts = new Dictionary<string, string>
        {
            ["frames"] = _frames.ToString(CultureInfo.InvariantCulture),
            ["octetsSkipped"] = _skipped.ToString(CultureInfo.InvariantCulture),
            ["badChecksums"] = _badChecksums.ToString(CultureInfo.InvariantCulture),
        };
        if (modem.Device is { } device)
        {
            facts["module"] = device.ModuleName ?? "unknown";
            facts["firmware"] = $"0x{device.Firmware:X2}";
            facts["uniqueId"] = device.UniqueId.ToString("X8", CultureInfo.InvariantCulture);
        }

        return facts;
    }

    /// <summary>The stick's LEN is the telegram's L field.</summary>
    private static ReadOnlyMemory<byte> WithLength(Im871aFrame frame)
    {
        var telegram = new byte[frame.Payload.Length + 1];
        telegram[0] = (byte)frame.Payload.Length;
        frame.Payload.CopyTo(telegram.AsMemory(1));
        return telegram;
    }

    private static ValueTask SendAsync(ILink link, ReadOnlyMemory<byte> octets, CancellationToken stop) =>
        octets.IsEmpty ? ValueTask.CompletedTask : link.WriteAsync(octets, stop);
}
