using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Unit.Live;

/// <summary>Debian's mosquitto on a free port of 127.0.0.1, with TLS and client certificates made for the test.</summary>
internal sealed class Mosquitto : IDisposable
{
    private readonly string _directory;
    private Process? _process;

    internal Mosquitto(string directory)
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/mosquitto"), "mosquitto is not installed; build.sh test installs it");
        _directory = directory;
        Port = FreePort();
        MakeCertificates();
        File.WriteAllText(Path.Combine(directory, "mosquitto.conf"), $"""
            listener {Port} 127.0.0.1
            cafile {directory}/ca.pem
            certfile {directory}/server.pem
            keyfile {directory}/server.key
            require_certificate true
            allow_anonymous true
            persistence true
            persistence_location {directory}/
            user root
            """);
        Start();
    }

    internal int Port { get; }

    internal void Start()
    {
        _process = Process.Start(new ProcessStartInfo("/usr/sbin/mosquitto", ["-c", Path.Combine(_directory, "mosquitto.conf")]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _ = _process.StandardError.ReadToEndAsync();
        for (var i = 0; i < 200; i++)
        {
            try
            {
                using var probe = new TcpClient();
                probe.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(25);
            }
        }
    }

    /// <summary>Stops it as a system does: it writes its sessions and what waits in them to the disk.</summary>
    internal void Stop()
    {
        Process.Start("kill", ["-TERM", _process!.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void MakeCertificates()
    {
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var caRequest = new CertificateRequest("CN=test CA", caKey, HashAlgorithmName.SHA256);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var ca = caRequest.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(Path.Combine(_directory, "ca.pem"), ca.ExportCertificatePem());
        Make("server", ca, "localhost");
        Make("client", ca, "dc-test");
        Make("consumer", ca, "consumer");
    }

    private void Make(string name, X509Certificate2 ca, string common)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={common}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(common);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(ca, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(20), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(_directory, name + ".pem"), certificate.ExportCertificatePem());
        var keyPath = Path.Combine(_directory, name + ".key");
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(keyPath, UnixFileMode.UserRead);
    }
}
