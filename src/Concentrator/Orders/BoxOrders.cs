using System.Text.Json;
using Metering;
using Metering.Orders;
using Metering.Orders.Authorization;
using Metering.Orders.Records;

namespace Concentrator.Orders;

/// <summary>What the box can do itself.</summary>
/// <param name="Resend">Gives a head-end a range of the ledger once more; false where there is no such head-end.</param>
/// <param name="Expect">Expects a meter; gives the refusal, or null.</param>
/// <param name="Retire">Reads a meter no more; gives the refusal, or null.</param>
internal sealed record BoxDoors(
    Func<string, ulong, ulong, bool> Resend, Func<MeterId, string, CancellationToken, ValueTask<string?>> Expect, Func<MeterId, string, CancellationToken, ValueTask<string?>> Retire);

/// <summary>Orders that no meter hears of: cancel, approve, resend, meters.</summary>
internal sealed class BoxOrders(OrderBook book, BoxDoors doors)
{
    /// <summary>Whether it can be carried out, as things stand.</summary>
    internal Verdict Check(OrderRequest request)
    {
        try
        {
            using var document = JsonDocument.Parse(request.Arguments);
            var args = document.RootElement;
            return request.Verb switch
            {
                "cancel" => Subject(args) is not { } order ? Unknown(args, RefusalCode.NotCancellable)
                    : order.IsOver ? new Verdict(RefusalCode.NotCancellable, $"order {order.Request.Id} is over: {WireWord.Of(order.State)}")
                    : !request.Issuer.Roles.Overlaps(order.Verb.Roles) ? new Verdict(RefusalCode.Role, $"{request.Issuer.Text} could not have given \"{order.Verb.Name}\", and does not cancel it") : default,
                "approve" => Subject(args) is not { WaitsForApproval: true } order ? Unknown(args, RefusalCode.NothingToApprove) : Authority.JudgeApproval(order.Request, request.Issuer),
                "resend" => Range(args) is { } ? default : new Verdict(RefusalCode.Arguments, "args wants {\"from\": first sequence, \"to\": last sequence}"),
                _ => Lists(args) is { } ? default : new Verdict(RefusalCode.Arguments, "args wants {\"expect\": [meter ids], \"retire\": [meter ids]}, one of them at least"),
            };
        }
        catch (JsonException)
        {
            return new Verdict(RefusalCode.Arguments, "args is no JSON");
        }
    }

    /// <summary>Carries it out.</summary>
    internal async ValueTask<(OrderState State, string Sentence)> ExecuteAsync(OrderEntry entry, CancellationToken stop)
    {
        var request = entry.Request;
        using var document = JsonDocument.Parse(request.Arguments);
        var args = document.RootElement;
        switch (request.Verb)
        {
            case "cancel":
                return await CancelAsync(Subject(args), request, stop).ConfigureAwait(false);
            case "approve" when Subject(args) is { WaitsForApproval: true } order:
                await book.MoveAsync(order, new OrderMoved(order.Request.Id, default, OrderState.Accepted, "", $"approved by {request.Issuer.Text}", null) { Progress = order.Progress, IsApproved = true }, isTold: true, stop).ConfigureAwait(false);
                return (OrderState.Done, $"order {order.Request.Id} is approved");
            case "approve":
                return (OrderState.Failed, "nothing waits for this approval any more");
            case "resend" when Range(args) is { } range:
                return doors.Resend(request.Issuer.Door, range.First, range.Last) ? (OrderState.Done, $"sequences {range.First} to {range.Last} are sent once more, as far as they are kept")
                    : (OrderState.Failed, $"there is no head-end {request.Issuer.Door} to send to");
            default:
                return await MetersAsync(Lists(args)!.Value, request.Issuer.Text, stop).ConfigureAwait(false);
        }
    }

    private async ValueTask<(OrderState State, string Sentence)> CancelAsync(OrderEntry? order, OrderRequest request, CancellationToken stop)
    {
        if (order is null || order.IsOver)
        {
            return (OrderState.Failed, "it was over before it could be cancelled");
        }

        foreach (var meter in order.Meters.Where(entry => entry.Value.State == OrderState.Accepted).Select(entry => entry.Key).ToList())
        {
            await book.MoveAsync(order, new OrderMoved(order.Request.Id, meter, OrderState.Cancelled, "cancelled", $"cancelled by {request.Issuer.Text}", null), isTold: true, stop).ConfigureAwait(false);
        }

        return (OrderState.Done, $"what had not begun of order {order.Request.Id} is cancelled");
    }

    private async ValueTask<(OrderState State, string Sentence)> MetersAsync((List<MeterId> Expect, List<MeterId> Retire) lists, string issuer, CancellationToken stop)
    {
        var refusals = new List<string>();
        foreach (var (meters, change) in new[] { (lists.Expect, doors.Expect), (lists.Retire, doors.Retire) })
        {
            foreach (var meter in meters)
            {
                if (await change(meter, issuer, stop).ConfigureAwait(false) is { } refusal)
                {
                    refusals.Add($"{meter}: {refusal}");
                }
            }
        }

        var all = lists.Expect.Count + lists.Retire.Count;
        return (refusals.Count == 0 ? OrderState.Done : refusals.Count < all ? OrderState.Partial : OrderState.Failed,
            refusals.Count == 0 ? $"{lists.Expect.Count} expected, {lists.Retire.Count} retired" : string.Join("; ", refusals.Take(10)));
    }

    private OrderEntry? Subject(JsonElement args) =>
        args.ValueKind == JsonValueKind.Object && args.TryGetProperty("orderId", out var id) && id.ValueKind == JsonValueKind.String ? book.Find(id.GetString()!) : null;

    private Verdict Unknown(JsonElement args, RefusalCode code) => Subject(args) is { } order
        ? new Verdict(code, $"order {order.Request.Id} does not wait for approval") : new Verdict(code, "args wants {\"orderId\": an order that is here}");

    private static (ulong First, ulong Last)? Range(JsonElement args) =>
        args.ValueKind == JsonValueKind.Object && args.TryGetProperty("from", out var from) && args.TryGetProperty("to", out var to) && from.ValueKind == JsonValueKind.Number && to.ValueKind == JsonValueKind.Number
        && from.TryGetUInt64(out var first) && to.TryGetUInt64(out var last) && first > 0 && first <= last ? (first, last) : null;

    private static (List<MeterId> Expect, List<MeterId> Retire)? Lists(JsonElement args)
    {
        var (expect, retire) = (new List<MeterId>(), new List<MeterId>());
        foreach (var (name, to) in new[] { ("expect", expect), ("retire", retire) })
        {
            if (args.ValueKind != JsonValueKind.Object || !args.TryGetProperty(name, out var list))
            {
                continue;
            }

            foreach (var item in list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().ToArray() : [default])
            {
                if (item.ValueKind != JsonValueKind.String || !MeterId.TryParse(item.GetString(), out var meter))
                {
                    return null;
                }

                to.Add(meter);
            }
        }

        return expect.Count + retire.Count > 0 ? (expect, retire) : null;
    }
}
