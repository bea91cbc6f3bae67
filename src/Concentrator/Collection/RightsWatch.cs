using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Ledger;
using Metering.Orders;

namespace Concentrator.Collection;

/// <summary>
/// Has each meter's pre-established client looked at when the meter is commissioned: at its first join, which after an exchange is that of another meter, and again under a new firmware; behind
/// everything else there is to do. A meter that lets the whole street operate more than clock and image is told of as an event, and as long as it does.
/// </summary>
internal sealed class RightsWatch(IOrderDesk desk, IMeterReach reach, IDriverMemory memory, TimeProvider clock, ILogger log)
{
    private const string KeptAs = "commissioning";
    private static readonly TimeSpan FirstWait = TimeSpan.FromMinutes(30), LongestWait = TimeSpan.FromDays(1);
    private readonly Channel<MeterId> _waiting = Channel.CreateUnbounded<MeterId>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<MeterId, Pending> _pending = new();
    private readonly ConcurrentDictionary<MeterId, string> _told = new();
    private long _orders;

    /// <summary>What is to be said of a meter; null for nothing.</summary>
    internal string? WarningOf(MeterId meter) => Load(meter)?.Warning;

    /// <summary>A meter told its firmware.</summary>
    internal void Note(MeterId meter, string firmware)
    {
        _told[meter] = firmware;
        if (Load(meter) is { } checkedBefore && checkedBefore.Firmware != firmware)
        {
            Want(meter);
        }
    }

    /// <summary>Looks at one meter after another, until stopped.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        reach.Follow(change =>
        {
            if (change.IsReached && IsDue(change.Meter))
            {
                Want(change.Meter);
            }
            else if (!change.IsReached)
            {
                _pending.TryRemove(change.Meter, out _); // it is wanted again when it is there again
            }
        });
        while (true)
        {
            while (_waiting.Reader.TryRead(out var meter))
            {
                if (_pending.ContainsKey(meter) && IsDue(meter))
                {
                    await LookAsync(meter, stop).ConfigureAwait(false);
                }
            }

            await WaitAsync(stop).ConfigureAwait(false);
        }
    }

    private bool IsDue(MeterId meter) => Load(meter) is not { } before || (_told.TryGetValue(meter, out var firmware) && before.Firmware != firmware);

    private void Want(MeterId meter)
    {
        if (_pending.TryAdd(meter, new Pending(0, 0)))
        {
            _waiting.Writer.TryWrite(meter);
        }
    }

    private async Task LookAsync(MeterId meter, CancellationToken stop)
    {
        var number = ++_orders;
        var order = new MeterOrder(
            string.Create(CultureInfo.InvariantCulture, $"own-{ReadOrder.BroadcastRights}-{clock.GetUtcNow().UtcTicks:x}-{number}"), OrderKind.Read, meter,
            new ReadOrder(ReadOrder.BroadcastRights, null, null, ReadOrder.BroadcastRights).ToPayload())
        {
            Class = WorkClass.Firmware,
        };
        try
        {
            OrderStep? last = null;
            await foreach (var step in desk.ExecuteAsync(order, stop).ConfigureAwait(false))
            {
                last = step;
            }

            if (last is { State: OrderState.Done } or { State: OrderState.Partial, Why: MissReason.Refused })
            {
                await KeepAsync(meter, last, stop).ConfigureAwait(false);
                return;
            }

            log.RightsNotSeen(meter.Text, last?.Sentence ?? "no answer");
        }
        catch (Exception e) when (e is IOException or TimeoutException or StorageFaultException)
        {
            log.RightsNotSeen(meter.Text, e.Message);
        }

        var failures = Math.Abs(_pending.GetValueOrDefault(meter).Failures) + 1;
        _pending[meter] = new Pending(failures, clock.GetTimestamp());
    }

    private async ValueTask KeepAsync(MeterId meter, OrderStep step, CancellationToken stop)
    {
        var isExposed = step.Told is DriverEvent.EventsTaken told && told.Events.Any(one => one.Number == (int)RightsEvent.Exposed);
        var (to, firmware) = (new OctetWriter(), step.Firmware ?? _told.GetValueOrDefault(meter, ""));
        _told[meter] = firmware;
        to.Text(firmware);
        to.Text(isExposed ? step.Sentence : null);
        await memory.SaveAsync(KeptAs, meter.Text, to.ToArray(), stop).ConfigureAwait(false);
        _pending.TryRemove(meter, out _);
        if (isExposed)
        {
            log.RightsExposed(meter.Text, step.Sentence);
        }
    }

    /// <summary>Until somebody is wanted, or one that failed is to be looked at again.</summary>
    private async Task WaitAsync(CancellationToken stop)
    {
        using var late = new CancellationTokenSource(FirstWait / 6, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            await _waiting.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            foreach (var (meter, pending) in _pending.Where(entry => entry.Value is { Failures: > 0 } failed && clock.GetElapsedTime(failed.Since) >= After(failed.Failures)))
            {
                _pending[meter] = new Pending(-pending.Failures, pending.Since); // it is in the line
                _waiting.Writer.TryWrite(meter);
            }
        }
    }

    private static TimeSpan After(int failures) => FirstWait * (1 << Math.Min(failures - 1, 8)) is var wait && wait < LongestWait ? wait : LongestWait;

    private (string Firmware, string? Warning)? Load(MeterId meter)
    {
        var octets = memory.Load(KeptAs, meter.Text);
        if (octets.IsEmpty)
        {
            return null;
        }

        var from = new OctetReader(octets);
        return (from.Text(), from.OptionalText());
    }

    /// <param name="Failures">How often it failed; below 0 while it is in the line once more.</param>
    private readonly record struct Pending(int Failures, long Since);
}
