using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Protocols.Dlms.Security;

/// <summary>What a certificate's key may be used for.</summary>
public enum CertificateUse : byte
{
    /// <summary>digitalSignature.</summary>
    Signing = 0,
    /// <summary>keyAgreement.</summary>
    Agreement = 1,
}

/// <summary>
/// Judges X.509 certificates by configured trust anchors (IEC 62056-5-3 clause 9; profile of suites 1 and 2: P-256 or P-384, the system title in hex is the subject's common name). The platform
/// reads and verifies them; the time is passed in; nothing is fetched.
/// </summary>
public sealed class CertificateTrust
{
    private const int MostOctets = 8192;
    private readonly X509Certificate2Collection _anchors = [], _between = [];

    /// <param name="anchors">DER octets of the certificates that are believed.</param>
    /// <param name="between">DER octets of those between an anchor and the meters.</param>
    /// <exception cref="CryptographicException">One is no certificate.</exception>
    public CertificateTrust(IEnumerable<ReadOnlyMemory<byte>> anchors, IEnumerable<ReadOnlyMemory<byte>>? between = null)
    {
        foreach (var anchor in anchors)
        {
            _anchors.Add(X509CertificateLoader.LoadCertificate(anchor.Span));
        }

        foreach (var one in between ?? [])
        {
            _between.Add(X509CertificateLoader.LoadCertificate(one.Span));
        }
    }

    /// <summary>Gives why a certificate is not believed; null where it is.</summary>
    /// <param name="octets">DER.</param>
    /// <param name="title">System title of whoever shows it.</param>
    /// <param name="publicKey">x and y.</param>
    public string? Judge(ReadOnlyMemory<byte> octets, CertificateUse use, ReadOnlySpan<byte> title, DateTimeOffset at, out byte[] publicKey)
    {
        publicKey = [];
        if (octets.Length is 0 or > MostOctets)
        {
            return octets.IsEmpty ? "no certificate was shown" : $"a certificate of {octets.Length} octets is not looked at";
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(octets.Span);
            return Judge(certificate, use, title, at) ?? PublicKeyOf(certificate, out publicKey);
        }
        catch (CryptographicException e)
        {
            return $"the certificate cannot be read: {e.Message}";
        }
    }

    /// <summary>Gives why a certificate of our own serves nothing (whose it is, until when, what for); null where it does. Whether it is believed is the other side's business.</summary>
    public static string? JudgeOwn(X509Certificate2 certificate, CertificateUse use, ReadOnlySpan<byte> title, DateTimeOffset at)
    {
        var name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        var who = $"the certificate {certificate.SerialNumber} of {name}";
        if (!string.Equals(name.Replace("-", "", StringComparison.Ordinal), Convert.ToHexString(title), StringComparison.OrdinalIgnoreCase))
        {
            return $"{who} is not that of system title {Convert.ToHexString(title)}";
        }

        if (at < certificate.NotBefore || at > certificate.NotAfter)
        {
            return $"{who} is valid from {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd} to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}, not at {at.UtcDateTime:yyyy-MM-dd}";
        }

        var wanted = use == CertificateUse.Signing ? X509KeyUsageFlags.DigitalSignature : X509KeyUsageFlags.KeyAgreement;
        if (certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is not { } usage || (usage.KeyUsages & wanted) == 0)
        {
            return $"{who} is not for {(use == CertificateUse.Signing ? "signing" : "key agreement")}";
        }

        return null;
    }

    private string? Judge(X509Certificate2 certificate, CertificateUse use, ReadOnlySpan<byte> title, DateTimeOffset at)
    {
        if (JudgeOwn(certificate, use, title, at) is { } unfit)
        {
            return unfit;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_anchors);
        chain.ChainPolicy.ExtraStore.AddRange(_between);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = at.UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        return chain.Build(certificate) ? null
            : $"the certificate {certificate.SerialNumber} of {certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)}, issued by {certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true)}, leads to no trust anchor: {string.Join(", ", chain.ChainStatus.Select(one => one.Status))}";
    }

    /// <summary>The public key of a certificate as x and y; empty where it is on neither P-256 nor P-384.</summary>
    public static byte[] PublicKeyOf(X509Certificate2 certificate)
    {
        using var signing = certificate.GetECDsaPublicKey();
        using var agreement = signing is null ? certificate.GetECDiffieHellmanPublicKey() : null; // the platform gives a key for agreement under this name only
        return ((ECAlgorithm?)signing ?? agreement) is { KeySize: 256 or 384 } key ? KeyAgreement.PublicOctets(key) : [];
    }

    private static string? PublicKeyOf(X509Certificate2 certificate, out byte[] octets)
    {
        octets = PublicKeyOf(certificate);
        return octets.Length > 0 ? null : "the certificate's key is on neither P-256 nor P-384";
    }
}
