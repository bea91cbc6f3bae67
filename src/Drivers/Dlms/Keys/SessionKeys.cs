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
    /// <param name="mark">Name of the keys among others, for <see cref="KeySparing"/>.</param>
    /// <exception cref="MeterRefusalException">Keys, certificates or the time are missing, or do not fit.</exception>
    internal ClientSession Begin(MeterId meter, AssociationSettings association, out ushort mark)
    {
        Span<byte> key = stackalloc byte[64], authentication = stackalloc byte[64], secret = stackalloc byte[64];
        var (length, other) = (keys.Find(new KeyName(meter.Text, KeyPurpose.Guek, association.Client), key), keys.Find(new KeyName(meter.Text, KeyPurpose.Gak, association.Client), authentication));
        var purpose = association.Mechanism == AuthenticationMechanism.Low ? KeyPurpose.Lls : KeyPurpose.Hls;
        var secretLength = keys.Find(new KeyName(meter.Text, purpose, association.Client), secret);
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
            security = new ClientSecurity(association, options.SystemTitle, key[..length], authentication[..other], counters, new KeyName(meter.Text, KeyPurpose.Guek, association.Client))
            {
                Credentials = credentials, ServerTitle = options.MeterTitle,
            };
        }

        mark = KeySparing.MarkOf(key[..length], authentication[..other], secret[..secretLength], credentials is null ? default : credentials.Certificate.Span);
        return new ClientSession(association, security, secret[..secretLength].ToArray());
    }

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
