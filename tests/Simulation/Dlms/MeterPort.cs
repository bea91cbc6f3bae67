using System.Net;
using System.Net.Sockets;
using Simulation.Modems;

namespace Simulation.Dlms;

/// <summary>One simulated meter on a port of its own, TCP or a pty, served by a thread of its own. Idle associations are dropped, as meters do.</summary>
public sealed class MeterPort : IDisposable
{
    private readonly DlmsMeter _meter;
    private readonly MeterPace _pace;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly TcpListener? _listener;
    private readonly Pty? _pty;
    private readonly string _name;
    private readonly MeterHdlcPlan? _hdlc;
    private volatile TcpClient? _client;
    private bool _isDisposed;

    private MeterPort(DlmsMeter meter, MeterPace pace, string name, TcpListener? listener, Pty? pty, MeterHdlcPlan? hdlc)
    {
        (_meter, _pace, _name, _listener, _pty, _hdlc) = (meter, pace, name, listener, pty, hdlc);
        _thread = new Thread(listener is null ? ServePty : ServeTcp) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>A meter on TCP; its address stands in a file of this name.</summary>
    /// <param name="port">Port on 127.0.0.1; 0 for one that is free.</param>
    /// <param name="hdlc">HDLC instead of the wrapper, as behind a serial server; null for the wrapper.</param>
    public static MeterPort OnTcp(DlmsMeter meter, MeterPace pace, string file, int port = 0, MeterHdlcPlan? hdlc = null)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllText(file, $"tcp://{listener.LocalEndpoint}\n");
        return new MeterPort(meter, pace, file, listener, null, hdlc);
    }

    /// <summary>A meter on a pty with HDLC; the name becomes a link to it.</summary>
    public static MeterPort OnPty(DlmsMeter meter, MeterPace pace, string link)
    {
        var pty = new Pty();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(link))!);
        File.Delete(link);
        File.CreateSymbolicLink(link, pty.Path);
        return new MeterPort(meter, pace, link, null, pty, new MeterHdlcPlan(Longest: 512));
    }

    /// <summary>Whoever had the port open closed it.</summary>
    public event Action? FarEndClosed;

    /// <summary>Tells it to end, and waits for nothing: who has many tells all of them first.</summary>
    internal void Stop()
    {
        _stop.Cancel();
        _listener?.Dispose();
        _client?.Dispose(); // a client that is silent would be waited for
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        Stop();
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
                _client = client;
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                client.NoDelay = true;
                client.ReceiveTimeout = (int)_pace.IdleLimit.TotalMilliseconds;
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
        var wrapper = _hdlc is null ? new MeterWrapper(1) : null;
        var hdlc = _hdlc is null ? null : new MeterHdlc(_hdlc);
        var buffer = new byte[4096];
        while (wrapper?.IsBroken != true && stream.Read(buffer) is > 0 and var read)
        {
            if (hdlc is not null)
            {
                if (!Send(stream, Answer(hdlc, buffer[..read])))
                {
                    return;
                }

                continue;
            }

            foreach (var (client, apdu) in wrapper!.Take(buffer[..read]))
            {
                if (_meter.Answer(client, apdu) is { } answer)
                {
                    Wait(_pace.Over(answer.Length));
                    if (!Send(stream, wrapper.Wrap(client, answer)))
                    {
                        return;
                    }

                    while (_meter.TryTakeFurther(client, out var further))
                    {
                        if (!Send(stream, wrapper.Wrap(client, further)))
                        {
                            return;
                        }
                    }
                }
            }
        }
    }

    /// <summary>Sends an answer as the meter's line has it; false where the link is gone behind it.</summary>
    private bool Send(NetworkStream stream, byte[] framed)
    {
        foreach (var step in _meter.Line.Spoil(framed))
        {
            Wait(step.After);
            stream.Write(step.Octets);
            if (step.Closes)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What goes back over HDLC when octets have come.</summary>
    private byte[] Answer(MeterHdlc hdlc, byte[] octets)
    {
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
                hdlc.Send(answer);
            }
        }

        return hdlc.Output();
    }

    private void ServePty()
    {
        var hdlc = new MeterHdlc(_hdlc!);
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
            foreach (var step in _meter.Line.Spoil(Answer(hdlc, octets)))
            {
                Wait(step.After);
                if (step.Octets.Length > 0)
                {
                    _pty.Write(step.Octets);
                }

                if (step.Closes)
                {
                    hdlc.Drop();
                    _meter.Drop();
                }
            }
        }
    }

    private void Wait(TimeSpan time) => _stop.Token.WaitHandle.WaitOne(time);
}
