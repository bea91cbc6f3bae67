using System.Runtime.CompilerServices;
using Metering.Orders;
using Protocols.Dlms.Apdu;

namespace Drivers.Dlms.Orders;

/// <summary>Takes APDUs of a head-end to the meter and its answers back, untouched: what they are is between the two. Nothing is repeated; a head-end asks again by itself, under a counter of its own.</summary>
internal static class PassThrough
{
    private const int MostAnswers = 128;

    internal static async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var passed = PassThroughOrder.Parse(order.Payload);
        if (passed.Apdu.IsEmpty)
        {
            yield return new OrderStep(OrderState.Done, "nothing was to be passed on", null, default);
            yield break;
        }

        var channel = await meter.PassageAsync(passed, stop).ConfigureAwait(false);
        await channel.SendAsync(passed.Apdu, stop).ConfigureAwait(false);
        if (ApduTurns.IsSilent(passed.Apdu.Span))
        {
            yield return new OrderStep(OrderState.Done, "passed on; no answer is due yet", null, default);
            yield break;
        }

        for (var answers = 1; ; answers++)
        {
            var answer = await ReceiveAsync(channel, stop).ConfigureAwait(false);
            if (!ApduTurns.IsFollowed(answer.Span) || answers == MostAnswers)
            {
                yield return new OrderStep(OrderState.Done, "passed on and answered", null, answer);
                yield break;
            }

            yield return new OrderStep(OrderState.Running, "more follows", null, answer);
        }
    }

    /// <summary>On datagrams the patience for one question is in several pieces, after each of which it would be asked again.</summary>
    private static async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(IApduChannel channel, CancellationToken stop)
    {
        for (var waited = 0; ; waited++)
        {
            try
            {
                return await channel.ReceiveAsync(stop).ConfigureAwait(false);
            }
            catch (TimeoutException) when (waited < channel.MostRepeats)
            {
            }
        }
    }
}
