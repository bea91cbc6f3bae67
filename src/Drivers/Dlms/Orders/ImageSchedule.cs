using System.Globalization;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>The schedule by which a meter activates an image itself (class 22): <code>array {structure {time octets(4), date octets(5)}}</code> in its local time.</summary>
internal static class ImageSchedule
{
    private static readonly byte[] Never = new DataWriter().Array(0).ToArray();

    /// <summary>Plans the activation and reads it back; gives what is wrong, or null.</summary>
    internal static ValueTask<string?> PlanAsync(OrderMeter meter, DateTimeOffset at, CancellationToken stop)
    {
        var local = at.DateTime;
        byte[] date = [(byte)(local.Year >> 8), (byte)local.Year, (byte)local.Month, (byte)local.Day, 0xFF];
        return WriteAsync(meter, new DataWriter().Array(1).Structure(2).Octets([(byte)local.Hour, (byte)local.Minute, (byte)local.Second, 0]).Octets(date).ToArray(), stop);
    }

    /// <summary>Calls off what is planned; gives what is wrong, or null.</summary>
    internal static async ValueTask<string?> CallOffAsync(OrderMeter meter, CancellationToken stop) =>
        (await meter.DemandAsync(Times(meter), stop).ConfigureAwait(false)).Span.SequenceEqual(Never) ? null : await WriteAsync(meter, Never, stop).ConfigureAwait(false);

    /// <summary>A time, for people.</summary>
    internal static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    private static async ValueTask<string?> WriteAsync(OrderMeter meter, byte[] times, CancellationToken stop)
    {
        var writes = new ProvenWrites(meter);
        writes.Add(Times(meter), times);
        await writes.WriteAsync(stop).ConfigureAwait(false);
        return writes.Refusal ?? await writes.DifferenceAsync(stop).ConfigureAwait(false);
    }

    private static AttributeDescriptor Times(OrderMeter meter) => new(22, meter.Profile.Controls.ImageActivation, 4);
}
