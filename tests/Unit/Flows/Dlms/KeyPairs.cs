using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Metering.Keys;
using Protocols.Dlms.Client;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>Private keys and certificates of a client and of its meter, and conversations between them.</summary>
internal sealed class KeyPairs
{
    private readonly ECDsa _root, _clientSigning, _meterSigning;
    private readonly ECDiffieHellman _clientAgreement, _meterAgreement;
    private readonly X509Certificate2 _anchor;

    internal KeyPairs(byte suite)
    {
        Curve = suite == 2 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256;
        (_root, _clientSigning, _meterSigning) = (ECDsa.Create(Curve), ECDsa.Create(Curve), ECDsa.Create(Curve));
        (_clientAgreement, _meterAgreement) = (ECDiffieHellman.Create(Curve), ECDiffieHellman.Create(Curve));
        var request = new CertificateRequest("CN=root", _root, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _anchor = request.CreateSelfSigned(At.AddYears(-1), At.AddYears(9));
    }

    internal static DateTimeOffset At { get; } = new(2026, 11, 23, 10, 7, 30, TimeSpan.Zero);

    internal ECCurve Curve { get; }

    /// <summary>A conversation in which both sides have each other's keys, in certificates or configured.</summary>
    internal Conversation Talk(DlmsMeterPlan plan, AssociationSettings settings, bool product = false, bool certificates = false, Func<DateTimeOffset>? judgedAt = null, string? meterName = null)
    {
        var trust = new CertificateTrust([_anchor.RawData]);
        Credentials Side(ECDsa signing, ECDiffieHellman agreement, string name, ECDsa theirs, ECDiffieHellman theirAgreement, byte[] kek) => new()
        {
            Signing = signing, Agreement = agreement, Certificate = certificates ? Certificate(signing, name) : default, Trust = certificates ? trust : null, JudgedAt = (judgedAt ?? (() => At))(),
            TheirSigning = certificates ? default(ReadOnlyMemory<byte>) : KeyAgreement.PublicOctets(theirs), TheirAgreement = KeyAgreement.PublicOctets(theirAgreement), Wrapping = kek,
        };

        var clientName = Convert.ToHexString(Conversation.Title);
        var talk = new Conversation(
            plan, settings,
            credentials: meter => Side(_clientSigning, _clientAgreement, clientName, _meterSigning, _meterAgreement, meter.Keys.Kek),
            host: !product ? null : meter =>
            {
                var security = new HostSecurity(
                    meter.Keys.Title, plan.Suite, meter.Keys.Guek, meter.Keys.Gak, meter.Keys.Secret, new MemoryCounters(), new KeyName("host", KeyPurpose.Guek, 1),
                    Side(_meterSigning, _meterAgreement, meterName ?? Convert.ToHexString(meter.Keys.Title), _clientSigning, _clientAgreement, meter.Keys.Kek));
                security.Grant(1, 1000);
                return security;
            });
        var keys = talk.Meter.Keys;
        (keys.Signing, keys.Agreement) = (_meterSigning, _meterAgreement);
        (keys.ClientSigning, keys.ClientAgreement) = (KeyAgreement.PublicOctets(_clientSigning), KeyAgreement.PublicOctets(_clientAgreement));
        keys.Certificate = certificates ? Certificate(_meterSigning, meterName ?? Convert.ToHexString(keys.Title)) : [];
        return talk;
    }

    private byte[] Certificate(ECDsa key, string name)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        return request.Create(_anchor, At.AddYears(-1), At.AddYears(1), [1, 2, 3, 4]).RawData;
    }
}
