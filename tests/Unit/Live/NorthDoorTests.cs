using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Unit.Flows.Upstream.Dlms;

namespace Unit.Live;

/// <summary>The shipped service with a DLMS meter on TCP and a door for head-ends; a head-end that associates, lists meters and reads one through the box, before and after a kill, with strangers at the door.</summary>
public sealed class NorthDoorTests : IDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 16).Select(i => (byte)i)], Authentication = [.. Enumerable.Range(0xD0, 16).Select(i => (byte)i)];
    private readonly string _directory = Directory.CreateTempSubdirectory("north").FullName;
    private readonly DlmsMeter _meter = new(new DlmsMeterPlan(7, 7), () => TimeProvider.System.GetUtcNow().UtcDateTime);
    private readonly MeterPort _port;
    private readonly int _door = Mosquitto.FreePort();
    private readonly ECDsa _signs = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ServiceProcess _box;

    public NorthDoorTests()
    {
        _box = new ServiceProcess(ServiceProcess.Shipped, Path.Combine(_directory, "concentrator.toml"), Path.Combine(_directory, "state"));
        _port = MeterPort.OnTcp(_meter, new MeterPace(7, 100), Path.Combine(_directory, "meter.url"));
        var keys = Path.Combine(_directory, "meters.keys");
        File.WriteAllLines(keys, [.. _meter.KeyLines, $"DC-NORTH dlms client=1 suite=0 guek={Convert.ToHexString(Key)} gak={Convert.ToHexString(Authentication)}"]);
        File.SetUnixFileMode(keys, UnixFileMode.UserRead);
        File.WriteAllText(Path.Combine(_directory, "hes-1.pem"), _signs.ExportSubjectPublicKeyInfoPem());
        File.WriteAllText(Path.Combine(_directory, "concentrator.toml"), $"""
            id = "dc-north"
            flag = "XYZ"
            [upstream.scada]
            url = "dlms://127.0.0.1:{_door}"
            allow = ["127.0.0.1"]
            association = {"{"} mechanism = "hls-gmac", suite = 0 {"}"}
            passThrough = ["SIM*"]
            [[driver]]
            name = "feeder"
            family = "dlms"
            port = "{File.ReadAllText(Path.Combine(_directory, "meter.url")).Trim()}"
            profile = "idis"
            [keys]
            file = "{keys}"
            [[issuer]]
            keyId = "hes-1"
            publicKey = "{_directory}/hes-1.pem"
            orders = ["disconnect"]
            [http]
            listen = "127.0.0.1:{Mosquitto.FreePort()}"
            """);
    }

    [Requirement("E5", "E6", "I-G2")]
    [Fact]
    public async Task A_head_end_lists_meters_and_reads_one_end_to_end_through_the_running_service_also_after_a_kill()
    {
        ServiceProcess.MustBeThere(ServiceProcess.Shipped);
        uint boxCounter = 0, ours = 1, ownToMeter = 10_000;
        for (var life = 0; life < 2; life++)
        {
            using var service = _box.Start();
            using var client = await ConnectAsync();
            var (headEnd, session) = (new HeadEnd(client.GetStream()), HeadEnd.Session(Key, Authentication, first: ours));
            Assert.Null(await headEnd.AssociateAsync(session));
            var saps = await headEnd.GetAsync(session, 17, "0-0:41.0.0*255", 2);
            Assert.Contains(Convert.ToHexString("XYZDCU"u8), Convert.ToHexString(saps.Data.Span), StringComparison.Ordinal);
            await ListedAsync(headEnd, session);
            var (toMeter, prefix) = (HeadEnd.Session(_meter.Keys.Guek, _meter.Keys.Gak, first: ownToMeter), new GatewayPrefix(0, Encoding.ASCII.GetBytes(_meter.Name)));
            Assert.Null(await headEnd.AssociateAsync(toMeter, prefix));
            var energy = await headEnd.GetAsync(toMeter, 3, "1-0:1.8.0*255", 2, prefix: prefix);
            Assert.Null(energy.Error);
            Assert.Equal(0x06, energy.Data.Span[0]);
            Assert.Null(await headEnd.RunAsync(toMeter, toMeter.Release(), prefix));
            Assert.True(session.Security!.LastReceived > boxCounter, $"the box answered under {session.Security.LastReceived} after {boxCounter}");
            (boxCounter, ours, ownToMeter) = (session.Security.LastReceived!.Value, session.Security.LastUsed + 1, ownToMeter + 1000);
            var (code, output) = _box.Tool("meter", "read", _meter.Name, "--what", "1-0:1.8.0*255", "--jsonl");
            Assert.True(code == 0, output + _box.Log); // the box reads on, beyond the counter the head-end used
            if (life == 0)
            {
                await ServiceProcess.KillAsync(service);
                continue;
            }

            Assert.Contains("scada", _box.Tool("status").Output, StringComparison.Ordinal);
            await ServiceProcess.StopAsync(service);
            Assert.Equal(0, service.ExitCode);
        }

        Assert.Equal(0, _meter.Keys.Repeated);
    }

    [Requirement("E6", "F4")]
    [Fact]
    public async Task An_order_written_over_DLMS_outlives_a_kill_and_is_done_once_and_one_without_signature_is_not_taken()
    {
        ServiceProcess.MustBeThere(ServiceProcess.Shipped);
        var now = TimeProvider.System.GetUtcNow();
        var order = new Substation.Orders.SignedOrder("d1", "{}", [_meter.Name]) { Verb = "disconnect", Issued = now, Expires = now.AddHours(1) };
        byte[] Written(string body) => new DataWriter().Octets(Encoding.UTF8.GetBytes(body)).ToArray();
        using (var first = _box.Start())
        {
            using var client = await ConnectAsync();
            var (headEnd, session) = (new HeadEnd(client.GetStream()), HeadEnd.Session(Key, Authentication));
            Assert.Null(await headEnd.AssociateAsync(session));
            await ListedAsync(headEnd, session);
            Assert.Equal(3, await headEnd.SetAsync(session, 1, "0-0:96.128.20*255", 2, Written(order.Unsigned())));
            var taken = await headEnd.SetAsync(session, 1, "0-0:96.128.20*255", 2, Written(order.By(_signs)));
            Assert.True(taken == 0, Encoding.UTF8.GetString((await headEnd.GetAsync(session, 1, "0-0:96.128.20*255", 2)).Data.Span));
            await ServiceProcess.KillAsync(first); // at once: whether the meter heard of it nobody knows
        }

        using var service = _box.Start();
        using var again = await ConnectAsync();
        var (back, toBox) = (new HeadEnd(again.GetStream()), HeadEnd.Session(Key, Authentication, first: 10_000));
        Assert.Null(await back.AssociateAsync(toBox));
        var began = Stopwatch.GetTimestamp();
        List<List<string>> rows;
        do
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Street.Hang, $"the order was never done{_box.Log}");
            await Task.Delay(100);
            rows = ListRows.Of(await back.GetAsync(toBox, 7, "0-0:96.128.21*255", 2));
        }
        while (rows is not [{ } row] || row[4] != "02");
        Assert.Equal((Convert.ToHexString("d1"u8), "00000001"), (rows[0][1], rows[0][7]));
        Assert.Equal((0, 1), (_meter.Part<Breaker>()!.Control.State, _meter.Part<Breaker>()!.Control.TimesTold));
        await ServiceProcess.StopAsync(service);
        Assert.Equal(0, service.ExitCode);
    }

    [Fact]
    public async Task A_flood_of_strangers_and_of_silent_connections_keeps_nobody_out_who_may_come()
    {
        ServiceProcess.MustBeThere(ServiceProcess.Shipped);
        using var service = _box.Start();
        using (var first = await ConnectAsync())
        {
            Assert.Null(await new HeadEnd(first.GetStream()).AssociateAsync(HeadEnd.Session(Key, Authentication)));
        }

        using var stop = new CancellationTokenSource();
        var refused = 0;
        var flood = Enumerable.Range(0, 4).Select(_ => FloodAsync(() => Interlocked.Increment(ref refused), stop.Token)).ToArray();
        using var silent = await ConnectAsync();
        await silent.GetStream().WriteAsync((byte[])[0, 1, 0, 1]);
        var (began, associations) = (Stopwatch.GetTimestamp(), 0u);
        for (; associations < 20 || Volatile.Read(ref refused) < 200; associations++)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Street.Hang, $"{associations} visits beside {refused} refused connections{_box.Log}");
            using var client = await ConnectAsync();
            var (headEnd, session) = (new HeadEnd(client.GetStream()), HeadEnd.Session(Key, Authentication, first: 1000 * (associations + 1)));
            Assert.Null(await headEnd.AssociateAsync(session));
            Assert.Null((await headEnd.GetAsync(session, 1, "0-0:42.0.0*255", 2)).Error);
        }

        await stop.CancelAsync();
        await Task.WhenAll(flood);
        Assert.False(service.HasExited, _box.Log);
        Assert.Contains("scada", _box.Tool("status").Output, StringComparison.Ordinal);
        await ServiceProcess.StopAsync(service);
        Assert.Equal(0, service.ExitCode);
    }

    public void Dispose()
    {
        _box.Dispose();
        _port.Dispose();
        _signs.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Comes from an address that is not allowed, and is sent away, again and again.</summary>
    private async Task FloodAsync(Action refused, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
                await socket.ConnectAsync(IPAddress.Loopback, _door, stop);
                if (await socket.ReceiveAsync(new byte[1], stop) == 0)
                {
                    refused();
                }
            }
            catch (SocketException)
            {
                refused();
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
    }

    private async Task ListedAsync(HeadEnd headEnd, ClientSession session)
    {
        var wanted = Convert.ToHexString(Encoding.ASCII.GetBytes(_meter.Name));
        var began = Stopwatch.GetTimestamp();
        string list;
        do
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Street.Hang, $"the meter was never listed as reached{_box.Log}");
            await Task.Delay(100);
            list = Convert.ToHexString((await headEnd.GetAsync(session, 7, "0-0:96.128.0*255", 2)).Data.Span);
        }
        while (!(list.Contains(wanted, StringComparison.Ordinal) && list.EndsWith("0301", StringComparison.Ordinal)));
    }

    private async Task<TcpClient> ConnectAsync()
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(50))
        {
            var client = new TcpClient { NoDelay = true };
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, _door);
                return client;
            }
            catch (SocketException)
            {
                client.Dispose();
                Assert.True(Stopwatch.GetElapsedTime(began) < Street.Hang, $"the door never opened{_box.Log}");
            }
        }
    }
}
