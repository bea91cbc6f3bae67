namespace Simulation.Plc.Ports;

/// <summary>A modem behind a serial line that damages frames, in both directions: the wire is impaired, not the modem. It is a modem itself, on a pipe or on a pty.</summary>
public sealed class DamagedModem : IPlcModem
{
    private const byte Flag = 0x7E;
    private const int MostNoise = 24;
    private readonly IPlcModem _modem;
    private readonly LineDamage _down, _up;
    private readonly Random _downDraw, _upDraw;

    /// <summary>A line to a modem.</summary>
    /// <param name="down">What happens to frames to the modem.</param>
    /// <param name="up">What happens to frames to the host.</param>
    public DamagedModem(IPlcModem modem, LineDamage down, LineDamage up)
    {
        (_modem, _down, _up, _downDraw, _upDraw) = (modem, down, up, new Random(down.Seed), new Random(unchecked(up.Seed + 1)));
        modem.ToHost = octets => ToHost?.Invoke(Spoil(octets, _up, _upDraw));
    }

    public Action<byte[]>? ToHost { get; set; }

    /// <summary>Frames that arrived otherwise than they were sent, so that nobody can take them.</summary>
    public int Spoiled { get; private set; }

    public void Take(ReadOnlySpan<byte> octetsFromHost) => _modem.Take(Spoil(octetsFromHost.ToArray(), _down, _downDraw));

    public void PowerOff() => _modem.PowerOff();

    public void PowerOn() => _modem.PowerOn();

    private byte[] Spoil(byte[] octets, LineDamage damage, Random draw)
    {
        if (octets.Length == 0)
        {
            return octets;
        }

        if (draw.NextDouble() < damage.Cut && octets.Length > 2)
        {
            Spoiled++;
            return octets[..draw.Next(1, octets.Length - 1)];
        }

        if (draw.NextDouble() < damage.Flip)
        {
            Spoiled++;
            octets = (byte[])octets.Clone();
            octets[draw.Next(octets.Length)] ^= (byte)(1 << draw.Next(8));
        }

        if (draw.NextDouble() < damage.DoubledFlag)
        {
            octets = [Flag, .. octets, Flag];
        }

        if (draw.NextDouble() < damage.Noise)
        {
            var noise = new byte[draw.Next(1, MostNoise)];
            draw.NextBytes(noise);
            octets = [.. noise, .. octets];
        }

        return octets;
    }
}
