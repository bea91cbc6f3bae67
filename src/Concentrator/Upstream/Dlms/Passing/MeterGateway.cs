using Concentrator.Ports;
using Metering.Driver;
using Metering.Orders;
using Metering.Orders.Records;
using Protocols.Dlms.Apdu;

namespace Concentrator.Upstream.Dlms.Passing;

/// <summary>Takes APDUs of head-ends to meters and the answers back, both untouched, by the door through which every order goes.</summary>
internal sealed class MeterGateway(DoorOptions options, IOrderDesk desk, IPassThrough leases, DoorBook book, DoorCounters counters, TimeProvider clock)
{
    /// <summary>Octets of the longest APDU that any meter behind a modem takes; the meter's own limit is agreed end to end.</summary>
    private const int LongestToMeter = 8 * 1024;

    /// <summary>A meter that is not free by then is busy: the head-end has given up waiting, and what it said then would only do harm later.</summary>
    private static readonly TimeSpan BegunWithin = TimeSpan.FromSeconds(40);

    private long _orders;

    /// <summary>Whether the APDU may go; null where it may. Takes the lease.</summary>
    internal GatewayRefusal? RefusalOf(PassThroughRequest request, bool isProven, ReadOnlyMemory<byte> apdu)
    {
        DoorCounters.Count(ref counters.Exchanges);
        if (apdu.Length > LongestToMeter)
        {
            return Refuse(GatewayRefusal.TooLong);
        }

        if (!isProven || !PassingRules.MayPass(apdu))
        {
            book.Tell(DoorEventKind.PassThroughRefused, request.Who, isProven ? "would change the meter in clear, is told to many, or cannot be read" : "there is no association by high level security on this connection", request.Meter.Text);
            return Refuse(GatewayRefusal.NotAllowed);
        }

        var refusal = leases.Hold(request);
        if (refusal is PassThroughRefusal.NoRight)
        {
            book.Tell(DoorEventKind.PassThroughRefused, request.Who, "has no right to this meter (passThrough)", request.Meter.Text);
        }

        return refusal switch
        {
            PassThroughRefusal.None => null,
            PassThroughRefusal.NoRight => Refuse(GatewayRefusal.NotAllowed),
            _ => Refuse(GatewayRefusal.Busy),
        };
    }

    /// <summary>Counts a refusal.</summary>
    internal GatewayRefusal Refuse(GatewayRefusal refusal)
    {
        switch (refusal)
        {
            case GatewayRefusal.UnknownMeter:
                DoorCounters.Count(ref counters.UnknownMeters);
                break;
            case GatewayRefusal.NoAnswer:
                DoorCounters.Count(ref counters.Unanswered);
                break;
            case GatewayRefusal.Busy:
                DoorCounters.Count(ref counters.Busy);
                break;
            case GatewayRefusal.NotAllowed:
                DoorCounters.Count(ref counters.NotAllowed);
                break;
            default:
                DoorCounters.Count(ref counters.TooLong);
                break;
        }

        return refusal;
    }

    /// <summary>Takes an APDU to its meter.</summary>
    /// <param name="answer">Is given each answer as it comes.</param>
    /// <returns>Why there is none, in place of which the box speaks; null where all is said.</returns>
    internal async ValueTask<GatewayRefusal?> PassAsync(
        PassThroughRequest request, ushort client, ushort server, ReadOnlyMemory<byte> apdu, Func<ReadOnlyMemory<byte>, ValueTask> answer, CancellationToken stop)
    {
        var passed = new List<PassedApdu>();
        try
        {
            return await PassAsync(request, client, server, apdu, passed, answer, stop).ConfigureAwait(false);
        }
        finally
        {
            book.Passed(request.Who, request.Meter, passed);
        }
    }

    private async ValueTask<GatewayRefusal?> PassAsync(
        PassThroughRequest request, ushort client, ushort server, ReadOnlyMemory<byte> apdu, List<PassedApdu> passed, Func<ReadOnlyMemory<byte>, ValueTask> answer, CancellationToken stop)
    {
        Note(request, passed, toMeter: true, apdu.Span);
        var order = Order(request, new PassThroughOrder(HolderOf(request), client, server, Ends: false, apdu));
        OrderStep? last = null;
        using var late = new CancellationTokenSource(BegunWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        var steps = desk.ExecuteAsync(order, either.Token).GetAsyncEnumerator(either.Token);
        await using var ending = steps.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await steps.MoveNextAsync().ConfigureAwait(false))
                {
                    break;
                }
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested && last is null)
            {
                return Refuse(GatewayRefusal.Busy);
            }

            late.CancelAfter(Timeout.InfiniteTimeSpan);
            var step = last = steps.Current;
            if (!step.Answer.IsEmpty)
            {
                Note(request, passed, toMeter: false, step.Answer.Span);
                if (ApduTurns.IsEnd(step.Answer.Span))
                {
                    leases.LetGo(request, "the head-end released its association");
                }

                await answer(step.Answer).ConfigureAwait(false);
            }
        }

        if (last is { State: OrderState.Done })
        {
            DoorCounters.Count(ref counters.Answered);
            return null;
        }

        return Refuse(last?.Why switch
        {
            MissReason.HeldByPassThrough or MissReason.AssociationRefused => GatewayRefusal.Busy,
            MissReason.NoAnswer or MissReason.TooSlow or MissReason.Absent => GatewayRefusal.NoAnswer,
            _ when last?.State == OrderState.Refused => GatewayRefusal.NotAllowed,
            MissReason.Refused => GatewayRefusal.NoAnswer,
            _ => GatewayRefusal.UnknownMeter,
        });
    }

    private void Note(PassThroughRequest request, List<PassedApdu> passed, bool toMeter, ReadOnlySpan<byte> apdu)
    {
        leases.Note(request, apdu);
        if (passed.Count < PassedApdus.Most)
        {
            passed.Add(PassedApdu.Of(toMeter, apdu));
        }
    }

    /// <summary>Lets a meter go that the head-end has left.</summary>
    internal async ValueTask LetGoAsync(PassThroughRequest request, string why, CancellationToken stop)
    {
        leases.LetGo(request, why);
        await foreach (var _ in desk.ExecuteAsync(Order(request, new PassThroughOrder(HolderOf(request), 0, 0, Ends: true, default)), stop).ConfigureAwait(false))
        {
            // Whether it was still there is nobody's business any more.
        }
    }

    /// <summary>The connection counts: another one from the same place is somebody else.</summary>
    private string HolderOf(PassThroughRequest request) => $"{options.Name}, {request.Who}, connection {request.Session}";

    private MeterOrder Order(PassThroughRequest request, PassThroughOrder order) =>
        new($"{options.Name}-{request.Session}-{Interlocked.Increment(ref _orders)}", OrderKind.Exchange, request.Meter, order.ToPayload());
}
