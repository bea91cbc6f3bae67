using Metering;
using Metering.Driver;
using Metering.Keys;
using Protocols.Dlms.Client;
using Protocols.Dlms.Security;

namespace Drivers.Dlms.Keys;

/// <summary>Gives a session what it associates with: keys and secret of the keys file, private keys and certificates of their files.</summary>
internal sealed class SessionKeys(DlmsOptions options, IKeyRing keys, ICounterStore counters, ITimeSource time)
{
    /// <summary>A session that may begin.</summary>
    /// <param name="name">Under which name the counters of its key are kept.</param>
    /// <param name="newKeys">Those that wait in the key ring go before those that serve.</param>
    /// <param name="mark">Name of the keys among others, for <see cref="KeySparing"/>.</param>
    /// <exception cref="MeterRefusalException">Keys, certificates or the time are missing, or do not fit.</exception>
    internal ClientSession Begin(MeterId meter, AssociationSettings association, in KeyName name, bool newKeys, out ushort mark)
    {
        Span<byte> key = stackalloc byte[64], authentication = stackalloc byte[64], secret = stackalloc byte[64];
        var (length, other) = (Find(new KeyName(meter.Text, KeyPurpose.Guek, association.Client), newKeys, key), Find(new KeyName(meter.Text, KeyPurpose.Gak, association.Client), newKeys, authentication));
        var purpose = association.Mechanism == AuthenticationMechanism.Low ? KeyPurpose.Lls : KeyPurpose.Hls;
        var secretLength = Find(new KeyName(meter.Text, purpose, association.Client), newKeys, secret);
        ClientSecurity? security = null;
        Credentials? credentials = null;
        var isKeyed = association.IsCiphered || association.Mechanism == AuthenticationMechanism.Gmac;
        if (isKeyed || association.Mechanism is AuthenticationMechanism.Sha256 or AuthenticationMechanism.Ecdsa)
        {
            if (isKeyed && (length == 0 || other == 0))
            {
                throw new MeterRefusalException($"the keys file has no guek= and gak= for {meter} dlms client={association.Client}", MissReason.KeyMissing);
            }

            var wanted = association.Suite == 2 ? 32 : 16;
            if (!isKeyed && (length != wanted || other != wanted))
            {
                (length, other) = (wanted, wanted); // titles are told and proved, and nothing is ciphered: these keys serve for nothing
            }
            else if (length != wanted || other != wanted)
            {
                throw new MeterRefusalException($"suite {association.Suite} wants keys of {wanted} octets: guek= of {meter} dlms client={association.Client} has {length}, gak= {other}", MissReason.KeyMissing);
            }

            credentials = LoadCredentials(association.Suite);
            security = new ClientSecurity(association, options.SystemTitle, key[..length], authentication[..other], counters, name)
            {
                Credentials = credentials, ServerTitle = options.MeterTitle,
            };
        }

        mark = KeySparing.MarkOf(key[..length], authentication[..other], secret[..secretLength], credentials is null ? default : credentials.Certificate.Span);
        return new ClientSession(association, security, secret[..secretLength].ToArray());
    }

    /// <summary>
    /// A new encryption key has counters of its own. They begin above the old key's, which is right whether the meter counts anew or not; where the old ones are half used they begin at 1, as
    /// they must, and the meter says if it counts on.
    /// </summary>
    internal async ValueTask<KeyName> FreshCountersAsync(MeterId meter, CancellationToken stop)
    {
        var (old, client) = (keys.CountersOf(meter.Text, options.Association.Client), options.Association.Client);
        if (keys.Rotation!.FindPending(new KeyName(meter.Text, KeyPurpose.Guek, client), new byte[64]) == 0)
        {
            return old;
        }

        var fresh = KeyCounters.Of(meter.Text, client, keys.Rotation.Generation(meter.Text, client) + 1);
        var above = await counters.ReserveAsync(old, 1, 1, stop).ConfigureAwait(false);
        if (above < CounterHint.RotateFrom && counters.LastTaken(fresh) == 0)
        {
            await counters.ReserveAsync(fresh, 1, above, stop).ConfigureAwait(false);
        }

        return fresh;
    }

    private int Find(in KeyName name, bool newKeys, Span<byte> destination) => newKeys && keys.Rotation?.FindPending(name, destination) is > 0 and var length ? length : keys.Find(name, destination);

    /// <summary>Private keys and certificates, judged by the box's time: without one nothing is believed.</summary>
    private Credentials? LoadCredentials(byte suite)
    {
        if (options.Certificates is not { } files)
        {
            return null;
        }

        if (time.Now.Utc is not { } now)
        {
            throw new MeterRefusalException($"the box does not know the time, and without it no certificate is believed: {options.Port} waits until the clock is set");
        }

        return files.Load(suite, options.SystemTitle.Span, new DateTimeOffset(now, TimeSpan.Zero), out var fault) ?? throw new MeterRefusalException(fault!);
    }
}
