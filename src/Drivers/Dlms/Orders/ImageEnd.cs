using System.Security.Cryptography;
using Metering.Ledger;
using Metering.Orders;

namespace Drivers.Dlms.Orders;

/// <summary>
/// The order whose image a meter took last, written down when the meter has it: the same order, given again because nobody knew how it went, brings no second image and activates none, but tells
/// how it stands.
/// </summary>
internal static class ImageEnd
{
    /// <summary>Blocks of the image, and the firmware before it; null where this order did not come so far.</summary>
    internal static (uint Blocks, string? Before)? Find(OrderMeter meter, MeterOrder order)
    {
        var octets = meter.Memory.Load(meter.Driver, NameOf(meter));
        if (octets.IsEmpty)
        {
            return null;
        }

        var from = new OctetReader(octets);
        return from.Text() == order.Id && from.Octets().Span.SequenceEqual(SHA256.HashData(order.Payload.Span)) ? ((uint)from.Number(), from.OptionalText()) : null;
    }

    /// <summary>Writes it down.</summary>
    internal static ValueTask SaveAsync(OrderMeter meter, MeterOrder order, uint blocks, string? before, CancellationToken stop)
    {
        var to = new OctetWriter();
        to.Text(order.Id);
        to.Octets(SHA256.HashData(order.Payload.Span));
        to.Number(blocks);
        to.Text(before);
        return meter.Memory.SaveAsync(meter.Driver, NameOf(meter), to.ToArray(), stop);
    }

    private static string NameOf(OrderMeter meter) => $"image-end/{meter.Id}";
}
