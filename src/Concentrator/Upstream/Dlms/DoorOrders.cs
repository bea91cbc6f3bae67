using System.Text.Json;
using Concentrator.Ports;
using Concentrator.Upstream.Dlms.Objects;
using Metering;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Authorization;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Concentrator.Upstream.Dlms;

/// <summary>
/// Orders of head-ends at a door: each goes the way of those over <c>cmd/{verb}</c>, and is answered once it is written down. What becomes of them is told nobody here: it is there to be read.
/// </summary>
internal sealed class DoorOrders(DoorOptions options, IOrderDoor door, ITimeSource time)
{
    /// <summary>No longer order is taken here: an image comes by image transfer.</summary>
    internal const int MostOctets = 128 * 1024;

    /// <summary>Rows of the lists.</summary>
    internal const int MostOrders = 256, MostResults = 4096;

    private const int MostCallers = 64, LongestText = 200;
    private static readonly Obis Clock = new(0, 0, 1, 0, 0, 255), Words = new(0, 0, 96, 13, 0, 255);
    private static readonly string[] Passing = [RefusalCodes.Text(RefusalCode.ClockUnset), RefusalCodes.Text(RefusalCode.Busy)];
    private readonly Lock _lock = new();
    private readonly OrderedDictionary<string, (OrderReceipt Receipt, DateTime? At)> _last = [];

    /// <summary>Columns of the list of orders: taken at, id, verb, issuer, state, code, words, meters that are through, of how many.</summary>
    internal static IReadOnlyList<CaptureObject> OrderColumns { get; } =
        [new(8, Clock, 2, 0), Own(23), Own(24), Own(25), Own(26), Own(27), new(1, Words, 2, 0), Own(28), Own(29)];

    /// <summary>Columns of the list of results: at, id of the order, meter, state, code, words, how it stood before, and after.</summary>
    internal static IReadOnlyList<CaptureObject> ResultColumns { get; } =
        [new(8, Clock, 2, 0), Own(23), new(1, new Obis(0, 0, 42, 0, 0, 255), 2, 0), Own(26), Own(27), new(1, Words, 2, 0), Own(30), Own(31)];

    /// <summary>Takes an order; gives a data-access-result.</summary>
    internal async ValueTask<byte> TakeAsync(BoxCaller caller, ReadOnlyMemory<byte> body)
    {
        try
        {
            // Who goes in the middle of it changes nothing: it is written down whole, or not at all.
            var receipt = await door.TakeAsync(new OrderEnvelope(options.Name, null, false, null, default) { Who = caller.Name }, body, CancellationToken.None).ConfigureAwait(false);
            Note(caller, receipt);
            return receipt is not { State: OrderState.Refused, IsDuplicate: false } ? CosemObject.Success
                : Passing.Contains(receipt.Code) ? CosemObject.TemporaryFailure : CosemObject.Denied;
        }
        catch (StorageFaultException e)
        {
            Note(caller, new OrderReceipt("", OrderState.Refused, "storage", $"it was not written down, and so not taken: {e.Message}", false));
            return CosemObject.TemporaryFailure;
        }
    }

    /// <summary>How the order stands that somebody wrote last, as over <c>cmd/{orderId}/status</c>; null-data where there was none since the service began.</summary>
    internal byte[] StatusOf(BoxCaller caller)
    {
        (OrderReceipt Receipt, DateTime? At) last;
        lock (_lock)
        {
            if (!_last.TryGetValue(caller.Name, out last))
            {
                return new DataWriter().Null().ToArray();
            }
        }

        var receipt = last.Receipt;
        var status = receipt is not { State: OrderState.Refused, IsDuplicate: false } && door.Find(receipt.OrderId) is { } order
            ? new OrderStatusMessage(order.Id, WireWord.Of(order.State), CodeOf(order.Code), order.Sentence, order.Done, order.Meters.Count, order.ChangedAt, receipt.IsDuplicate)
            : new OrderStatusMessage(receipt.OrderId, WireWord.Of(receipt.State), CodeOf(receipt.Code), receipt.Sentence, 0, 0, last.At, receipt.IsDuplicate);
        return BoxData.Octets(JsonSerializer.SerializeToUtf8Bytes(status, OrderJson.Default.OrderStatusMessage));
    }

    /// <summary>The newest orders of the box, whoever gave them, the newest last.</summary>
    internal IEnumerable<ListRow> Orders() => door.List(MostOrders).OrderBy(order => order.TakenAt).Select(order => new ListRow(
        order.TakenAt,
        [
            BoxData.Instant(order.TakenAt), BoxData.Text(order.Id), BoxData.Text(order.Verb), BoxData.Text(order.Issuer), BoxData.Enum((byte)order.State), BoxData.Text(order.Code),
            BoxData.Text(Short(order.Sentence)), BoxData.Number(order.Done), BoxData.Number(order.Meters.Count),
        ]));

    /// <summary>How it went at each meter of these, what came last last.</summary>
    internal IEnumerable<ListRow> Results() => door.List(MostOrders).SelectMany(order => order.Meters.Where(meter => meter.State != OrderState.Accepted || meter.At is not null).Select(meter => (order.Id, Meter: meter)))
        .OrderBy(one => one.Meter.At).TakeLast(MostResults).Select(one => new ListRow(
            one.Meter.At,
            [
                BoxData.Instant(one.Meter.At), BoxData.Text(one.Id), BoxData.Text(one.Meter.Meter.Text), BoxData.Enum((byte)one.Meter.State), BoxData.Text(one.Meter.Code),
                BoxData.Text(Short(one.Meter.Sentence)), BoxData.Text(Short(one.Meter.Before)), BoxData.Text(Short(one.Meter.After)),
            ]));

    private void Note(BoxCaller caller, OrderReceipt receipt)
    {
        lock (_lock)
        {
            _last.Remove(caller.Name);
            if (_last.Count >= MostCallers)
            {
                _last.RemoveAt(0); // a client chooses its system title: no more of them are remembered
            }

            _last.Add(caller.Name, (receipt, time.Now.Utc));
        }
    }

    private static CaptureObject Own(byte e) => new(1, new Obis(0, 0, 96, 128, e, 255), 2, 0);

    private static string? CodeOf(string code) => code.Length > 0 ? code : null;

    private static string? Short(string? text) => text?.Length > LongestText ? text[..LongestText] : text;
}
