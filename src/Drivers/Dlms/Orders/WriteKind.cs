using System.Runtime.CompilerServices;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>Writes one attribute, and reads it back: what the meter holds afterwards is the answer.</summary>
internal sealed class WriteKind : IOrderKind
{
    private const int MostShown = 32;

    public OrderKind Kind => OrderKind.Write;

    public string? Refusal(MeterOrder order) => WriteOrder.Parse(order.Payload) is var write && !AXdrReader.IsOneData(write.Value.Span) ? $"the value for {Text(write)} is no single Data in A-XDR" : null;

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var write = WriteOrder.Parse(order.Payload);
        var target = Descriptor(write.Target);
        var visit = await meter.VisitAsync(stop).ConfigureAwait(false);
        meter.Before = Shown(await visit.GetAsync(target, null, stop).ConfigureAwait(false));
        var result = await meter.WriteAsync(target, write.Value, stop).ConfigureAwait(false);
        if (result != 0)
        {
            throw new MeterRefusalException($"the meter refuses {Text(write)}: {ErrorText.OfDataAccess(result)}");
        }

        var after = await visit.GetAsync(target, null, stop).ConfigureAwait(false);
        var sentence = after is null ? $"{Text(write)} is written; it cannot be read back: {ErrorText.OfDataAccess(visit.LastError ?? 250)}"
            : after.Value.Span.SequenceEqual(write.Value.Span) ? $"{Text(write)} is written and reads back as it was sent"
            : $"{Text(write)} is written; the meter holds another form of it now";
        yield return meter.Proven(OrderState.Done, sentence, Shown(after)) with { Answer = after ?? default };
    }

    /// <summary>A value as octets; null where the meter does not give it.</summary>
    private static string? Shown(ReadOnlyMemory<byte>? data) => data is not { } value ? null
        : value.Length > MostShown ? Convert.ToHexString(value.Span[..MostShown]) + ".." : Convert.ToHexString(value.Span);

    internal static AttributeDescriptor Descriptor(CosemTarget target) => new(target.ClassId, target.Name, target.Number);

    private static string Text(WriteOrder write) => ModelText.OfAttribute(Descriptor(write.Target));
}
