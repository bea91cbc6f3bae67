using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Simulation.Modems;
using Simulation.Truth;

namespace Simulation.Dlms.Push;

/// <summary>
/// Meters that speak by themselves, and the truth of what they said: a customer interface on a pty (<c>han0</c>), a P1 port on another (<c>p1-0</c>), and two that push over the network and
/// want to be confirmed, to the addresses in <c>push-tcp.listen</c> and <c>push-udp.listen</c>.
/// </summary>
public sealed class PushField : IDisposable
{
    private const int MostTries = 3;
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5), NetworkEvery = TimeSpan.FromSeconds(4), Patience = TimeSpan.FromSeconds(8), Opening = TimeSpan.FromSeconds(3);
    private readonly ConcurrentQueue<TruthLine> _truth = new();
    private readonly ConcurrentQueue<string> _closed = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _threads = [];
    private readonly Func<DateTime> _now;
    private readonly PushingMeter _han, _tcp, _udp;
    private readonly P1Meter _p1;
    private int _confirmed;

    /// <summary>Opens the ports.</summary>
    /// <param name="now">The true time.</param>
    public PushField(int seed, string ports, Func<DateTime> now)
    {
        _now = now;
        (_han, _tcp, _udp, _p1) = (new PushingMeter(9000, seed, now), new PushingMeter(9001, seed, now), new PushingMeter(9002, seed, now), new P1Meter(9003, seed, now));
        Directory.CreateDirectory(ports);
        Start(() => SpeakOnLine(Path.Combine(ports, "han0"), OnHan, [_han.TitleName]));
        Start(() => SpeakOnLine(Path.Combine(ports, "p1-0"), _p1.Telegram, [_p1.Name, _p1.GasName]));
        var (tcp, udp) = (FreePort(ports, "push-tcp.listen", "tcp"), FreePort(ports, "push-udp.listen", "udp"));
        var turn = 0u;
        Start(() => PushAgainAndAgain(() => _tcp.Report(turn++ % 3 == 2 ? 0x2000u : 0), octets => SendByTcp(_tcp, tcp, octets)));
        Start(() => PushAgainAndAgain(_udp.Listed, octets => SendByUdp(_udp, udp, octets)));
    }

    /// <summary>The keys, as lines of a keys file.</summary>
    public IEnumerable<string> KeyLines => [_han.KeyLine, _tcp.KeyLine];

    /// <summary>Pushes that were confirmed.</summary>
    public int Confirmed => _confirmed;

    /// <summary>Confirmations under a counter that was used before: none, or the box has repeated one.</summary>
    public int RepeatedCounters => _tcp.Keys.Repeated;

    /// <summary>Tells what was said since the last time, and whose port was closed.</summary>
    internal void Tell(TruthFile truth)
    {
        while (_truth.TryDequeue(out var line))
        {
            truth.Add([line]);
        }

        while (_closed.TryDequeue(out var meter))
        {
            truth.FarEndClosed([meter]);
        }
    }

    /// <summary>Everybody on a line: what was said at the end may not be committed.</summary>
    internal void Close(TruthFile truth)
    {
        Dispose();
        Tell(truth);
        foreach (var meter in new[] { _han.TitleName, _p1.Name, _p1.GasName })
        {
            truth.FarEndClosed([meter]);
        }
    }

    public void Dispose()
    {
        if (!_stop.IsCancellationRequested)
        {
            _stop.Cancel();
            _threads.ForEach(thread => thread.Join());
        }
    }

    private PushOut OnHan()
    {
        var push = _han.HanList();
        return push with { Octets = UnaskedHdlc.Frames(push.Octets) };
    }

    private void Start(Action run)
    {
        var thread = new Thread(() => run()) { IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    private void SpeakOnLine(string link, Func<PushOut> next, string[] meters)
    {
        using var pty = new Pty();
        File.Delete(link);
        File.CreateSymbolicLink(link, pty.Path);
        var openSince = (DateTime?)null;
        var due = _now();
        while (!_stop.IsCancellationRequested)
        {
            _stop.Token.WaitHandle.WaitOne(20);
            var open = pty.IsOpen;
            if (!open && openSince is not null)
            {
                foreach (var meter in meters)
                {
                    _closed.Enqueue(meter);
                }
            }

            openSince = open ? openSince ?? _now() : null;
            if (openSince is { } since && _now() - since > Opening && _now() >= due) // whoever opens a port throws away what waits in it first
            {
                due = _now() + LineEvery;
                var push = next();
                if (pty.Write(push.Octets))
                {
                    Told(push, null);
                }
            }
        }

        File.Delete(link);
    }

    /// <summary>Pushes, and the same again until it is confirmed. What never was may have come all the same.</summary>
    private void PushAgainAndAgain(Func<PushOut> next, Func<byte[], bool?> send)
    {
        while (!_stop.Token.WaitHandle.WaitOne(NetworkEvery))
        {
            var push = next();
            bool? answer = null;
            var sent = false;
            for (var tries = 0; tries < MostTries && answer != true && !_stop.IsCancellationRequested; tries++)
            {
                answer = send(push.Octets);
                sent |= answer is not null;
                if (answer is null)
                {
                    _stop.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(1));
                }
            }

            _confirmed += answer == true ? 1 : 0;
            if (sent)
            {
                Told(push, answer == true ? null : "uncommitted");
            }
        }
    }

    /// <summary>True where it was confirmed, false where it was sent, null where nobody is there.</summary>
    private static bool? SendByTcp(PushingMeter meter, IPEndPoint to, byte[] octets)
    {
        using var client = new TcpClient { ReceiveTimeout = (int)Patience.TotalMilliseconds };
        try
        {
            client.Connect(to);
        }
        catch (SocketException)
        {
            return null;
        }

        try
        {
            var stream = client.GetStream();
            stream.Write(Wrapped(octets));
            var (wrapper, buffer) = (new MeterWrapper(1), new byte[1024]);
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                foreach (var (_, apdu) in wrapper.Take(buffer[..read]))
                {
                    return meter.IsConfirmation(apdu);
                }
            }
        }
        catch (IOException)
        {
            // it took our words with it, or did not answer in time
        }

        return false;
    }

    private static bool? SendByUdp(PushingMeter meter, IPEndPoint to, byte[] octets)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
        try
        {
            socket.Connect(to);
            socket.Send(Wrapped(octets));
            var buffer = new byte[1024];
            var read = socket.Receive(buffer);
            return read > 8 && meter.IsConfirmation(buffer[8..read]);
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused ? null : false;
        }
    }

    private void Told(PushOut push, string? fate)
    {
        foreach (var line in push.ToTruth(fate, _now()))
        {
            _truth.Enqueue(line);
        }
    }

    private static byte[] Wrapped(byte[] apdu) => new MeterWrapper(1).Wrap(1, apdu);

    private static IPEndPoint FreePort(string ports, string file, string scheme)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, scheme == "tcp" ? SocketType.Stream : SocketType.Dgram, scheme == "tcp" ? ProtocolType.Tcp : ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var at = (IPEndPoint)socket.LocalEndPoint!;
        File.WriteAllText(Path.Combine(ports, file), $"{scheme}://{at}\n");
        return at;
    }
}
