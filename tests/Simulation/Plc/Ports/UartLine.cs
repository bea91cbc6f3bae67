using Simulation.Plc.Medium;

namespace Simulation.Plc.Ports;

/// <summary>One direction of a serial line: octets arrive one behind another at its speed, in pieces, each when its last octet would be there.</summary>
/// <param name="piece">Octets of a piece; 0: as they were sent, which costs one event a frame.</param>
/// <param name="arrive">Takes them; called on the line's time.</param>
internal sealed class UartLine(LineTime time, int piece, Action<byte[]> arrive)
{
    /// <summary>Octets a second at 115,200 baud, eight data bits, one stop bit.</summary>
    internal const double Speed = 11_520;

    private DateTime _busyUntil;
    private int _life;

    /// <summary>Octets that were sent so far.</summary>
    internal long Octets { get; private set; }

    /// <summary>Sends octets; on the line's time only.</summary>
    internal void Send(byte[] octets)
    {
        Octets += octets.Length;
        for (var at = 0; at < octets.Length;)
        {
            var count = piece == 0 ? octets.Length : Math.Min(piece, octets.Length - at);
            var part = count == octets.Length ? octets : octets[at..(at + count)];
            var now = time.Now;
            _busyUntil = (_busyUntil > now ? _busyUntil : now) + TimeSpan.FromSeconds(count / Speed);
            var life = _life;
            time.At(_busyUntil, () =>
            {
                if (life == _life)
                {
                    arrive(part);
                }
            });
            at += count;
        }
    }

    /// <summary>The line is cut: what is on it does not arrive.</summary>
    internal void Cut()
    {
        _life++;
        _busyUntil = default;
    }
}
