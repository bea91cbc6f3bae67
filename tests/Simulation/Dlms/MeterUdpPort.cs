using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Simulation.Dlms;

/// <summary>One simulated meter on a UDP port of its own, served by a thread of its own. There is no link that could go away: what is open is forgotten after two minutes of silence.</summary>
public sealed class MeterUdpPort : IDisposable
{
    private static readonly TimeSpan TakenOverAfter = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly DlmsMeter _meter;
    private readonly MeterPace _pace;
    private readonly string? _file;
    private readonly Thread _thread;

    /// <summary>Opens a port the system chooses.</summary>
    /// <param name="file">Takes its address; null for none.</param>
    /// <param name="port">Port on 127.0.0.1; 0 for one that is free.</param>
    public MeterUdpPort(DlmsMeter meter, MeterPace pace, string? file, int port = 0)
    {
        (_meter, _pace, _file) = (meter, pace, file);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        if (file is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"udp://127.0.0.1:{Port}\n"));
        }

        _thread = new Thread(Serve) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Its port.</summary>
    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Somebody speaks from another port than before: whoever spoke is gone.</summary>
    public event Action? FarEndClosed;

    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        _stop.Cancel();
        _thread.Join(TimeSpan.FromSeconds(2));
        _socket.Dispose();
        if (_file is not null)
        {
            File.Delete(_file);
        }
    }

    private void Serve()
    {
        var buffer = new byte[65_535];
        var heard = Environment.TickCount64;
        EndPoint? last = null, owner = null;
        while (!_stop.IsCancellationRequested)
        {
            if (!_socket.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectRead))
            {
                if (Environment.TickCount64 - heard > _pace.IdleLimit.TotalMilliseconds)
                {
                    _meter.Drop();
                }

                continue;
            }

            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            try
            {
                var length = _socket.ReceiveFrom(buffer, ref from);
                if (last is not null && !last.Equals(from))
                {
                    FarEndClosed?.Invoke();
                }

                last = from;
                if (owner is null || owner.Equals(from) || Environment.TickCount64 - heard > TakenOverAfter.TotalMilliseconds)
                {
                    if (owner?.Equals(from) == false)
                    {
                        _meter.Drop(); // who had the association is silent: it goes to the new speaker, whose refused questions do not keep it alive
                    }

                    (owner, heard) = (from, Environment.TickCount64);
                }

                foreach (var answer in MeterDatagrams.Answers(_meter, buffer[..length]))
                {
                    _stop.Token.WaitHandle.WaitOne(_pace.Over(answer.Length));
                    foreach (var step in _meter.Line.Spoil(answer))
                    {
                        _stop.Token.WaitHandle.WaitOne(step.After);
                        _socket.SendTo(step.Octets, from);
                    }
                }
            }
            catch (SocketException)
            {
                // Nobody there any more who would take the answer: it is lost.
            }
        }
    }
}
