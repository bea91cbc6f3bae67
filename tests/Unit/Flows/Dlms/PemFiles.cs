using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Protocols.Dlms.Security;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>The files of a box and of its meter: a certificate authority, certificates and private keys in PEM, as somebody would put them beside the configuration.</summary>
internal sealed class PemFiles : IDisposable
{
    private static readonly Dictionary<byte, PemFiles> Kept = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("pem").FullName;
    private readonly ECDsa _root, _box, _meter;
    private readonly ECDiffieHellman _boxAgreement, _meterAgreement;
    private readonly X509Certificate2 _anchor;

    internal PemFiles(byte suite)
    {
        var curve = suite == 2 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256;
        (_root, _box, _meter) = (ECDsa.Create(curve), ECDsa.Create(curve), ECDsa.Create(curve));
        (_boxAgreement, _meterAgreement) = (ECDiffieHellman.Create(curve), ECDiffieHellman.Create(curve));
        var request = new CertificateRequest("CN=meters", _root, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _anchor = request.CreateSelfSigned(KeyPairs.At.AddYears(-1), KeyPairs.At.AddYears(9));
        Ca = Write("ca.pem", _anchor.ExportCertificatePem());
        Key = Write("box.key", _box.ExportPkcs8PrivateKeyPem());
        AgreementKey = Write("box-agreement.key", _boxAgreement.ExportECPrivateKeyPem());
        OtherKey = Write("other.key", _meter.ExportPkcs8PrivateKeyPem());
        Certificate = Write("box.pem", Signing(Convert.ToHexString(Conversation.Title), _box).ExportCertificatePem());
        Old = Write("old.pem", Signing(Convert.ToHexString(Conversation.Title), _box, KeyPairs.At.AddDays(-1)).ExportCertificatePem());
        Stranger = Write("stranger.pem", Signing("4D4D4D0000BC614E", _box).ExportCertificatePem());
    }

    internal string Ca { get; }

    internal string Certificate { get; }

    internal string Key { get; }

    internal string AgreementKey { get; }

    /// <summary>A private key of somebody else.</summary>
    internal string OtherKey { get; }

    /// <summary>The box's certificate as it was before it ran out.</summary>
    internal string Old { get; }

    /// <summary>A certificate for the box's key under another title.</summary>
    internal string Stranger { get; }

    internal string MeterCertificate => Path.Combine(_directory, "meter.pem");

    internal string MeterAgreement => Path.Combine(_directory, "meter-agreement.pem");

    /// <summary>Files of a suite that tests only read.</summary>
    internal static PemFiles Of(byte suite)
    {
        lock (Kept)
        {
            return Kept.TryGetValue(suite, out var kept) ? kept : Kept[suite] = new PemFiles(suite);
        }
    }

    /// <summary>Gives the meter its keys and certificates, and what it knows of the box.</summary>
    /// <param name="shows">It shows its certificate while associating.</param>
    internal void Fit(DlmsMeter meter, bool shows = true, string? title = null)
    {
        var keys = meter.Keys;
        var name = title ?? Convert.ToHexString(keys.Title);
        using var signing = Signing(name, _meter);
        (keys.Signing, keys.Agreement, keys.Certificate) = (_meter, _meterAgreement, shows ? signing.RawData : []);
        (keys.ClientSigning, keys.ClientAgreement) = (KeyAgreement.PublicOctets(_box), KeyAgreement.PublicOctets(_boxAgreement));
        lock (Kept)
        {
            Write("meter.pem", signing.ExportCertificatePem());
            var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), new PublicKey(_meterAgreement), HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyAgreement, true));
            Write("meter-agreement.pem", request.Create(_anchor, KeyPairs.At.AddYears(-1), KeyPairs.At.AddYears(1), [5, 6]).ExportCertificatePem());
        }
    }

    internal string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.Delete(path);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        return path;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private X509Certificate2 Signing(string name, ECDsa key, DateTimeOffset? until = null)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        return request.Create(_anchor, KeyPairs.At.AddYears(-1), until ?? KeyPairs.At.AddYears(1), [1, 2, 3, 4]);
    }
}
