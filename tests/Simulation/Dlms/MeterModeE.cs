namespace Simulation.Dlms;

/// <summary>How a meter answers a sign-on.</summary>
/// <param name="Speed">The speed it proposes: '0' to '6' for 300 to 19200 baud.</param>
/// <param name="Modes">What stands behind the speed: <c>\\2</c> offers HDLC.</param>
/// <param name="Address">Its device address; it answers to none, and to this one.</param>
/// <param name="Confirms">It confirms the choice, as not every meter does.</param>
/// <param name="Refusals">So many requests it answers with NAK first.</param>
public sealed record MeterModeEPlan(char Speed = '5', string Modes = "\\2", string Address = "1001", bool Confirms = true, int Refusals = 0);

/// <summary>
/// A meter's optical port, written from the document: listens at 300 baud for <c>/?!</c>, tells who it is, takes the choice, changes its speed, and is an HDLC port until its link ends.
/// What comes at another speed than its own is noise.
/// </summary>
public sealed class MeterModeE(MeterModeEPlan plan)
{
    private static readonly int[] Bauds = [300, 600, 1200, 2400, 4800, 9600, 19_200];
    private readonly List<byte> _heard = [];
    private int _refusals = plan.Refusals;
    private bool _identified, _wasConnected;

    /// <summary>Its speed now.</summary>
    public int Baud { get; private set; } = 300;

    /// <summary>It listens to HDLC.</summary>
    public bool IsHdlc { get; private set; }

    /// <summary>Sign-ons that came to HDLC.</summary>
    public int SignOns { get; private set; }

    /// <summary>Takes octets that came at a speed; gives those that HDLC may have, and what it answers itself.</summary>
    public (byte[] ForHdlc, byte[] Answer) Take(byte[] octets, int baud)
    {
        if (baud != Baud)
        {
            return ([], []);
        }

        if (IsHdlc)
        {
            return (octets, []);
        }

        foreach (var octet in octets.Where(IsEven))
        {
            _heard.Add((byte)(octet & 0x7F));
            if (_heard[^1] == (byte)'\n')
            {
                var line = System.Text.Encoding.ASCII.GetString([.. _heard]);
                _heard.Clear();
                return ([], [.. Answer(line).Select(one => IsEven(one) ? one : (byte)(one | 0x80))]);
            }
        }

        return ([], []);
    }

    /// <summary>Tells whether its HDLC has a link: when one has ended, the port is back at the sign-on.</summary>
    public void Look(bool isConnected)
    {
        if (IsHdlc && _wasConnected && !isConnected)
        {
            (IsHdlc, Baud, _identified) = (false, 300, false);
        }

        _wasConnected = isConnected;
    }

    /// <summary>An octet with another parity is noise.</summary>
    private static bool IsEven(byte octet) => int.PopCount(octet) % 2 == 0;

    private byte[] Answer(string line)
    {
        if (line.Contains("/?", StringComparison.Ordinal))
        {
            var address = line[(line.IndexOf("/?", StringComparison.Ordinal) + 2)..].TrimEnd('\r', '\n').TrimEnd('!');
            if (address.Length > 0 && address != plan.Address)
            {
                return [];
            }

            if (_refusals > 0)
            {
                _refusals--;
                return [0x15];
            }

            _identified = true;
            return System.Text.Encoding.ASCII.GetBytes($"/SIM{plan.Speed}{plan.Modes}SIMULATED\r\n");
        }

        if (!_identified || line is not ['\x06', '2', >= '0' and <= '6' and var speed, '2', '\r', '\n'] || (speed != plan.Speed && speed != '0'))
        {
            return _identified ? [0x15] : [];
        }

        (IsHdlc, Baud) = (true, Bauds[speed - '0']);
        SignOns++;
        return plan.Confirms ? System.Text.Encoding.ASCII.GetBytes(line) : [];
    }
}
