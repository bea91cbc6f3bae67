using System.Net;
using System.Net.Sockets;
using Simulation.Modems;

namespace Simulation.Dlms;

/// <summary>One simulated meter on a port of its own, TCP or a pty, served by a thread of its own. Idle associations are dropped, as meters do.</summary>
public sealed class MeterPort : IDisposable
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(120);
    private readonly DlmsMeter _meter;
    private readonly MeterPace _pace;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly TcpListener? _listener;
    private readonly Pty? _pty;
    private readonly string _name;

    private MeterPort(DlmsMeter meter, MeterPace pace, string name, TcpListener? listener, Pty? pty)
    {
        (_meter, _pace, _name, _listener, _pty) = (meter, pace, name, listener, pty);
        _thread = new Thread(listener is null ? ServePty : ServeTcp) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>A meter on TCP with the wrapper; its address stands in a file of this name.</summary>
    public static MeterPort OnTcp(DlmsMeter meter, MeterPace pace, string file)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllText(file, $"tcp://{listener.LocalEndpoint}\n");
        return new MeterPort(meter, pace, file, listener, null);
    }

    /// <summary>A meter on a pty with HDLC; the name becomes a link to it.</summary>
    public static MeterPort OnPty(DlmsMeter meter, MeterPace pace, string link)
    {
        var pty = new Pty();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(link))!);
        File.Delete(link);
        File.CreateSymbolicLink(link, pty.Path);
        return new MeterPort(meter, pace, link, null, pty);
    }

    /// <summary>Whoever had the port open closed it.</summary>
    public event Action? FarEndClosed;

    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        _stop.Cancel();
        _listener?.Dispose();
        _thread.Join(TimeSpan.FromSeconds(2));
        _pty?.Dispose();
        File.Delete(_name);
    }

    private void ServeTcp()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = _listener!.AcceptTcpClient();
                client.NoDelay = true;
                client.ReceiveTimeout = (int)IdleLimit.TotalMilliseconds;
                ServeClient(client.GetStream());
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
            {
                // The client went away, was silent for too long, or we are told to stop: the meter waits for the next.
            }

            _meter.Drop();
            FarEndClosed?.Invoke();
        }
    }

    private void ServeClient(NetworkStream stream)
    {
        var wrapper = new MeterWrapper(1);
        var buffer = new byte[4096];
        while (!wrapper.IsBroken && stream.Read(buffer) is > 0 and var read)
        {
            foreach (var (client, apdu) in wrapper.Take(buffer[..read]))
            {
                if (_meter.Answer(client, apdu) is { } answer)
                {
                    Wait(_pace.Over(answer.Length));
                    stream.Write(wrapper.Wrap(client, answer));
                    while (_meter.TryTakeFurther(client, out var further))
                    {
                        stream.Write(wrapper.Wrap(client, further));
                    }
                }
            }
        }
    }

    private void ServePty()
    {
        var hdlc = new MeterHdlc(new MeterHdlcPlan(Longest: 512));
        var quiet = Environment.TickCount64;
        var wasOpen = false;
        while (!_stop.IsCancellationRequested)
        {
            var octets = _pty!.Read(20);
            if (octets.Length == 0)
            {
                var open = _pty.IsOpen;
                if (!open)
                {
                    Thread.Sleep(20); // poll returns at once while nobody has the other end
                }

                if (wasOpen && !open)
                {
                    hdlc.Drop();
                    _meter.Drop();
                    FarEndClosed?.Invoke();
                }

                wasOpen = open;
            }

            hdlc.LetPass(TimeSpan.FromMilliseconds(Environment.TickCount64 - quiet));
            quiet = Environment.TickCount64;
            hdlc.Take(octets);
            if (!hdlc.IsConnected)
            {
                _meter.Drop();
            }

            while (hdlc.TryTakeUnconfirmed(out var from, out var told))
            {
                _meter.Answer(from, told);
            }

            while (hdlc.TryTake(out var client, out var apdu))
            {
                if (_meter.Answer(client, apdu) is { } answer)
                {
                    Wait(_pace.Over(answer.Length));
                    hdlc.Send(answer); // one at a time: a meter on HDLC has a block window of 1
                }
            }

            if (hdlc.Output() is { Length: > 0 } output)
            {
                _pty.Write(output);
            }
        }
    }

    private void Wait(TimeSpan time) => _stop.Token.WaitHandle.WaitOne(time);
}
