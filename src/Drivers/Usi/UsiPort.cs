using System.Buffers;
using System.IO.Pipelines;
using Drivers.Ports;
using Protocols.Framing;
using Protocols.Usi;

namespace Drivers.Usi;

/// <summary>
/// The line to a modem: cuts frames, gives each to who waits for it or to the driver, sends what fits the modem, and sees to it that the modem is there.
/// <code>
/// nothing heard, or a driver in doubt -> probe x n -> reset in band -> open the port again -> end, and the supervisor opens it with back-off
/// </code>
/// </summary>
/// <param name="heard">Takes a frame nobody waits for; called in the order of arrival, its octets hold for the call only.</param>
/// <param name="changed">Is told each step of the ladder. After <see cref="UsiStep.Started"/> the modem is to be configured.</param>
public sealed class UsiPort(UsiPortOptions options, Func<CancellationToken, ValueTask<ILink>> open, Action<UsiFrame> heard, Action<UsiChange> changed, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1), _writing = new(1), _doubted = new(0);
    private readonly UsiAnswers _answers = new();
    private ILink? _link;
    private long _lastHeard, _lastSent;
    private string? _doubt;

    /// <summary>What was counted since the driver was made.</summary>
    public UsiCounters Counters { get; } = new();

    /// <summary>Opens the port and works it until stopped.</summary>
    /// <exception cref="IOException">The link is gone, or the modem does not come back: the sentence says which.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        var silent = false;
        while (true)
        {
            changed(silent ? new(UsiStep.Reopening, $"{options.Kind} at {options.Port} does not answer after a reset either, opening the port again") : new(UsiStep.Opening, $"opening {options.Port}"));
            var link = await open(stop).ConfigureAwait(false);
            await using (link.ConfigureAwait(false))
            {
                await RunAsync(link, silent, stop).ConfigureAwait(false);
            }

            silent = true;
        }
    }

    /// <summary>Sends a frame that has no answer.</summary>
    /// <exception cref="IOException">It does not fit the modem, or the link is gone.</exception>
    public ValueTask SendAsync(UsiFrame frame, CancellationToken stop) => SendAsync(frame, TimeSpan.Zero, stop);

    /// <summary>Asks and gives the answer, whose octets are the caller's own.</summary>
    /// <param name="isAnswer">Is asked on the reading loop, frame by frame; must not wait.</param>
    /// <param name="alone">Nothing else that is asked alone is under way at the same time: who asks waits for its turn, first come first served. The time-out runs from the question on.</param>
    /// <exception cref="TimeoutException">No answer came.</exception>
    /// <exception cref="IOException">It does not fit the modem, or the link is gone.</exception>
    public async ValueTask<UsiFrame> AskAsync(UsiFrame question, Func<UsiFrame, bool> isAnswer, TimeSpan within, bool alone, CancellationToken stop)
    {
        UsiFrame answer = default;
        await AskAsync(question, frame =>
        {
            if (!isAnswer(frame))
            {
                return UsiTaken.Not;
            }

            answer = frame with { Payload = frame.Payload.ToArray() };
            return UsiTaken.Whole;
        }, within, alone, stop).ConfigureAwait(false);
        return answer;
    }

    /// <summary>Asks for an answer that may come in several frames; <paramref name="within"/> is the longest silence between them.</summary>
    /// <param name="take">Takes what it needs out of a frame; called on the reading loop, must not wait.</param>
    /// <returns>How long the answer took, from the question on.</returns>
    /// <inheritdoc cref="AskAsync(UsiFrame, Func{UsiFrame, bool}, TimeSpan, bool, CancellationToken)"/>
    public ValueTask<TimeSpan> AskAsync(UsiFrame question, Func<UsiFrame, UsiTaken> take, TimeSpan within, bool alone, CancellationToken stop) =>
        AskAsync(question, take, within, alone, TimeSpan.Zero, stop);

    private async ValueTask<TimeSpan> AskAsync(UsiFrame question, Func<UsiFrame, UsiTaken> take, TimeSpan within, bool alone, TimeSpan room, CancellationToken stop)
    {
        if (alone)
        {
            await _turn.WaitAsync(stop).ConfigureAwait(false);
        }

        var awaited = _answers.Await(take);
        try
        {
            var asked = clock.GetTimestamp();
            await SendAsync(question, room, stop).ConfigureAwait(false);
            await awaited.WaitAsync(within, clock, stop).ConfigureAwait(false);
            return clock.GetElapsedTime(asked);
        }
        catch (TimeoutException)
        {
            Counters.TimedOut();
            throw new TimeoutException($"{options.Kind} at {options.Port} did not answer within {within.TotalSeconds:0.#} s");
        }
        finally
        {
            _answers.Forget(awaited);
            if (alone)
            {
                _turn.Release();
            }
        }
    }

    /// <summary>The driver doubts that the modem is there: it is probed now, not after a silence.</summary>
    /// <param name="why">The beginning of a sentence.</param>
    public void Doubt(string why)
    {
        if (Interlocked.CompareExchange(ref _doubt, why, null) is null)
        {
            _doubted.Release();
        }
    }

    /// <summary>What is under way will not be answered: who waits fails with this.</summary>
    public void Abandon(string why) => _answers.Fail(new IOException(why));

    public void Dispose()
    {
        _turn.Dispose();
        _writing.Dispose();
        _doubted.Dispose();
    }

    /// <summary>Sends a frame, with so much silence of ours before and behind it: out of turn it must not meet another in a queue that holds one.</summary>
    private async ValueTask SendAsync(UsiFrame frame, TimeSpan room, CancellationToken stop)
    {
        if (!frame.FitsModem)
        {
            throw new IOException($"a frame with {frame.Payload.Length} octets of payload does not fit the modem at {options.Port}, which takes {UsiFrame.MostToModem} and overwrites its memory with the rest: not sent");
        }

        await _writing.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (room - clock.GetElapsedTime(_lastSent) is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, clock, stop).ConfigureAwait(false);
            }

            await (_link ?? throw new IOException($"{options.Port} is not open")).WriteAsync(frame.ToOctets(), stop).ConfigureAwait(false);
            _lastSent = clock.GetTimestamp();
            Counters.Out();
            if (room > TimeSpan.Zero)
            {
                await Task.Delay(room, clock, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Works an open port; returns when the modem had better be opened again.</summary>
    private async Task RunAsync(ILink link, bool wasSilent, CancellationToken stop)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _link = link;
        var reading = ReadAsync(link.Input, life.Token);
        var watching = WatchAsync(wasSilent, life.Token);
        var ended = await Task.WhenAny(reading, watching).ConfigureAwait(false);
        _link = null;
        await life.CancelAsync().ConfigureAwait(false);
        _answers.Fail(new IOException($"the link to {options.Port} was lost"));
        try
        {
            await (ended == reading ? watching : reading).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // What ended first says why.
        }

        await ended.ConfigureAwait(false);
    }

    private async Task ReadAsync(PipeReader input, CancellationToken stop)
    {
        var framer = new UsiFramer();
        while (true)
        {
            var read = await input.ReadAsync(stop).ConfigureAwait(false);
            var buffer = read.Buffer;
            Cut(framer, ref buffer);
            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                throw new IOException($"{options.Port} is gone: the far end closed");
            }
        }
    }

    private void Cut(UsiFramer framer, ref ReadOnlySequence<byte> buffer)
    {
        while (true)
        {
            var before = buffer.Length;
            var read = framer.Read(ref buffer, out var frame, out var fault);
            if (read == FrameRead.NeedMore)
            {
                return;
            }

            if (read == FrameRead.Skipped)
            {
                Counters.Skipped(fault, before - buffer.Length);
                continue;
            }

            Counters.In();
            Interlocked.Exchange(ref _lastHeard, clock.GetTimestamp());
            if (!_answers.TryTake(frame))
            {
                heard(frame);
            }
        }
    }

    /// <summary>Waits for the modem to answer, then for it to fall silent; returns when only opening the port again is left.</summary>
    private async Task WatchAsync(bool wasSilent, CancellationToken stop)
    {
        if (!await IsThereAsync(options.BootWithin, TimeSpan.Zero, stop).ConfigureAwait(false))
        {
            throw new IOException(wasSilent
                ? $"{options.Kind} at {options.Port} does not answer: neither a reset nor opening the port again helped; is it powered?"
                : $"no answer from {options.Port}: is it {options.Kind}, is it powered, and is the speed right?");
        }

        changed(new(UsiStep.Started, $"{options.Kind} at {options.Port} answers"));
        while (true)
        {
            await UntilDoubtedAsync(stop).ConfigureAwait(false);
            if (_doubt is null && await IsThereAsync(options.ProbeWithin, options.Room, stop).ConfigureAwait(false))
            {
                continue; // a network with nothing to say
            }

            changed(new(UsiStep.Probing, $"{_doubt ?? $"nothing heard from {options.Port} for {options.QuietAfter.TotalSeconds:0} s"}: asking whether the modem is there"));
            if (await IsThereAsync(options.ProbeWithin * options.Probes, options.Room, stop).ConfigureAwait(false))
            {
                changed(new(UsiStep.Answers, $"{options.Kind} at {options.Port} answers"));
                continue;
            }

            if (options.Reset is not { } reset)
            {
                return;
            }

            changed(new(UsiStep.Resetting, $"{options.Kind} at {options.Port} does not answer, asked {options.Probes} times: resetting it"));
            _answers.Fail(new IOException($"{options.Kind} at {options.Port} is reset"));
            await SendAsync(reset, options.Room, stop).ConfigureAwait(false);
            if (!await IsThereAsync(options.BootWithin, options.Room, stop).ConfigureAwait(false))
            {
                return;
            }

            changed(new(UsiStep.Started, $"{options.Kind} at {options.Port} answers after a reset"));
        }
    }

    /// <summary>Waits until nothing was heard for too long, or the driver is in doubt.</summary>
    private async Task UntilDoubtedAsync(CancellationToken stop)
    {
        _doubt = null;
        while (options.QuietAfter - clock.GetElapsedTime(Interlocked.Read(ref _lastHeard)) is var wait && wait > TimeSpan.Zero)
        {
            using var quiet = new CancellationTokenSource(wait, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, quiet.Token);
            try
            {
                await _doubted.WaitAsync(either.Token).ConfigureAwait(false);
                if (_doubt is not null)
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                // Was anything heard meanwhile?
            }
        }
    }

    /// <summary>Probes the modem again and again for so long; out of turn, since whoever has it may wait for an answer that will not come.</summary>
    private async Task<bool> IsThereAsync(TimeSpan within, TimeSpan room, CancellationToken stop)
    {
        for (var began = clock.GetTimestamp(); clock.GetElapsedTime(began) < within;)
        {
            try
            {
                await AskAsync(options.Probe, frame => options.IsProbeAnswer(frame) ? UsiTaken.Whole : UsiTaken.Not, options.ProbeWithin, alone: false, room, stop).ConfigureAwait(false);
                return true;
            }
            catch (Exception e) when (e is TimeoutException || (e is IOException && _link is not null))
            {
                // Once more, until the time is over.
            }
        }

        return false;
    }
}
