using Metering.Orders;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>
/// Gives an image transfer up: the activation that is planned is called off, and the transfer disabled, so that nothing that the meter holds is verified or activated any more. What runs
/// already cannot be taken back. The next image begins anew.
/// </summary>
internal static class ImageAbort
{
    private const sbyte Enabled = 5, Status = 6;
    private const int Activating = 5, Activated = 6;
    private static readonly byte[] No = new DataWriter().Boolean(false).ToArray();

    internal static async ValueTask<OrderStep> RunAsync(OrderMeter meter, CancellationToken stop)
    {
        meter.Before = await TextAsync(meter, stop).ConfigureAwait(false);
        var status = await NumberAsync(meter, Status, stop).ConfigureAwait(false);
        if (status is Activating or Activated)
        {
            return meter.Proven(OrderState.Failed, "the image is activated already: it cannot be taken back", meter.Before);
        }

        var fault = meter.Profile.Controls.ImageActivation.IsNone ? null : await ImageSchedule.CallOffAsync(meter, stop).ConfigureAwait(false);
        if (fault is null && await NumberAsync(meter, Enabled, stop).ConfigureAwait(false) != 0)
        {
            var writes = new ProvenWrites(meter);
            writes.Add(ImageTransfer.Attribute(Enabled), No);
            await writes.WriteAsync(stop).ConfigureAwait(false);
            fault = writes.Refusal ?? await writes.DifferenceAsync(stop).ConfigureAwait(false);
        }

        var after = await TextAsync(meter, stop).ConfigureAwait(false);
        return meter.Proven(fault is null ? OrderState.Done : OrderState.Failed, fault ?? "the image transfer is given up", after);
    }

    private static async ValueTask<string> TextAsync(OrderMeter meter, CancellationToken stop)
    {
        var status = await NumberAsync(meter, Status, stop).ConfigureAwait(false) switch
        {
            0 => "no image", 1 => "an image is being sent", 2 => "an image is being verified", 3 => "an image waits", 4 => "an image was found wrong", Activating => "an image is being activated", Activated => "the image is activated",
            7 => "an image could not be activated", var other => $"image transfer status {other}",
        };
        return $"{await FirmwareKind.FirmwareOfAsync(meter, stop).ConfigureAwait(false) ?? "unknown"}, {status}, transfer {(await NumberAsync(meter, Enabled, stop).ConfigureAwait(false) == 0 ? "disabled" : "enabled")}";
    }

    private static async ValueTask<int> NumberAsync(OrderMeter meter, sbyte attribute, CancellationToken stop) =>
        MeterReader.NumberOf(await meter.DemandAsync(ImageTransfer.Attribute(attribute), stop).ConfigureAwait(false));
}
