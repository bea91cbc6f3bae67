using System.Net;
using System.Net.Sockets;
using Drivers.Dlms;
using Drivers.Ports;
using Metering;
using Metering.Driver;
using Metering.Orders;
using Microsoft.Extensions.Time.Testing;
using Protocols.Dlms.Client;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Simulation.Modems;
using Substation;
using Unit.Flows.Dlms;

namespace Unit.Live;

/// <summary>The driver on a real tty and on real sockets, with a line between it and the meter that spoils what passes: HLS-5 in suites 0, 1 and 2.</summary>
public class SpoiledLineTests
{
    private static readonly DateTime World = new(2026, 11, 23, 10, 7, 30, DateTimeKind.Utc);

    [Requirement("I-M")]
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Octets_one_by_one_lost_and_damaged_on_a_tty_cost_time_and_nothing_else(byte suite)
    {
        var seed = Environment.TickCount;
        var meter = new DlmsMeter(new DlmsMeterPlan(3, 7, 5, true, suite, HistoryDays: 1), () => World);
        using var pty = new Pty();
        var stop = new CancellationTokenSource();
        var spoiled = 0;
        var line = new Thread(() => spoiled = ServeTty(pty, meter, new Random(seed), stop.Token)) { IsBackground = true };
        line.Start();
        var options = Options("tty", suite) with { Framing = DlmsFraming.Hdlc, PhysicalAddress = 17, Hdlc = new HdlcParameters(128, 128, 3, 3), AnswerWithin = TimeSpan.FromSeconds(2.4) };
        await MustReadAsync(meter, options, _ => new(SerialLink.Open(pty.Path, 9600)), seed);
        await stop.CancelAsync();
        line.Join();
        Assert.True(spoiled > 3, $"seed {seed}: {spoiled} octets were spoiled");
    }

    [Requirement("I-M")]
    [Fact]
    public async Task A_meter_on_a_tty_that_hears_its_own_speed_alone_is_signed_on_to_in_mode_E()
    {
        var meter = new DlmsMeter(new DlmsMeterPlan(3, 7, HistoryDays: 1), () => World);
        var optical = new MeterModeE(new MeterModeEPlan('6'));
        using var pty = new Pty();
        var stop = new CancellationTokenSource();
        var line = new Thread(() => ServeTty(pty, meter, null, stop.Token, optical)) { IsBackground = true };
        line.Start();
        var options = Options("tty", 0) with { Framing = DlmsFraming.ModeE, PhysicalAddress = 17, Baud = 19_200, AnswerWithin = TimeSpan.FromSeconds(4) };
        await MustReadAsync(meter, options, _ => new(SerialLink.Open(pty.Path, 19_200)), 0);
        await stop.CancelAsync();
        line.Join();
        Assert.True(optical.SignOns > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Datagrams_lost_doubled_and_overtaken_cost_time_and_nothing_else(byte suite)
    {
        var seed = Environment.TickCount;
        var world = World;
        var meter = new DlmsMeter(new DlmsMeterPlan(3, 7, 5, true, suite, LongestPdu: 240, HistoryDays: 1), () => world);
        using var port = new MeterUdpPort(meter, new MeterPace(1, 1000), null);
        using var relay = new Relay(port.Port, seed);
        var options = Options($"udp://127.0.0.1:{relay.Port}", suite) with { AnswerWithin = TimeSpan.FromSeconds(2) };
        await MustReadAsync(meter, options, async cancel => await UdpLink.OpenAsync("127.0.0.1", relay.Port, cancel), seed, () => world = world.AddMinutes(4)); // an association whose release was lost is forgotten by then
        Assert.True(relay.Spoiled > 3, $"seed {seed}: {relay.Spoiled} datagrams were spoiled");
    }

    [Fact]
    public async Task A_meter_that_is_away_for_a_while_is_found_again_on_the_same_socket()
    {
        using var alone = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        alone.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var there = (IPEndPoint)alone.LocalEndPoint!;
        await using var link = await UdpLink.OpenAsync("127.0.0.1", there.Port, CancellationToken.None);
        alone.Close();
        for (var i = 0; i < 3; i++)
        {
            await link.WriteAsync(new byte[] { 1 }, CancellationToken.None); // nobody is there: the kernel says so after the first
        }

        using var back = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        back.Bind(there);
        await link.WriteAsync(new byte[] { 2 }, CancellationToken.None);
        var buffer = new byte[10];
        var heard = await back.ReceiveFromAsync(buffer, there).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((1, 2), (heard.ReceivedBytes, (int)buffer[0]));
        back.SendTo([3, 4], heard.RemoteEndPoint);
        Assert.Equal([3, 4], (await link.Input.ReadAsync()).ToArray());
    }

    private static DlmsOptions Options(string port, byte suite) => new(
        "feeder", port, DlmsFraming.Wrapper, new AssociationSettings { Client = 1, Mechanism = AuthenticationMechanism.Gmac, Suite = suite, IsCiphered = true },
        MeterProfiles.Find("idis"), (byte[])[.. "DCU"u8, 1, 2, 3, 4, 5]);

    private static async Task MustReadAsync(DlmsMeter meter, DlmsOptions options, Func<CancellationToken, ValueTask<IPort>> open, int seed, Action? afterFailure = null)
    {
        var counters = new MemoryCounters();
        var told = new List<string>();
        for (var tries = 0; tries < 25; tries++)
        {
            await using var driver = new DlmsDriver(options, open, new MeterKeyRing(meter), counters, new FakeTime(new FakeTimeProvider()), TimeProvider.System, new FreshMemory());
            using var stop = new CancellationTokenSource();
            var listening = new TaskCompletionSource();
            var running = Task.Run(async () =>
            {
                try
                {
                    await foreach (var one in driver.RunAsync(stop.Token))
                    {
                        if (one is DriverEvent.LinkChanged { State: LinkState.Listening })
                        {
                            listening.TrySetResult();
                        }
                    }
                }
                catch (Exception e) when (e is IOException or TimeoutException or OperationCanceledException)
                {
                    told.Add(e.Message);
                }
            });
            OrderStep? last = null;
            if (await Task.WhenAny(listening.Task, running) == listening.Task)
            {
                var order = new MeterOrder("order-1", OrderKind.Read, MeterId.Parse(meter.Name), new ReadOrder("load-profile", null, null, "task").ToPayload());
                await foreach (var step in driver.ExecuteAsync(order, stop.Token))
                {
                    last = step;
                }
            }

            await stop.CancelAsync();
            await running;
            if (last is { State: OrderState.Done })
            {
                DlmsDriverTests.AssertRows(meter, last.Block!);
                return;
            }

            told.Add(last?.Sentence ?? "");
            afterFailure?.Invoke();
        }

        Assert.Fail($"25 tries failed; seed {seed}: {string.Join("; ", told)}");
    }

    /// <summary>A meter's end of a tty, and the line in front of it; gives how many octets were spoiled.</summary>
    private static int ServeTty(Pty pty, DlmsMeter meter, Random? random, CancellationToken stop, MeterModeE? optical = null)
    {
        var hdlc = new MeterHdlc(new MeterHdlcPlan(Window: 3));
        var spoiled = 0;
        while (!stop.IsCancellationRequested)
        {
            var octets = pty.Read(20);
            if (octets.Length == 0 && !pty.IsOpen)
            {
                hdlc.Drop();
                meter.Drop();
                optical?.Look(false);
                stop.WaitHandle.WaitOne(20);
                continue;
            }

            if (optical is not null)
            {
                (octets, var answer) = optical.Take(octets, pty.Baud);
                stop.WaitHandle.WaitOne(answer.Length > 0 ? 400 : 0); // a meter waits 200 ms before it answers, and so long does our choice take to it
                pty.Write(answer);
            }

            var connected = hdlc.IsConnected;
            hdlc.Take(Spoil(octets));
            if (connected && !hdlc.IsConnected)
            {
                meter.Drop();
            }

            while (hdlc.TryTake(out var client, out var apdu))
            {
                if (meter.Answer(client, apdu) is { } answer)
                {
                    hdlc.Send(answer);
                }
            }

            foreach (var octet in Spoil(hdlc.Output()))
            {
                pty.Write([octet]);
            }

            optical?.Look(hdlc.IsConnected);
        }

        return spoiled;

        IEnumerable<byte> Spoil(byte[] octets)
        {
            foreach (var octet in octets)
            {
                var fate = random?.Next(700) ?? 700;
                spoiled += fate < 2 ? 1 : 0;
                if (fate != 0)
                {
                    yield return fate == 1 ? (byte)(octet ^ (1 << random!.Next(8))) : octet;
                }
            }
        }
    }

    /// <summary>A network between two sockets: loses, doubles, and lets the next overtake.</summary>
    private sealed class Relay : IDisposable
    {
        private readonly Socket _front = Bound(), _back = Bound();
        private readonly CancellationTokenSource _stop = new();
        private readonly Random _random;
        private readonly EndPoint _meter;
        private readonly Thread _thread;
        private EndPoint? _driver;

        internal Relay(int meter, int seed)
        {
            (_random, _meter) = (new Random(seed), new IPEndPoint(IPAddress.Loopback, meter));
            _thread = new Thread(Serve) { IsBackground = true };
            _thread.Start();
        }

        internal int Port => ((IPEndPoint)_front.LocalEndPoint!).Port;

        internal int Spoiled { get; private set; }

        public void Dispose()
        {
            _stop.Cancel();
            _thread.Join();
            _front.Dispose();
            _back.Dispose();
        }

        private static Socket Bound()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return socket;
        }

        private void Serve()
        {
            var held = new Queue<Action>();
            while (!_stop.IsCancellationRequested)
            {
                var quiet = true;
                foreach (var socket in new[] { _front, _back }.Where(one => one.Poll(TimeSpan.FromMilliseconds(5), SelectMode.SelectRead)))
                {
                    quiet = false;
                    var (buffer, from) = (new byte[65_535], (EndPoint)new IPEndPoint(IPAddress.Any, 0));
                    var length = socket.ReceiveFrom(buffer, ref from);
                    _driver = socket == _front ? from : _driver;
                    var (to, peer) = socket == _front ? (_back, _meter) : (_front, _driver!);
                    var fate = _random.Next(12);
                    Spoiled += fate < 3 ? 1 : 0;
                    for (var copies = fate == 0 ? 0 : fate == 1 ? 2 : 1; copies > 0; copies--)
                    {
                        Action send = () => to.SendTo(buffer.AsSpan(0, length), peer);
                        if (fate == 2 || copies == 2)
                        {
                            held.Enqueue(send);
                        }
                        else
                        {
                            send();
                        }
                    }
                }

                if (held.Count > 0 && (quiet || _random.Next(3) == 0))
                {
                    held.Dequeue()();
                }
            }
        }
    }
}
