using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Host;

namespace Concentrator.Upstream.Dlms.Objects;

/// <summary>
/// Class 1: an order is written, as JSON in an octet-string, and how the one stands that the same client wrote last is read, likewise (docs/dlms-north.md).
/// </summary>
/// <param name="caller">Who writes and reads.</param>
/// <param name="takes">Orders are taken from such an association.</param>
internal sealed class OrderObject(BoxCaller caller, DoorOrders orders, bool takes) : CosemObject(1, 0, new Obis(0, 0, 96, 128, 20, 255)), IOutsideObject
{
    private const int Value = 2;

    public override int Attributes => Value;

    public override AccessRight RightOn(int attribute) => attribute == Value && takes ? AccessRight.Read | AccessRight.Write : AccessRight.Read;

    public override bool IsOutside(int member, bool isMethod) => member == Value && !isMethod;

    public override DataResult Get(int attribute, Selection? access) => attribute != Value ? Error(Undefined) : access is not null ? Error(ScopeViolated) : Result(orders.StatusOf(caller));

    public async ValueTask<ActionResult> CarryOutAsync(OutsideWork work, CancellationToken stop) => new(
        OctetsOf(work.Value) is not { } order ? TypeUnmatched : order.Length > DoorOrders.MostOctets ? ScopeViolated : await orders.TakeAsync(caller, order).ConfigureAwait(false), null);

    private static byte[]? OctetsOf(ReadOnlyMemory<byte>? data)
    {
        var reader = new AXdrReader(data.GetValueOrDefault().Span);
        return reader.TryItem(out var item) && item.Tag == AXdrTag.OctetString && reader.Remaining == 0 ? item.Content.ToArray() : null;
    }
}
