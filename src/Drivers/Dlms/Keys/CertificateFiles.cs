using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Protocols.Dlms.Security;

namespace Drivers.Dlms.Keys;

/// <summary>
/// Where the box's certificate and private keys stand, and whose certificates it believes: PEM files, read anew for every association, so that what is renewed holds from then on.
/// </summary>
/// <param name="Certificate">Its certificate for signing.</param>
/// <param name="Key">The private key of that.</param>
/// <param name="AgreementKey">Its private key for agreeing on keys.</param>
/// <param name="Anchors">Whose certificates are believed, and what stands between them and a meter's.</param>
/// <param name="MeterCertificate">The meter's certificate for signing, where it shows none.</param>
/// <param name="MeterAgreement">The meter's certificate for agreeing on keys.</param>
public sealed record CertificateFiles(string? Certificate, string? Key, string? AgreementKey, string? Anchors, string? MeterCertificate, string? MeterAgreement)
{
    private const int MostOctets = 256 * 1024;

    /// <summary>No file at all.</summary>
    public bool IsEmpty => (Certificate ?? Key ?? AgreementKey ?? Anchors ?? MeterCertificate ?? MeterAgreement) is null;

    /// <summary>What is wrong with the files, for one of the suites 1 and 2; null where nothing is. Whose they are and until when they hold is judged with the time.</summary>
    public string? Fault(byte suite)
    {
        using var credentials = Read(suite, default, null, out var fault);
        return fault;
    }

    /// <summary>Reads them for an association that begins now. Null where something is wrong: what.</summary>
    /// <param name="title">The box's system title, whose certificate it must be.</param>
    public Credentials? Load(byte suite, ReadOnlySpan<byte> title, DateTimeOffset now, out string? fault) => Read(suite, title, now, out fault);

    private Credentials? Read(byte suite, ReadOnlySpan<byte> title, DateTimeOffset? now, out string? fault)
    {
        fault = null;
        var bits = suite == 2 ? 384 : 256;
        var (signing, agreement) = ((ECDsa?)null, (ECDiffieHellman?)null);
        try
        {
            signing = Key is null ? null : Opened(ECDsa.Create(), Key, bits, ref fault);
            agreement = AgreementKey is null ? null : Opened(ECDiffieHellman.Create(), AgreementKey, bits, ref fault);
            var credentials = new Credentials
            {
                Signing = signing, Agreement = agreement, Certificate = Own(signing, title, now, ref fault), Trust = Believed(ref fault), JudgedAt = now ?? default,
                KnownSigning = Of(MeterCertificate, bits, ref fault), KnownAgreement = Of(MeterAgreement, bits, ref fault),
            };
            if (fault is null)
            {
                return credentials;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            fault ??= e.Message;
        }

        signing?.Dispose();
        agreement?.Dispose();
        return null;
    }

    private static T Opened<T>(T key, string path, int bits, ref string? fault)
        where T : ECAlgorithm
    {
        try
        {
            key.ImportFromPem(TextOf(path));
            if (key.KeySize != bits)
            {
                fault ??= $"{path} holds a key of {key.KeySize} bits, and the suite wants one on P-{bits}";
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            fault ??= $"{path} holds no private key on P-{bits} in PEM without a password"; // the platform's own words might quote what stands in the file
        }

        return key;
    }

    private byte[] Own(ECDsa? signing, ReadOnlySpan<byte> title, DateTimeOffset? now, ref string? fault)
    {
        if (Certificate is null)
        {
            return [];
        }

        using var certificate = Single(Certificate, ref fault);
        if (certificate is null || fault is not null)
        {
            return [];
        }

        if (signing is not null && !CertificateTrust.PublicKeyOf(certificate).AsSpan().SequenceEqual(KeyAgreement.PublicOctets(signing)))
        {
            fault = $"the certificate in {Certificate} is not that of the private key in {Key}";
        }
        else if (now is { } at && CertificateTrust.JudgeOwn(certificate, CertificateUse.Signing, title, at) is { } unfit)
        {
            fault = $"the box's own certificate serves nothing: {unfit}";
        }

        return certificate.RawData;
    }

    private static byte[] Of(string? path, int bits, ref string? fault)
    {
        if (path is null)
        {
            return [];
        }

        using var certificate = Single(path, ref fault);
        if (certificate is not null && CertificateTrust.PublicKeyOf(certificate).Length != bits / 4)
        {
            fault ??= $"the certificate in {path} has no key on P-{bits}, and the suite wants one";
        }

        return certificate?.RawData ?? [];
    }

    /// <summary>Those that issued themselves are believed; the others lead to them.</summary>
    private CertificateTrust? Believed(ref string? fault)
    {
        if (Anchors is null)
        {
            return null;
        }

        var all = All(Anchors, ref fault);
        var own = all.Where(one => one.SubjectName.RawData.AsSpan().SequenceEqual(one.IssuerName.RawData)).ToList();
        if (own.Count == 0)
        {
            fault ??= $"{Anchors} holds no certificate that was issued by itself: a chain must end in one";
        }

        var trust = new CertificateTrust(own.Select(one => (ReadOnlyMemory<byte>)one.RawData), all.Except(own).Select(one => (ReadOnlyMemory<byte>)one.RawData));
        all.ForEach(one => one.Dispose());
        return trust;
    }

    private static X509Certificate2? Single(string path, ref string? fault)
    {
        var all = All(path, ref fault);
        all.Skip(1).ToList().ForEach(one => one.Dispose());
        return all.FirstOrDefault(); // those behind it are its chain, which the other side has
    }

    private static List<X509Certificate2> All(string path, ref string? fault)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(TextOf(path));
        }
        catch (CryptographicException e)
        {
            fault ??= $"{path} holds a certificate that cannot be read: {e.Message}";
        }

        if (found.Count == 0)
        {
            fault ??= $"{path} holds no certificate in PEM";
        }

        return [.. found];
    }

    private static string TextOf(string path) => new FileInfo(path).Length <= MostOctets ? File.ReadAllText(path) : throw new IOException($"{path} is longer than {MostOctets / 1024} KiB: no certificate and no key is");
}
