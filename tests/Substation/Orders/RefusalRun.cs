using System.Security.Cryptography;
using System.Text;
using Concentrator.Settings;
using Simulation.Dlms;

namespace Substation.Orders;

/// <summary>What became of an order that must not be carried out.</summary>
/// <param name="Code">What the head-end was told; empty where nothing.</param>
/// <param name="Audited">Audited events it made.</param>
/// <param name="Asked">APDUs that came to any meter after it.</param>
/// <param name="Told">States the head-end was told for it.</param>
internal sealed record RefusedOrder(string Code, int Audited, long Asked, IReadOnlyList<string> Told);

/// <summary>Orders that must not be carried out, one after another at one box, which has taken others that wait: nothing else is under way while the meters are watched.</summary>
internal sealed class RefusalRun(string medium) : IDisposable
{
    private const string Write = """{"attribute":2,"class":1,"obis":"0-0:96.13.0*255","value":"090568656C6C6F"}""";
    private static readonly TimeSpan Watched = TimeSpan.FromMinutes(3);
    private readonly OrderWorld _world = new(medium, meters: 2, settings: new OrderSettings(2, ["firmware"]));
    private DlmsMeter Meter => _world.Street.All[0];

    internal async Task<Dictionary<string, object>> RunAsync()
    {
        if (!await _world.ReachedAsync().ConfigureAwait(false))
        {
            throw new InvalidOperationException($"the meters never joined over {medium}");
        }

        await _world.PassAsync(TimeSpan.FromMinutes(2)).ConfigureAwait(false);
        var tomorrow = _world.Clock.GetUtcNow().AddHours(20);
        SignedOrder Waiting(string id, string arguments) => _world.Order(id, arguments, Meter) with { NotBefore = tomorrow, Expires = tomorrow.AddHours(1) };

        // What was taken, and waits for its time: orders to be doubled, overtaken and counted.
        await TakenAsync("write", Waiting("here", Write) with { Nonce = "once" }).ConfigureAwait(false);
        await TakenAsync("disconnect", Waiting("supply-1", "{}")).ConfigureAwait(false);
        await _world.PassAsync(TimeSpan.FromMinutes(1)).ConfigureAwait(false);
        await TakenAsync("disconnect", Waiting("supply-2", """{"control":"0-0:96.3.10*255"}""")).ConfigureAwait(false);
        var firmware = OrderCases.Of("firmware now").Arguments(Meter, _world.BoxKey);
        await TakenAsync("firmware", _world.Order("waits", firmware, Meter)).ConfigureAwait(false);
        await _world.PassAsync(TimeSpan.FromMinutes(5)).ConfigureAwait(false);

        var (now, all) = (_world.Clock.GetUtcNow(), new Dictionary<string, object>());
        SignedOrder New(string id, string arguments = Write) => _world.Order(id, arguments, Meter);
        (string Kind, string Verb, string Id, Func<string> Body, bool Retained)[] kinds =
        [
            ("late", "write", "k1", () => (New("k1") with { Issued = _world.Clock.GetUtcNow().AddSeconds(-86_401) }).By(_world.Key), false),
            ("over", "write", "k2", () => (New("k2") with { Issued = now.AddHours(-2), Expires = now }).By(_world.Key), false),
            ("early", "write", "k3", () => (New("k3") with { Issued = _world.Clock.GetUtcNow().AddMinutes(6) }).By(_world.Key), false),
            ("no window", "write", "k4", () => (New("k4") with { NotBefore = _world.Clock.GetUtcNow().AddHours(5) }).By(_world.Key), false),
            ("doubled nonce", "write", "k5", () => (New("k5") with { Nonce = "once" }).By(_world.Key), false),
            ("doubled id", "write", "here", () => New("here", """{"attribute":2,"class":1,"obis":"0-0:96.13.0*255","value":"0900"}""").By(_world.Key), false),
            ("reordered", "reconnect", "k6", () => (New("k6", "{}") with { Issued = SignedOrder.Start }).By(_world.Key), false),
            ("reordered approval", "approve", "k7", () => (New("k7", """{"orderId":"not-here-yet"}""") with { Meters = [] }).By(_world.Key), false),
            ("bit of the body", "write", "k8", () => New("k8").By(_world.Key).Replace("68656C6C6F", "68656C6C6E", StringComparison.Ordinal), false),
            ("bit of the signature", "write", "k9", () => Flipped(New("k9").By(_world.Key)), false),
            ("another key", "write", "k10", () => New("k10").By(_world.Second), false),
            ("a key nobody knows", "write", "k11", () => (New("k11") with { KeyId = "hes-9" }).By(_world.Key), false),
            ("alg none", "write", "k12", () => WithHeader(New("k12"), "none", ""), false),
            ("alg HS256 with the public key", "write", "k13", () => WithHeader(New("k13"), "HS256", null), false),
            ("another verb", "write", "k14", () => (New("k14") with { Verb = "message" }).By(_world.Key), false),
            ("unsigned", "write", "k15", () => New("k15").Unsigned(), false),
            ("unsigned with a key's name", "write", "k16", () => New("k16").Unsigned(withKey: true), false),
            ("over the limit", "disconnect", "k17", () => (New("k17", """{"control":"0-0:96.3.11*255"}""") with { Issued = _world.Clock.GetUtcNow() }).By(_world.Key), false),
            ("approved by its giver", "approve", "k18", () => (New("k18", """{"orderId":"waits"}""") with { Meters = [] }).By(_world.Key), false),
            ("retained", "write", "k19", () => New("k19").By(_world.Key), true),
            ("a stranger's meter", "write", "k20", () => (New("k20") with { Meters = ["SIM0000000009999"] }).By(_world.Key), false),
            ("what measures", "write", "k21", () => New("k21", """{"attribute":2,"class":3,"obis":"1-0:1.8.0*255","value":"0600000000"}""").By(_world.Key), false),
            ("a key in clear", "mbus", "k22", () => New("k22", """{"action":"set-key","argument":"00112233445566778899AABBCCDDEEFF","channel":2}""").By(_world.Key), false),
            ("no order at all", "write", "", () => "{}", false),
        ];
        foreach (var (kind, verb, id, body, retained) in kinds)
        {
            all[kind] = await GivenAsync(verb, id, body(), retained).ConfigureAwait(false);
        }

        // The one that waits for a second word is over without it.
        await _world.UntilAsync(() => _world.HeadEnd.StatesOf("waits") is [.., "expired"], TimeSpan.FromHours(5)).ConfigureAwait(false);
        all["without a second word"] = new RefusedOrder(_world.HeadEnd.LastStatusOf("waits")!.Value.GetProperty("code").GetString()!, 1, Deeds, _world.HeadEnd.StatesOf("waits"));
        return all;
    }

    public void Dispose() => _world.Dispose();

    private long Asked => _world.Street.All.Sum(meter => meter.Asked);

    private long Deeds => _world.Deeds.Values.Sum(deeds => deeds.All.Count);

    private async Task TakenAsync(string verb, SignedOrder order)
    {
        await _world.EndAsync(Task.Run(() => _world.Box.GiveAsync(verb, order.By(_world.Key)))).ConfigureAwait(false);
        if (_world.Box.Door.Find(order.Id) is null)
        {
            throw new InvalidOperationException($"{order.Id} was not taken");
        }
    }

    private async Task<RefusedOrder> GivenAsync(string verb, string id, string body, bool retained)
    {
        var (asked, audited, told) = (Asked, _world.Box.Audited, _world.HeadEnd.All.Count);
        await _world.EndAsync(Task.Run(() => _world.Box.GiveAsync(verb, body, retained))).ConfigureAwait(false);
        await _world.PassAsync(Watched).ConfigureAwait(false);
        var status = id.Length == 0 ? null : _world.HeadEnd.LastStatusOf(id);
        return new RefusedOrder(
            status?.GetProperty("code").GetString() ?? "", _world.Box.Audited - audited, Asked - asked,
            [.. _world.HeadEnd.All.Skip(told).Where(one => one.Topic.EndsWith("/status", StringComparison.Ordinal)).Select(one => System.Text.Json.JsonDocument.Parse(one.Payload).RootElement.GetProperty("state").GetString()!)]);
    }

    /// <summary>One bit of the last octet but one of the signature.</summary>
    private static string Flipped(string body)
    {
        var at = body.Length - 6;
        return body[..at] + (body[at] == 'A' ? 'B' : 'A') + body[(at + 1)..];
    }

    /// <summary>A signature under another algorithm: none, or one whose secret is the public key.</summary>
    private string WithHeader(SignedOrder order, string algorithm, string? mark)
    {
        var body = order.Unsigned(withKey: true);
        var header = System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"alg\":\"{algorithm}\",\"kid\":\"{order.KeyId}\"}}"));
        mark ??= System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(
            Encoding.ASCII.GetBytes(_world.Key.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes($"{header}.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(body))}")));
        return $"{body[..^1]},\"signature\":\"{header}..{mark}\"}}";
    }
}
