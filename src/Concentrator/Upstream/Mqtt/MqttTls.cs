using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Concentrator.Upstream.Mqtt;

/// <summary>Certificates of one head-end: whom to trust, what to show, and a sentence for what does not fit.</summary>
internal sealed class MqttTls : IDisposable
{
    private readonly X509Certificate2Collection _authorities = [];

    /// <summary>Reads the files.</summary>
    /// <exception cref="InvalidDataException">A file does not hold what it should: which, and what to do.</exception>
    internal MqttTls(MqttUpstreamOptions options)
    {
        try
        {
            if (options.Ca is not null)
            {
                _authorities.ImportFromPemFile(options.Ca);
            }

            if (options.Certificate is not null)
            {
                Client = X509Certificate2.CreateFromPemFile(options.Certificate, options.Key);
            }
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"upstream {options.Name}: certificate files cannot be used ({options.Ca}, {options.Certificate}, {options.Key}): {e.Message}", e);
        }
    }

    /// <summary>The client certificate; null where none is configured.</summary>
    internal X509Certificate2? Client { get; }

    /// <summary>Why the last server certificate was refused; null where it was not.</summary>
    internal string? Refusal { get; private set; }

    /// <summary>The client certificate in words.</summary>
    internal string ClientText => Client is null
        ? "no client certificate is configured"
        : $"client certificate {Client.Subject}, valid until {Client.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}, was sent";

    /// <summary>Judges the server's certificate.</summary>
    internal bool Accepts(X509Certificate? certificate, SslPolicyErrors errors, string host)
    {
        Refusal = null;
        if (certificate is not X509Certificate2 server)
        {
            Refusal = "the server sent no certificate";
            return false;
        }

        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
        {
            Refusal = $"the server's certificate is for {server.GetNameInfo(X509NameType.DnsName, false)}, not for {host}: correct the url, or have the certificate made for that name";
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (_authorities.Count > 0)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        }

        if (chain.Build(server))
        {
            return true;
        }

        Refusal = $"the server's certificate ({server.Subject}, issued by {server.Issuer}) is not trusted: {string.Join("; ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()))}; set ca to the authority that issued it";
        return false;
    }

    public void Dispose() => Client?.Dispose();
}
