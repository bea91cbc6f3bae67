using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Metering.Keys;
using Metering.Orders;
using Protocols.Dlms.Client;

namespace Drivers.Dlms.Orders;

/// <summary>
/// Changes the keys of a meter (specification 8.6): the new ones are kept first, then all of them go in one call, then an association under them is made, and only then the old ones are
/// forgotten. Which keys serve afterwards is the result; where nobody knows, the next association finds out, new keys first, and at most two in a day.
/// </summary>
internal sealed class KeysKind : IOrderKind
{
    private const int Wrapping = 8;

    public OrderKind Kind => OrderKind.Keys;

    public string? Refusal(MeterOrder order)
    {
        var keys = KeysOrder.Parse(order.Payload).Keys;
        var purposes = keys.Select(key => key.Purpose).ToArray();
        return keys.Count == 0 ? "the order brings no keys"
            : Array.Exists(purposes, purpose => purpose is not (KeyPurpose.Guek or KeyPurpose.Gbek or KeyPurpose.Gak or KeyPurpose.Hls)) ? "an order changes guek, gbek, gak or hls, and nothing else"
            : purposes.Distinct().Count() != purposes.Length ? "a key stands twice in the order"
            : purposes.Contains(KeyPurpose.Hls) && purposes.Length > 1 ? "the secret of an association is changed by an order of its own: it goes in another call, and one change must be settled before the next"
            : keys.Any(key => key.Wrapped.Length != key.Clear.Length + Wrapping) ? "a wrapped key is eight octets longer than the key"
            : keys.Any(key => key.Purpose == KeyPurpose.Hls ? key.Clear.Length is < 16 or > 64 || key.Clear.Length % 8 != 0 : key.Clear.Length is not (16 or 32)) ? "keys have 16 or 32 octets, a secret 16 to 64 in steps of eight"
            : null;
    }

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var keys = KeysOrder.Parse(order.Payload);
        var rotation = meter.Keys.Rotation ?? throw new MeterRefusalException("this box changes no keys: its key ring keeps them as they are");
        if (meter.Change is not { } change || !meter.IsEncrypted)
        {
            throw new MeterRefusalException("keys are changed in an encrypted association only, and this one is not");
        }

        if (keys.Keys.FirstOrDefault(key => key.Purpose != KeyPurpose.Hls && key.Clear.Length != meter.KeyLength) is { } wrong)
        {
            throw new MeterRefusalException($"suite {meter.Suite} wants keys of {meter.KeyLength} octets, and {Name(wrong)} has {wrong.Clear.Length}");
        }

        var visit = await meter.VisitAsync(stop).ConfigureAwait(false); // settles a change before this one, too
        meter.Before = Text(meter, rotation);
        if (keys.Keys.All(key => Serves(meter, key)))
        {
            yield return meter.Proven(OrderState.Done, "these keys serve already: nothing was sent", meter.Before);
            yield break;
        }

        yield return new OrderStep(OrderState.Running, $"changing {string.Join(", ", keys.Keys.Select(Name))}", null, default) { Before = meter.Before };
        IReadOnlyList<(KeyPurpose, ReadOnlyMemory<byte>)> wanted = [.. keys.Keys.Select(key => (key.Purpose, key.Clear))];
        if (keys.Keys is [{ Purpose: KeyPurpose.Gbek }] || (keys.Keys is [{ Purpose: KeyPurpose.Hls }] && !meter.ProvesSecret))
        {
            yield return await ByItsWordAsync(meter, rotation, keys, wanted, stop).ConfigureAwait(false);
            yield break;
        }

        await change.BeginAsync(wanted, stop).ConfigureAwait(false);
        meter.IsUnproven = true;
        Expect(meter, visit, keys);
        var action = Method(keys);
        await visit.RunAsync(action, stop).ConfigureAwait(false);
        await change.AnsweredAsync(action.Result.Result == 0, stop).ConfigureAwait(false);
        await meter.DropAsync().ConfigureAwait(false); // a release would be under keys that may be the meter's no more
        await meter.VisitAsync(stop).ConfigureAwait(false);
        var isDone = keys.Keys.All(key => Serves(meter, key));
        yield return meter.Proven(
            isDone ? OrderState.Done : OrderState.Failed,
            isDone ? "the meter was associated with under the new keys; the old ones are forgotten"
            : $"the old keys serve still, and the new ones are forgotten{(action.Result.Result == 0 ? "" : ": the meter refuses them, " + ErrorText.OfAction(action.Result.Result))}",
            Text(meter, rotation));
    }

    /// <summary>No association proves a broadcast key, nor a secret it is not made with: the meter's word is all there is. To send the same one again is harmless.</summary>
    private static async ValueTask<OrderStep> ByItsWordAsync(OrderMeter meter, IKeyRotation rotation, KeysOrder keys, IReadOnlyList<(KeyPurpose, ReadOnlyMemory<byte>)> wanted, CancellationToken stop)
    {
        await rotation.PrepareAsync(meter.Id.Text, meter.Client, wanted, stop).ConfigureAwait(false);
        var action = Method(keys);
        await (await meter.VisitAsync(stop).ConfigureAwait(false)).RunAsync(action, stop).ConfigureAwait(false);
        if (action.Result.Result != 0)
        {
            await rotation.RollBackAsync(meter.Id.Text, meter.Client, stop).ConfigureAwait(false);
            return meter.Proven(OrderState.Failed, $"the meter refuses the key: {ErrorText.OfAction(action.Result.Result)}", Text(meter, rotation));
        }

        await rotation.CommitAsync(meter.Id.Text, meter.Client, stop).ConfigureAwait(false);
        var what = keys.Keys[0].Purpose == KeyPurpose.Gbek ? "the broadcast key" : "the secret, which this association is not proved by,";
        return meter.Proven(OrderState.Done, $"the meter took {what} by its own word", $"{Name(keys.Keys[0])} taken, by the meter's word");
    }

    private static ActionProcedure Method(KeysOrder keys) => keys.Keys is [{ Purpose: KeyPurpose.Hls } secret] ? SecuritySetup.ChangeSecret(secret.Wrapped.Span)
        : SecuritySetup.TransferKeys(keys.Setup.IsNone ? SecuritySetup.Default : keys.Setup, [.. keys.Keys.Select(key => (Of(key.Purpose), key.Wrapped))]);

    private static SetupKey Of(KeyPurpose purpose) => purpose switch { KeyPurpose.Guek => SetupKey.Unicast, KeyPurpose.Gbek => SetupKey.Broadcast, _ => SetupKey.Authentication };

    /// <summary>The answer may be under the old keys or the new ones already.</summary>
    private static void Expect(OrderMeter meter, MeterVisit visit, KeysOrder keys)
    {
        if (visit.Session.Security is not { } security || !keys.Keys.Any(key => key.Purpose is KeyPurpose.Guek or KeyPurpose.Gak))
        {
            return;
        }

        Span<byte> key = stackalloc byte[64], authentication = stackalloc byte[64];
        var (length, other) = (Take(meter, keys, KeyPurpose.Guek, key), Take(meter, keys, KeyPurpose.Gak, authentication));
        security.Expect(key[..length], authentication[..other]);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(authentication);
    }

    private static int Take(OrderMeter meter, KeysOrder keys, KeyPurpose purpose, Span<byte> to)
    {
        if (keys.Keys.FirstOrDefault(key => key.Purpose == purpose) is not { } changed)
        {
            return meter.Keys.Find(new KeyName(meter.Id.Text, purpose, meter.Client), to);
        }

        changed.Clear.Span.CopyTo(to);
        return changed.Clear.Length;
    }

    private static bool Serves(OrderMeter meter, NewKey key)
    {
        Span<byte> now = stackalloc byte[64];
        var length = meter.Keys.Find(new KeyName(meter.Id.Text, key.Purpose, meter.Client), now);
        var isSame = CryptographicOperations.FixedTimeEquals(now[..length], key.Clear.Span);
        CryptographicOperations.ZeroMemory(now);
        return isSame;
    }

    private static string Text(OrderMeter meter, IKeyRotation rotation) =>
        string.Create(CultureInfo.InvariantCulture, $"client {meter.Client} with its key number {rotation.Generation(meter.Id.Text, meter.Client) + 1}");

    private static string Name(NewKey key) => key.Purpose switch { KeyPurpose.Guek => "guek", KeyPurpose.Gbek => "gbek", KeyPurpose.Gak => "gak", _ => "hls" };
}
