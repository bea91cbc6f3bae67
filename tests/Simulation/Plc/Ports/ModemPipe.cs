using Simulation.Plc.Medium;

namespace Simulation.Plc.Ports;

/// <summary>A modem on a pair of pipes in virtual time, with the pace of its serial line; it can be pulled out and plugged in again. Whoever opens it gets an end of its own.</summary>
public sealed class ModemPipe
{
    private readonly IPlcModem _modem;
    private readonly LineTime _time;
    private readonly UartLine _down, _up;
    private ModemPipeEnd? _end;
    private bool _isPlugged = true;

    /// <summary>A modem that is plugged in.</summary>
    /// <param name="time">The time of the line it stands on.</param>
    public ModemPipe(IPlcModem modem, LineTime time)
    {
        (_modem, _time) = (modem, time);
        _down = new UartLine(time, 0, octets => modem.Take(octets));
        _up = new UartLine(time, 0, octets => _end?.Arrive(octets));
        modem.ToHost = octets => _time.Post(() => _up.Send(octets));
        modem.PowerOn();
    }

    /// <summary>Octets to the modem so far.</summary>
    public long OctetsDown => _down.Octets;

    /// <summary>Octets to the host so far.</summary>
    public long OctetsUp => _up.Octets;

    /// <summary>Somebody has the port open.</summary>
    public bool IsOpen => _end is not null;

    /// <summary>Opens the port; who had it open before has it no more.</summary>
    /// <exception cref="IOException">It is not plugged in.</exception>
    public ModemPipeEnd Open()
    {
        if (!_isPlugged)
        {
            throw new IOException("the port is not there");
        }

        _end?.End("somebody else opened the port");
        return _end = new ModemPipeEnd(this);
    }

    /// <summary>Plugs it in, or pulls it out under whoever has it open.</summary>
    /// <param name="hasOwnPower">The modem goes on without its port; else it loses its power with it.</param>
    public void Plug(bool plugged, bool hasOwnPower = false) => _time.Post(() =>
    {
        if (_isPlugged == plugged)
        {
            return;
        }

        _isPlugged = plugged;
        _down.Cut();
        _up.Cut();
        if (!plugged)
        {
            _end?.End("the port is gone");
            _end = null;
        }

        if (!hasOwnPower)
        {
            if (plugged)
            {
                _modem.PowerOn();
            }
            else
            {
                _modem.PowerOff();
            }
        }
    });

    internal void Send(ModemPipeEnd end, byte[] octets) => _time.Post(() =>
    {
        if (end == _end)
        {
            _down.Send(octets);
        }
    });

    internal void Close(ModemPipeEnd end) => _time.Post(() =>
    {
        if (end == _end)
        {
            _end = null;
        }
    });
}
