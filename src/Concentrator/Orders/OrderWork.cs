using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Authorization;
using Metering.Orders.Records;
using Protocols.Dlms.Model;

namespace Concentrator.Orders;

/// <summary>Carries out one order at one meter, or reads back what became of it.</summary>
internal sealed class OrderWork(OrderBook book, IOrderDesk desk, TimeProvider clock, ILogger log, KeyOpening? opening = null, ImageDesk? images = null)
{
    /// <summary>No order takes longer at one meter; the driver has limits of its own for each step.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    internal async Task RunAsync(OrderEntry order, MeterId meter, CancellationToken stop)
    {
        try
        {
            await (order.Meters[meter].State == OrderState.Unknown && order.Verb.AfterUnknown == AfterUnknown.ReadBack ? SettleAsync(order, meter, stop) : CarryOutAsync(order, meter, stop)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What stands in the book says what is to be done at the next start.
        }
        catch (StorageFaultException e)
        {
            log.OrdersHeld(e.Message);
        }
    }

    private async Task CarryOutAsync(OrderEntry order, MeterId meter, CancellationToken stop)
    {
        if (order.Work(out var fault) is not { } work)
        {
            await MoveAsync(order, meter, OrderState.Refused, RefusalCodes.Text(RefusalCode.Arguments), fault!, null, stop).ConfigureAwait(false);
            return;
        }

        var payload = work.Payload;
        if (work.Keys is { } keys)
        {
            var unopened = "this box has no key that anything could be sealed to";
            if (opening?.Open(keys, meter, out unopened) is not { } opened)
            {
                await MoveAsync(order, meter, OrderState.Refused, RefusalCodes.Text(RefusalCode.Sealed), unopened!, null, stop).ConfigureAwait(false); // taken by the installation before this one
                return;
            }

            payload = opened;
        }

        IImageSource? octets = null;
        if (work.Image is { } image && (octets = images?.Open(image)) is null)
        {
            return; // it went since it was looked at: the order waits for it again
        }

        // What can be repeated needs no mark before it: a crash leaves it as it was.
        if (order.Verb.AfterUnknown != AfterUnknown.Repeat)
        {
            await book.MoveAsync(order, new OrderMoved(order.Request.Id, meter, OrderState.Running, "", "", null), isTold: false, stop).ConfigureAwait(false);
        }

        var last = await LastStepAsync(new MeterOrder(order.Request.Id, order.Verb.Kind!.Value, meter, payload) { Image = octets }, stop).ConfigureAwait(false);
        if (work.Keys is not null && OrderStates.IsFinal(last.State))
        {
            KeyOpening.Wipe(payload); // the driver is through with it
        }

        log.OrderStep(order.Request.Id, meter.Text, last.State.ToString(), last.Sentence);
        if (last.State == OrderState.Failed && IsOutOfReach(last.Why))
        {
            await MoveAsync(order, meter, OrderState.Accepted, CodeOf(last.Why), last.Sentence, null, stop).ConfigureAwait(false); // nothing was sent: again, as long as it is valid
        }
        else
        {
            await MoveAsync(order, meter, last.State, last.State == OrderState.Done ? "" : last.State == OrderState.Unknown ? "unknown" : CodeOf(last.Why), last.Sentence, last, stop).ConfigureAwait(false);
        }
    }

    /// <summary>A breaker of which nobody knows: it is read, and the order is never sent again.</summary>
    private async Task SettleAsync(OrderEntry order, MeterId meter, CancellationToken stop)
    {
        var read = await LastStepAsync(new MeterOrder(order.Request.Id + "-read-back", OrderKind.Breaker, meter, OrderArguments.Read("breaker", order.Request.Arguments, out _)?.Payload ?? default), stop).ConfigureAwait(false);
        if (read.State != OrderState.Done || read.After is not { Length: > 0 } stands || DisconnectControl.Of(read.Answer.Span) is not { IsContradictory: false } control)
        {
            await MoveAsync(order, meter, OrderState.Unknown, "unknown", $"whether it was done cannot be read back yet: {read.Sentence}", null, stop).ConfigureAwait(false);
            return;
        }

        var isDone = control.Stands(connected: order.Verb.Kind == OrderKind.Reconnect); // armed is enough where only a hand closes it
        await MoveAsync(
            order, meter, isDone ? OrderState.Done : OrderState.Failed, isDone ? "" : "not-done", isDone ? $"read back: {stands}" : $"read back: {stands}; the order did not come to it, and is not sent again", read, stop).ConfigureAwait(false);
    }

    private async ValueTask<OrderStep> LastStepAsync(MeterOrder order, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(Longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        OrderStep? last = null;
        try
        {
            await foreach (var step in desk.ExecuteAsync(order, either.Token).ConfigureAwait(false))
            {
                last = step;
            }
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return new OrderStep(OrderState.Unknown, e.Message, null, default); // how far it came nobody said
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new OrderStep(OrderState.Unknown, $"it was given up after {Longest.TotalHours:0} h", null, default);
        }

        return last is { } end && OrderStates.IsFinal(end.State) || last?.State == OrderState.Unknown ? last : new OrderStep(OrderState.Unknown, "the driver ended without a word", null, default);
    }

    private ValueTask MoveAsync(OrderEntry order, MeterId meter, OrderState state, string code, string sentence, OrderStep? step, CancellationToken stop) =>
        book.MoveAsync(
            order, new OrderMoved(order.Request.Id, meter, state, code, sentence, null) { Before = step?.Before, After = step?.After }, isTold: state != OrderState.Accepted, stop);

    private static bool IsOutOfReach(MissReason why) => why is MissReason.NeverRegistered or MissReason.NotConnected or MissReason.Absent or MissReason.BranchDown or MissReason.AssociationRefused or MissReason.NoAnswer
        or MissReason.HeldByPassThrough or MissReason.NotYet or MissReason.TooSlow;

    private static string CodeOf(MissReason why) => why == MissReason.None ? "failed" : WireWord.Of(why);
}
