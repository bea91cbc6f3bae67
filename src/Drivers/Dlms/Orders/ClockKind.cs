using System.Globalization;
using System.Runtime.CompilerServices;
using Metering;
using Metering.Driver;
using Metering.Orders;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>
/// Looks at the meter's clock and moves it where the rule allows. That it will be moved is written down before, with what it shows: after a power cut in between the clock itself tells whether it
/// was, and is moved no second time in a day. What it showed before and after is an event.
/// </summary>
internal sealed class ClockKind : IOrderKind
{
    private static readonly Obis OwnLog = new(0, 0, 1, 0, 0, 255);

    /// <summary>The shortest load profile of electricity meters: where the meter's own is not known, its captures are among these.</summary>
    private static readonly TimeSpan CapturePeriod = TimeSpan.FromMinutes(5);

    public OrderKind Kind => OrderKind.Clock;

    public bool PassesOwner => true;

    public string? Refusal(MeterOrder order)
    {
        ClockOrder.Parse(order.Payload); // throws where it is none; there is nothing else to refuse
        return null;
    }

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var task = ClockOrder.Parse(order.Payload).Task;
        var before = await ClockLook.TakeAsync(meter, stop).ConfigureAwait(false);
        meter.Before = before.Meter.ToString();
        var window = meter.Profile.ClockWindow;
        var reading = new ClockReading(before.Difference, before.Uncertainty, before.Meter.ToLocal(), CapturePeriod, ClockMark.Load(meter).LastMoved(before, window.Ignore));
        var decision = ClockRule.Decide(new ClockLimits(window.Ignore, window.Shift, window.Set), meter.Time.Trust, reading, meter.Time.Now.Utc ?? default);
        switch (decision.Move)
        {
            case ClockMove.Keep:
                yield return new OrderStep(OrderState.Done, decision.Sentence, null, before.Data);
                yield break;
            case ClockMove.Wait:
                yield return new OrderStep(OrderState.Failed, decision.Sentence, null, before.Data) { Why = MissReason.NotYet }; // in some minutes it may
                yield break;
            case ClockMove.Refrain:
                yield return new OrderStep(OrderState.Partial, decision.Sentence + "; looked at, not touched", null, before.Data);
                yield break;
            case ClockMove.AskOperator:
                yield return new OrderStep(OrderState.Partial, decision.Sentence, null, before.Data) { Told = Tell(meter, before, ClockEvent.BeyondWindow, decision.Sentence, task), Why = MissReason.ClockBeyondWindow };
                yield break;
        }

        var mark = ClockMark.Begin(meter.Time.Now.Utc!.Value, before, reading.LastMoved);
        await mark.SaveAsync(meter, stop).ConfigureAwait(false);
        var isSet = await MoveAsync(decision.Move, before, meter, stop).ConfigureAwait(false);
        await mark.Moved().SaveAsync(meter, stop).ConfigureAwait(false);
        var after = await ClockLook.TakeAsync(meter, stop).ConfigureAwait(false);
        var sentence = $"{(isSet ? "set" : "shifted")}: {decision.Sentence}, {before.Meter} before, {after.Meter} after, {Seconds(after.Difference)} off now";
        var moved = after.Difference.Duration() < before.Difference.Duration();
        yield return new OrderStep(moved ? OrderState.Done : OrderState.Failed, moved ? sentence : "the meter's clock did not move: " + sentence, null, after.Data)
        {
            Told = Tell(meter, after, isSet ? ClockEvent.Set : ClockEvent.Shifted, sentence, task), Before = meter.Before, After = after.Meter.ToString(),
        };
    }

    /// <summary>True where it was set, false where it was shifted.</summary>
    private static async ValueTask<bool> MoveAsync(ClockMove move, ClockLook before, OrderMeter meter, CancellationToken stop)
    {
        if (move == ClockMove.Shift)
        {
            var shift = new ActionProcedure(ClockLook.Shift, new DataWriter().Int16((short)-Math.Round(before.Difference.TotalSeconds)).ToArray());
            await (await meter.VisitAsync(stop).ConfigureAwait(false)).RunAsync(shift, stop).ConfigureAwait(false);
            if (shift.Result.Result == 0)
            {
                return false;
            }
        }

        // Meters without shift_time are set.
        var set = new SetProcedure(ClockLook.Time, before.ToSet(meter, meter.Time.Now.Utc!.Value));
        await (await meter.VisitAsync(stop).ConfigureAwait(false)).RunAsync(set, stop).ConfigureAwait(false);
        return set.Result == 0 ? true : throw new MeterRefusalException($"the meter's clock cannot be set: {ErrorText.OfDataAccess(set.Result)}");
    }

    /// <summary>The box's own event, dated by the box's clock.</summary>
    private static DriverEvent Tell(OrderMeter meter, ClockLook look, ClockEvent number, string sentence, string? task)
    {
        var at = CosemTime.Of(meter.Time.Now.Utc!.Value, 0, summerTime: false);
        return meter.Told(new MeterAnswer(null, [new MeterEvent(OwnLog, (int)number, "own", at, 0, sentence)], look.Data, null), task);
    }

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:F1} s");
}
