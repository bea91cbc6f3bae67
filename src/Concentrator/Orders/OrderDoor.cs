using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Concentrator.Ports;
using Concentrator.Security.Issued;
using Concentrator.Store.Books;
using Metering;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Authorization;
using Metering.Orders.Records;

namespace Concentrator.Orders;

/// <summary>What the door is given.</summary>
/// <param name="RolesOf">Roles of a Unix user.</param>
/// <param name="IsKnown">A meter that this box has.</param>
internal sealed record OrderDoorParts(
    OrderBook Book, Issuers Issuers, AuthorityPolicy Policy, Func<string, IReadOnlySet<Role>> RolesOf, Func<MeterId, bool> IsKnown, IOwnership Owners, ILedger Ledger, ITimeSource Time, TimeProvider Clock, ILogger Log)
{
    /// <summary>Opens what orders bring sealed; null where nothing of the kind is taken.</summary>
    internal KeyOpening? Opening { get; init; }

    /// <summary>Images that come by themselves; null where none do.</summary>
    internal ImageDesk? Images { get; init; }
}

/// <summary>
/// The one way in for orders: read, checked against their signature, judged by Authority, written down, then acknowledged. What is refused is one audited event each, as far as a flood lets it,
/// and reaches no meter.
/// </summary>
internal sealed class OrderDoor(OrderDoorParts with, BoxOrders box) : IOrderDoor, IDisposable
{
    private static readonly IReadOnlySet<Role> HeadEnd = new HashSet<Role> { Role.HeadEnd };
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly AuditLimit _refusals = new(with.Clock);

    public async ValueTask<OrderReceipt> TakeAsync(OrderEnvelope envelope, ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        await _turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var message = CommandMessage.Parse(body, out var id, out var fault);
            var unsigned = new OrderIssuer(envelope.Who ?? envelope.Upstream, HeadEnd, envelope.Upstream);
            var verb = envelope.Verb ?? message?.Verb ?? "no verb";
            if (envelope.IsRetained)
            {
                return await RefuseAsync(id, verb, unsigned, new Verdict(RefusalCode.Retained, "a broker kept it: orders are never retained, or each connection would give them again"), envelope, stop).ConfigureAwait(false);
            }

            if (message is null || (message.Verb ?? envelope.Verb) is null)
            {
                fault ??= "verb is missing: an order that comes over no topic says itself what it is";
                return await RefuseAsync(id, verb, unsigned, new Verdict(RefusalCode.Arguments, fault), envelope, stop).ConfigureAwait(false);
            }

            if (message.Verb is { } signed && signed != verb)
            {
                return await RefuseAsync(id, verb, unsigned, new Verdict(RefusalCode.Signature, $"the order says \"{signed}\" and came as \"{verb}\""), envelope, stop).ConfigureAwait(false);
            }

            var issuer = unsigned;
            if (message.Signature is not null || message.KeyId is not null)
            {
                if (Forged(message, verb) is { } forged)
                {
                    return await RefuseAsync(id, verb, unsigned, new Verdict(RefusalCode.Signature, forged), envelope, stop).ConfigureAwait(false);
                }

                issuer = unsigned with { KeyId = message.KeyId };
            }

            return await JudgeAsync(message, verb, issuer, envelope, stop).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask<OrderReceipt> SubmitAsync(string user, string verb, ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        await _turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var issuer = new OrderIssuer(user, with.RolesOf(user), "local");
            return CommandMessage.Parse(Filled(body), out var id, out var fault) is { } message
                ? await JudgeAsync(message with { KeyId = null, Signature = null }, verb, issuer, null, stop).ConfigureAwait(false)
                : await RefuseAsync(id, verb, issuer, new Verdict(RefusalCode.Arguments, fault!), null, stop).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask<OrderReceipt> DenyAsync(string who, string verb, string sentence, CancellationToken stop)
    {
        await _turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var issuer = new OrderIssuer(who, new HashSet<Role>(), "tcp");
            return await RefuseAsync(null, OrderVerbs.Find(verb)?.Name ?? "no verb", issuer, new Verdict(RefusalCode.Role, sentence), null, stop).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public IReadOnlyList<OrderView> List(int limit) => [.. with.Book.All.OrderByDescending(order => order.Opened.At).Take(limit).Select(View)];

    public void Dispose() => _turn.Dispose();

    public OrderView? Find(string id) => with.Book.Find(id) is { } order ? View(order) : null;

    private async ValueTask<OrderReceipt> JudgeAsync(CommandMessage message, string verb, OrderIssuer issuer, OrderEnvelope? envelope, CancellationToken stop)
    {
        var hash = SHA256.HashData([.. Encoding.UTF8.GetBytes(verb), 0, .. message.Signed]);
        if (with.Book.Find(message.OrderId) is { } known)
        {
            return known.Opened.ContentHash.Span.SequenceEqual(hash)
                ? await AgainAsync(known, envelope, stop).ConfigureAwait(false)
                : await RefuseAsync(message.OrderId, verb, issuer, new Verdict(RefusalCode.OtherContent, $"order {message.OrderId} is there with other content"), envelope, stop).ConfigureAwait(false);
        }

        string? fault = null;
        var kind = OrderVerbs.Find(verb)?.Kind;
        var work = kind is null ? null : OrderArguments.Read(verb, message.Arguments, out fault);
        var request = new OrderRequest(message.OrderId, verb, message.IssuedAt, message.NotBefore, message.ExpiresAt, message.Nonce, message.Meters, message.Arguments, issuer)
        {
            Target = work?.Target, SwitchesSupply = work?.SwitchesSupply ?? false, IsLegallyRelevant = work?.IsLegallyRelevant ?? false,
        };
        IReadOnlyList<OrderEntry>? same = null; // a head-end is asked for it alone
        var facts = new AuthorityFacts(with.Time.Now, with.Book.SuppliesSwitched(), with.Book.IsNonceUsed(message.Nonce), with.IsKnown, meter => with.Owners.IsOwnedElsewhere(meter, out var owner) ? owner : null)
        {
            NewestOf = meter => (same ??= with.Book.SameOf(work?.Subject, issuer)).FirstOrDefault(order => order.Meters.ContainsKey(meter))?.Request.IssuedAt,
        };
        var verdict = Authority.Judge(request, with.Policy, facts);
        verdict = verdict.IsAccepted && fault is not null ? new Verdict(RefusalCode.Arguments, fault) : verdict;
        if (verdict.IsAccepted && work?.Keys is { } keys)
        {
            verdict = Unopened(keys, message.Meters);
        }

        if (verdict.IsAccepted && work?.Image is { } image)
        {
            verdict = with.Images?.Judge(image) is not { } images ? new Verdict(RefusalCode.Arguments, "this box takes no image that comes by itself") : images.IsAccepted ? verdict : images;
        }

        if (verdict.IsAccepted && OrderVerbs.Find(verb) is { Kind: null })
        {
            verdict = box.Check(request);
        }

        if (!verdict.IsAccepted)
        {
            return await RefuseAsync(message.OrderId, verb, issuer, verdict, envelope, stop).ConfigureAwait(false);
        }

        var receipt = await OpenAsync(request, verdict, hash, work?.Note ?? "", envelope, stop).ConfigureAwait(false);
        if (work?.Image is { } named)
        {
            with.Images?.Ordered(named);
        }

        return receipt;
    }

    /// <summary>Keys that do not open here, or do not belong to the order's meters, are refused before a meter hears of them.</summary>
    private Verdict Unopened(SealedKeys keys, IReadOnlyList<MeterId> meters) =>
        keys.Fault(meters) is { } fault ? new Verdict(RefusalCode.Arguments, fault)
        : with.Opening is not { } opening ? new Verdict(RefusalCode.Sealed, "this box has no key that anything could be sealed to")
        : opening.Fault(keys) is { } unopened ? new Verdict(RefusalCode.Sealed, unopened) : default;

    private async ValueTask<OrderReceipt> OpenAsync(OrderRequest request, Verdict verdict, byte[] hash, string note, OrderEnvelope? envelope, CancellationToken stop)
    {
        var now = with.Time.Now;
        var opened = new OrderOpened(request, now.Utc, hash, verdict.WaitsForApproval) { ResponseTopic = envelope?.ResponseTopic, Correlation = envelope?.Correlation ?? default };
        var audit = new AuditRecord(request.Issuer.Text, "order " + request.Verb, request.Id, "", $"{Meters(request)}, valid to {request.ExpiresAt:yyyy-MM-ddTHH:mm:ssZ}{note}");
        await with.Book.OpenAsync(opened, audit.ToRecord(now), stop).ConfigureAwait(false);
        with.Log.OrderTaken(request.Id, request.Verb, request.Issuer.Text, request.Meters.Count);
        return new OrderReceipt(request.Id, OrderState.Accepted, "", verdict.Sentence, false);
    }

    /// <summary>The same order once more: how it stands is told again, and nothing else happens.</summary>
    private async ValueTask<OrderReceipt> AgainAsync(OrderEntry known, OrderEnvelope? envelope, CancellationToken stop)
    {
        if (envelope is not null)
        {
            await with.Book.TellAsync(
                new OrderMoved(known.Request.Id, default, known.State, known.Code, known.Sentence, null)
                {
                    Progress = known.Progress, IsDuplicate = true, ResponseTopic = envelope.ResponseTopic, Correlation = envelope.Correlation,
                }, stop).ConfigureAwait(false);
        }

        return new OrderReceipt(known.Request.Id, known.State, known.Code, known.Sentence, true);
    }

    private async ValueTask<OrderReceipt> RefuseAsync(string? id, string verb, OrderIssuer issuer, Verdict verdict, OrderEnvelope? envelope, CancellationToken stop)
    {
        var code = RefusalCodes.Text(verdict.Code);
        with.Log.OrderRefused(id ?? "without id", verb, issuer.Text, verdict.Sentence);
        if (_refusals.Takes())
        {
            var now = with.Time.Now;
            var audit = new AuditRecord(issuer.Text, "order refused", $"{verb} {id}", code, verdict.Sentence).ToRecord(now);
            if (id is not null && envelope is not null)
            {
                await with.Book.TellAsync(
                    new OrderMoved(id, default, OrderState.Refused, code, verdict.Sentence, null) { ResponseTopic = envelope.ResponseTopic, Correlation = envelope.Correlation }, stop, audit).ConfigureAwait(false);
            }
            else
            {
                await with.Ledger.AppendAsync([audit], Urgency.Order, stop).ConfigureAwait(false);
            }
        }

        return new OrderReceipt(id ?? "", OrderState.Refused, code, verdict.Sentence, false);
    }

    private string? Forged(CommandMessage message, string verb)
    {
        if (message.KeyId is null || message.Signature is null)
        {
            return "keyId and signature go together";
        }

        using var key = with.Issuers.Find(message.KeyId, verb, out var fault);
        return key is null ? fault : DetachedSignature.Check(message.Signature, message.KeyId, message.Signed, key);
    }

    /// <summary>Who stands before the box need not think of ids, nonces and times.</summary>
    private byte[] Filled(ReadOnlyMemory<byte> body)
    {
        try
        {
            if (JsonNode.Parse(body.Span) is not JsonObject order)
            {
                return body.ToArray();
            }

            var now = with.Time.Now.Utc ?? DateTime.UnixEpoch; // a box without time judges no times of its own people
            Fill(order, "orderId", () => $"local-{Guid.NewGuid():N}");
            Fill(order, "nonce", () => Guid.NewGuid().ToString("N"));
            Fill(order, "issuedAt", () => now.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
            Fill(order, "expiresAt", () => now.AddDays(1).ToString("O", System.Globalization.CultureInfo.InvariantCulture));
            return Encoding.UTF8.GetBytes(order.ToJsonString());
        }
        catch (JsonException)
        {
            return body.ToArray(); // whoever reads it next says what is wrong
        }
    }

    private static void Fill(JsonObject order, string name, Func<string> value)
    {
        if (order[name] is null)
        {
            order[name] = value();
        }
    }

    private static string Meters(OrderRequest request) => request.Meters.Count switch { 0 => "the box", 1 => request.Meters[0].Text, var many => $"{many} meters from {request.Meters[0]}" };

    private static OrderView View(OrderEntry order) => new(
        order.Request.Id, order.Request.Verb, order.Request.Issuer.Text, order.Opened.At, order.Request.NotBefore, order.Request.ExpiresAt, order.State, order.Code, order.Sentence, order.Progress.Done,
        [.. order.Meters.Select(entry => new OrderMeterView(entry.Key, entry.Value.State, entry.Value.Code, entry.Value.Sentence, entry.Value.Before, entry.Value.After, entry.Value.At))])
    {
        ChangedAt = order.ChangedAt,
    };
}
