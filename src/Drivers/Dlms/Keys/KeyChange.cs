using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Ledger;
using Metering.Orders;
using Protocols.Dlms.Client;

namespace Drivers.Dlms.Keys;

/// <summary>
/// How far the change of a meter's keys has come: written down before every step, so that whoever comes after a kill goes on from it. The keys themselves are the key ring's.
/// <code>
/// format 1 | state | first probe | last probe, UTC ticks | 1 where the last one was made with the new key; nothing for no change
/// </code>
/// </summary>
internal sealed class KeyChange(IKeyRotation keys, IDriverMemory memory, string driver, MeterId meter, int client, ITimeSource time)
{
    private const byte Format = 1;
    private KeyRotation? _at;
    private bool _isLoaded;

    /// <summary>Whose keys.</summary>
    internal MeterId Meter => meter;

    /// <summary>A change is under way.</summary>
    internal bool IsUnderWay => Now is not null;

    private string Name => $"rotation/{meter}/{client}";

    /// <summary>Where it stands; an answer that was awaited before a kill or a loss will not come any more.</summary>
    private KeyRotation? Now
    {
        get
        {
            if (!_isLoaded)
            {
                (_isLoaded, _at) = (true, Load());
            }

            return _at is { State: KeyRotationState.Sent } sent ? sent.Next(KeyRotationEvent.Silence) : _at;
        }
    }

    /// <summary>Begins: the new keys are kept, then that they are to be sent.</summary>
    internal async ValueTask BeginAsync(IReadOnlyList<(KeyPurpose Purpose, ReadOnlyMemory<byte> Key)> wanted, CancellationToken stop)
    {
        await keys.PrepareAsync(meter.Text, client, wanted, stop).ConfigureAwait(false);
        await SetAsync(KeyRotation.Begin(), stop).ConfigureAwait(false);
        await SetAsync(KeyRotation.Begin().Next(KeyRotationEvent.Send), stop).ConfigureAwait(false);
    }

    /// <summary>The meter answered: with success, and then it has the new keys; or with an error, and then it probably has the old ones.</summary>
    internal ValueTask AnsweredAsync(bool isSuccess, CancellationToken stop) =>
        SetAsync(isSuccess ? _at!.Value.Next(KeyRotationEvent.Success) : _at!.Value.Next(KeyRotationEvent.Silence)!.Value with { TriedNew = true }, stop);

    /// <summary>Which keys an association is to be made with. A probe is written down before it is made.</summary>
    /// <exception cref="MeterRefusalException">Neither may be tried now.</exception>
    internal async ValueTask<bool> TryingAsync(CancellationToken stop)
    {
        if (Now is not { } at)
        {
            return false;
        }

        if (!keys.IsPending(meter.Text, client) || at.State is KeyRotationState.Pending)
        {
            await EndAsync(KeyRotationEvent.OldKeyServes, stop).ConfigureAwait(false); // it was settled, or never sent, when the box was killed
            return false;
        }

        if (at.State != KeyRotationState.Unknown)
        {
            return at.UsesNewKey(default) == true;
        }

        var now = time.Now.Utc ?? throw new MeterRefusalException($"nobody knows whether {meter} has its old keys or the new ones, and the box has no time to count the tries by: it waits until the clock is set", MissReason.WrongKey);
        if (at.UsesNewKey(now) is not { } usesNew)
        {
            throw new MeterRefusalException($"neither the old keys nor the new ones of {meter} serve: they are not tried again before {at.ProbeAgainAt:yyyy-MM-dd HH:mm} UTC, since meters lock themselves", MissReason.WrongKey);
        }

        await SetAsync(at.Probed(now), stop).ConfigureAwait(false);
        return usesNew;
    }

    /// <summary>The keys that were tried serve: the others are forgotten.</summary>
    internal ValueTask ServedAsync(bool newKeys, CancellationToken stop) => IsUnderWay ? EndAsync(newKeys ? KeyRotationEvent.NewKeyServes : KeyRotationEvent.OldKeyServes, stop) : ValueTask.CompletedTask;

    /// <summary>The meter does not take the keys that were tried. True where the others may be tried at once.</summary>
    internal async ValueTask<bool> FailedAsync(CancellationToken stop)
    {
        if (Now is not { } at || at.Next(KeyRotationEvent.KeyFails) is not { } next)
        {
            return false;
        }

        // An accepted key that fails was a probe of it.
        next = at.State == KeyRotationState.Accepted && time.Now.Utc is { } now ? next.Probed(now) : next;
        await SetAsync(next, stop).ConfigureAwait(false);
        return time.Now.Utc is { } then && next.UsesNewKey(then) is not null;
    }

    private async ValueTask EndAsync(KeyRotationEvent how, CancellationToken stop)
    {
        if (how == KeyRotationEvent.NewKeyServes)
        {
            await keys.CommitAsync(meter.Text, client, stop).ConfigureAwait(false);
        }
        else
        {
            await keys.RollBackAsync(meter.Text, client, stop).ConfigureAwait(false);
        }

        await SetAsync(null, stop).ConfigureAwait(false);
    }

    private KeyRotation? Load()
    {
        var kept = memory.Load(driver, Name);
        if (kept.IsEmpty || kept.Span[0] != Format)
        {
            return null;
        }

        var from = new OctetReader(kept[1..]);
        return new KeyRotation((KeyRotationState)from.Byte(), new DateTime(from.Signed(), DateTimeKind.Utc), new DateTime(from.Signed(), DateTimeKind.Utc), from.Byte() != 0);
    }

    private async ValueTask SetAsync(KeyRotation? next, CancellationToken stop)
    {
        var to = new OctetWriter();
        if (next is { } at)
        {
            to.Byte(Format);
            to.Byte((byte)at.State);
            to.Signed(at.FirstProbe.Ticks);
            to.Signed(at.LastProbe.Ticks);
            to.Byte(at.TriedNew ? (byte)1 : (byte)0);
        }

        await memory.SaveAsync(driver, Name, to.ToArray(), stop).ConfigureAwait(false);
        (_isLoaded, _at) = (true, next);
    }
}
