using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Concentrator.Ports;
using Concentrator.Upstream.Dlms;
using Microsoft.Extensions.Logging.Abstractions;
using Unit.Flows.Upstream.Dlms;

namespace Unit.Live;

/// <summary>The door on a real socket: TLS, certificates of head-ends, the port that is taken.</summary>
public sealed class DoorSocketTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("door").FullName;

    [Requirement("P5, P6")]
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Behind_TLS_a_head_end_associates_and_where_its_certificate_is_asked_for_nobody_without_one_comes_in(bool withCertificates)
    {
        var (own, ownKey) = Make("door", "CN=localhost");
        var (theirs, theirKey) = Make("hes", "CN=hes");
        await using var bench = new NorthBench(options => options with { Certificate = own, Key = ownKey, Ca = withCertificates ? theirs : null });
        await using var door = await Opened.OpenAsync(bench);
        using var certificate = Pkcs12(theirs, theirKey);
        using var doors = X509Certificate2.CreateFromPemFile(own, ownKey);
        var expected = doors.GetCertHashString();
        using var client = new TcpClient();
        await client.ConnectAsync(door.At);
        await using var tls = new SslStream(client.GetStream(), false, (_, shown, _, _) => shown?.GetCertHashString() == expected);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ClientCertificates = withCertificates ? [certificate] : null });
        Assert.Null(await new HeadEnd(tls).AssociateAsync(bench.Session()));
        using var stranger = Pkcs12(own, ownKey);
        foreach (var shown in withCertificates ? new X509CertificateCollection?[] { null, [stranger] } : [])
        {
            using var other = new TcpClient();
            await other.ConnectAsync(door.At);
            await using var outside = new SslStream(other.GetStream(), false, (_, shown, _, _) => shown?.GetCertHashString() == expected);
            Assert.False(await IsLetInAsync(outside, shown));
        }

        using var clear = new TcpClient();
        await clear.ConnectAsync(door.At);
        await clear.GetStream().WriteAsync((byte[])[0, 1, 0, 16, 0, 1, 0, 1, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0]);
        Assert.True(await Patience.UntilAsync(() => bench.Told.Any(one => one.What == DoorEventKind.ConnectionRefused && one.Sentence.Contains("TLS", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_and_tried_again_until_it_is_free()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var bench = new NorthBench(options => options with { Listen = (IPEndPoint)taken.LocalEndpoint });
        await using var door = new Opened(bench);
        Assert.True(await Patience.UntilAsync(() => door.Door.View.Sentence?.Contains("cannot be listened at", StringComparison.Ordinal) == true));
        Assert.False(door.Door.View.Connected);
        taken.Stop();
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => door.Door.At is not null, TimeSpan.FromSeconds(1)));
        Assert.Null(door.Door.View.Sentence);
    }

    [Fact]
    public async Task Associations_one_after_another_on_connections_of_their_own()
    {
        await using var bench = new NorthBench(options => options with { Connections = 256, PerClient = 256 }); // one that closed leaves a moment later
        await using var door = await Opened.OpenAsync(bench);
        const int Times = 400;
        var began = Stopwatch.GetTimestamp();
        for (var i = 0u; i < Times; i++)
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(door.At);
            Assert.Null(await new HeadEnd(client.GetStream()).AssociateAsync(bench.Session(first: 1 + (i * 10))));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Times / Stopwatch.GetElapsedTime(began).TotalSeconds:F0} connections with an association a second, both ends in this process"));
        Assert.Equal(Times, bench.Counted.Associations);
        Assert.True(await Patience.UntilAsync(() => bench.Parts.Guard.Inside == 0));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>A side that does not fit hears of it after its own handshake: with the first octets it reads.</summary>
    private static async Task<bool> IsLetInAsync(SslStream outside, X509CertificateCollection? shown)
    {
        try
        {
            await outside.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ClientCertificates = shown });
            await outside.WriteAsync((byte[])[0, 1, 0, 16, 0, 1, 0, 1, 0xC0]);
            return await outside.ReadAsync(new byte[16]) > 0;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return false;
        }
    }

    private (string Certificate, string Key) Make(string name, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(10));
        var (path, keyPath) = (Path.Combine(_directory, name + ".pem"), Path.Combine(_directory, name + ".key"));
        File.WriteAllText(path, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        return (path, keyPath);
    }

    private static X509Certificate2 Pkcs12(string certificate, string key)
    {
        using var read = X509Certificate2.CreateFromPemFile(certificate, key);
        return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
    }

    private sealed class Opened : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        internal Opened(NorthBench bench)
        {
            var push = new AlarmPush(bench.Options, bench.Parts.Push.Setup, new SleepingLedger(), bench, bench.Counters, bench.Memory, bench.Time, bench.Clock, bench.Counted);
            Door = new HeadEndDoor(bench.Parts, push, NullLogger.Instance);
            _running = Door.RunAsync(_stop.Token);
        }

        internal HeadEndDoor Door { get; }

        internal IPEndPoint At => Door.At!;

        internal static async Task<Opened> OpenAsync(NorthBench bench)
        {
            var door = new Opened(bench);
            Assert.True(await Patience.UntilAsync(() => door.Door.At is not null));
            return door;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _stop.Dispose();
        }
    }

    private sealed class SleepingLedger : ILedgerReader
    {
        public ulong DurableSequence => 0;

        public IReadOnlyList<StoredRecord> Read(ulong first, ulong last, Metering.Ledger.RecordClass recordClass, int maxRecords, int maxOctets, out ulong next)
        {
            next = last + 1;
            return [];
        }

        public Task WaitBeyondAsync(ulong sequence, CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
    }
}
