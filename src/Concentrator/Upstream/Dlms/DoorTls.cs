using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Concentrator.Upstream.Dlms;

/// <summary>The certificate of a door, and whose certificates head-ends must show.</summary>
internal sealed class DoorTls : IDisposable
{
    private readonly SslServerAuthenticationOptions _options;
    private readonly X509Certificate2 _own;

    /// <summary>Reads the files.</summary>
    /// <exception cref="InvalidDataException">A file does not hold what it should: which, and what to do.</exception>
    internal DoorTls(DoorOptions options)
    {
        X509Certificate2Collection authorities = [];
        try
        {
            using var read = X509Certificate2.CreateFromPemFile(options.Certificate!, options.Key);
            _own = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null); // a key that was just read is not found again by the handshake on every platform
            if (options.Ca is not null)
            {
                authorities.ImportFromPemFile(options.Ca);
            }
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"upstream {options.Name}: certificate files cannot be used ({options.Ca}, {options.Certificate}, {options.Key}): {e.Message}", e);
        }

        _options = new SslServerAuthenticationOptions
        {
            ServerCertificate = _own, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13, ClientCertificateRequired = options.Ca is not null, AllowRenegotiation = false,
        };
        if (options.Ca is not null)
        {
            var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, TrustMode = X509ChainTrustMode.CustomRootTrust };
            policy.CustomTrustStore.AddRange(authorities);
            _options.CertificateChainPolicy = policy;
        }
    }

    /// <summary>The stream inside; throws <see cref="AuthenticationException"/> or <see cref="IOException"/> where the other side does not fit.</summary>
    internal async ValueTask<Stream> GreetAsync(Stream outside, CancellationToken stop)
    {
        var inside = new SslStream(outside, leaveInnerStreamOpen: false);
        try
        {
            await inside.AuthenticateAsServerAsync(_options, stop).ConfigureAwait(false);
            return inside;
        }
        catch
        {
            await inside.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose() => _own.Dispose();
}
