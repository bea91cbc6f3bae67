using System.Collections.Concurrent;
using Simulation.Modems;
using Simulation.Plc.Medium;

namespace Simulation.Plc.Ports;

/// <summary>A modem on a pty under a name, in real time, with the pace of its serial line. It is served step by step by whoever has the time for it.</summary>
public sealed class ModemPty : IDisposable
{
    /// <summary>Octets that come together: what a USB adapter hands on at once.</summary>
    private const int Piece = 62;

    private readonly ConcurrentQueue<byte[]> _out = new();
    private readonly PluggedPort _port;
    private readonly IPlcModem _modem;
    private readonly LineTime _time;
    private readonly UartLine _down, _up;

    /// <summary>A modem that is not plugged in yet.</summary>
    public ModemPty(string name, IPlcModem modem, LineTime time)
    {
        (_port, _modem, _time) = (new PluggedPort(name), modem, time);
        _down = new UartLine(time, Piece, octets => modem.Take(octets));
        _up = new UartLine(time, Piece, _out.Enqueue);
        modem.ToHost = octets => time.Post(() => _up.Send(octets));
        _port.FarEndClosed += () => FarEndClosed?.Invoke();
    }

    /// <summary>Whoever had the port open closed it, or it was pulled out under him.</summary>
    public event Action? FarEndClosed;

    /// <summary>Somebody has the port open.</summary>
    public bool IsOpen => _port.IsOpen;

    /// <summary>Plugs it in, or pulls it out: the modem loses its power with it.</summary>
    public void Plug(bool plugged)
    {
        if (plugged == _port.IsPlugged)
        {
            return;
        }

        _port.Plug(plugged);
        _time.Post(() =>
        {
            _down.Cut();
            _up.Cut();
            if (plugged)
            {
                _modem.PowerOn();
            }
            else
            {
                _modem.PowerOff();
            }
        });
    }

    /// <summary>Takes what the host sent, waiting so long for it, and gives the host what has arrived at its end.</summary>
    public void Serve(int milliseconds)
    {
        var octets = _port.Read(milliseconds);
        if (octets.Length > 0)
        {
            _time.Post(() => _down.Send(octets));
        }

        while (_out.TryDequeue(out var arrived))
        {
            _port.Write(arrived); // where nobody takes them they are gone, as on a line
        }
    }

    public void Dispose() => _port.Dispose();
}
