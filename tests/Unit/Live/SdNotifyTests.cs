using System.Net.Sockets;
using System.Text;
using Concentrator.Board;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Live;

/// <summary>What systemd hears, on a datagram socket of its kind.</summary>
public sealed class SdNotifyTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("notify").FullName;
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };

    [Fact]
    public async Task Ready_the_verdict_and_the_watchdog_at_half_its_time()
    {
        var path = Path.Combine(_directory, "s");
        _systemd.Bind(new UnixDomainSocketEndPoint(path));
        var clock = new FakeTimeProvider();
        var notify = new SdNotify(path, TimeSpan.FromSeconds(10), clock);
        notify.Tell("READY=1");
        Assert.Equal("READY=1", Heard());
        using var stop = new CancellationTokenSource();
        var running = notify.RunAsync(() => "All is well.", stop.Token);
        Assert.Equal(["STATUS=All is well.", "WATCHDOG=1"], new[] { Heard(), Heard() });
        clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal(0, _systemd.Available);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(["STATUS=All is well.", "WATCHDOG=1"], new[] { Heard(), Heard() });
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void Nobody_there_harms_nobody()
    {
        new SdNotify(Path.Combine(_directory, "nobody"), null, TimeProvider.System).Tell("READY=1");
        new SdNotify(null, null, TimeProvider.System).Tell("READY=1");
    }

    public void Dispose()
    {
        _systemd.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string Heard()
    {
        var buffer = new byte[1000];
        return Encoding.UTF8.GetString(buffer, 0, _systemd.Receive(buffer));
    }
}
