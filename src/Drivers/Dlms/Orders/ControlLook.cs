using Metering;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>A disconnect control as it was read: what it says, and the readings that prove it.</summary>
internal readonly record struct ControlLook(DisconnectControl Control, MeterAnswer Answer)
{
    private const ushort Class = 70;
    private const byte Temporary = 2; // not at once, but perhaps
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private static readonly byte[] Zero = new DataWriter().Int8(0).ToArray();

    /// <summary>remote_disconnect and remote_reconnect.</summary>
    internal static AttributeDescriptor Method(Obis control, bool connects) => new(Class, control, connects ? (sbyte)2 : (sbyte)1);

    /// <summary>Reads attributes 2, 3 and 4, of one moment where the meter takes lists.</summary>
    /// <exception cref="MeterRefusalException">The meter does not give them: there is no such control, or it may not be read.</exception>
    internal static async ValueTask<ControlLook> TakeAsync(OrderMeter meter, Obis control, string orderId, CancellationToken stop)
    {
        CaptureObject[] attributes = [new(Class, control, 2, 0), new(Class, control, 3, 0), new(Class, control, 4, 0)];
        var (answer, values) = await (await meter.ReaderAsync(stop).ConfigureAwait(false)).AttributesAsync(attributes, orderId, stop).ConfigureAwait(false);
        return DisconnectControl.TryRead(values[0].Span, values[1].Span, values[2].Span, out var read) ? new ControlLook(read, answer)
            : throw new MeterRefusalException($"the meter does not give attributes 2, 3 and 4 of {ModelText.OfObject(Class, control)}");
    }

    /// <summary>Looks until it stands as wanted, or has had its time to move.</summary>
    internal static async ValueTask<ControlLook> SettleAsync(OrderMeter meter, Obis control, bool connected, string orderId, CancellationToken stop)
    {
        var began = meter.Clock.GetTimestamp();
        while (true)
        {
            var asked = meter.Clock.GetElapsedTime(began); // what a slow line brings late tells how it stood when it was asked
            var look = await TakeAsync(meter, control, orderId, stop).ConfigureAwait(false);
            if (look.Control.Stands(connected) || asked >= meter.Profile.Controls.MovesWithin)
            {
                return look;
            }

            await Task.Delay(LookAgain, meter.Clock, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Moves a disconnect control by its own methods and proves it: done where it stands so already, refused where its mode cannot, and judged by what is read back alone.</summary>
    internal static async ValueTask<OrderStep> MoveAsync(OrderMeter meter, Obis control, bool connected, string what, string orderId, CancellationToken stop)
    {
        var before = await TakeAsync(meter, control, orderId, stop).ConfigureAwait(false);
        if (before.Standing(meter, connected, what) is { } settled)
        {
            return settled;
        }

        var result = await meter.ActAsync(Method(control, connected), Zero, stop).ConfigureAwait(false);
        var after = result is 0 or Temporary ? await SettleAsync(meter, control, connected, orderId, stop).ConfigureAwait(false) : await TakeAsync(meter, control, orderId, stop).ConfigureAwait(false);
        return after.Judge(meter, connected, what, result == 0 ? null : $"the meter refuses {ModelText.OfMethod(Method(control, connected))}: {Protocols.Dlms.Client.ErrorText.OfAction(result)}");
    }

    /// <summary>The final step where nothing needs to be sent, or must not; null where something is to be.</summary>
    internal OrderStep? Standing(OrderMeter meter, bool connected, string what)
    {
        meter.Before = Control.Text;
        if (Control.Stands(connected))
        {
            return Told(meter, meter.Proven(OrderState.Done, $"{what} is {Control.Text} already: nothing was sent", Control.Text));
        }

        return Control.Refusal(connected) is { } refusal ? Told(meter, meter.Proven(OrderState.Refused, $"{what}: {refusal}; nothing was sent", Control.Text)) : null;
    }

    /// <summary>The final step after something was sent: what was read back decides.</summary>
    /// <param name="refusal">What the meter said against it; null where it said it would.</param>
    internal OrderStep Judge(OrderMeter meter, bool connected, string what, string? refusal)
    {
        var isDone = Control.Stands(connected);
        var sentence = isDone ? $"{what} was {meter.Before} and is {Control.Text}" : $"{what} was told to {(connected ? "connect" : "disconnect")} and is {Control.Text} (control mode {Control.Mode})";
        return Told(meter, meter.Proven(isDone ? OrderState.Done : OrderState.Failed, refusal is null ? sentence : $"{sentence}; {refusal}", Control.Text));
    }

    /// <summary>A step with the readings that prove it.</summary>
    internal OrderStep Told(OrderMeter meter, OrderStep step) => step with { Block = Answer.Block, Told = meter.Told(Answer, null) };
}
