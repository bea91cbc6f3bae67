namespace Simulation.Modems;

/// <summary>
/// An iM871A as its host sees it, written from the manual: takes host octets, gives its answers, and puts telegrams into its own frames with RSSI and FCS. No I/O, no clock.
/// </summary>
public sealed class Im871aStick
{
    private readonly List<byte> _input = [];
    private byte _mode; // link mode number; 0 = S1 after power-up

    /// <summary>Answers nothing and hears nothing while set.</summary>
    public bool Stalled { get; set; }

    /// <summary>True where it listens to C1 or T1.</summary>
    public bool HearsT1OrC1 => _mode is 3 or 6 or 7 or 10;

    /// <summary>Commands it answered.</summary>
    public int Answered { get; private set; }

    /// <summary>Takes what the host sent; gives what it says.</summary>
    public byte[] Take(ReadOnlySpan<byte> octets)
    {
        _input.AddRange(octets);
        var answers = new List<byte>();
        while (_input.Count >= 4)
        {
            if (_input[0] != 0xA5)
            {
                _input.RemoveAt(0);
                continue;
            }

            var length = 4 + _input[3] + ((_input[1] & 0x80) != 0 ? 2 : 0);
            if (_input.Count < length)
            {
                break;
            }

            var payload = _input.GetRange(4, _input[3]).ToArray();
            answers.AddRange(Answer(_input[1] & 0x0F, _input[2], payload));
            _input.RemoveRange(0, length);
        }

        return Stalled ? [] : [.. answers];
    }

    /// <summary>A received telegram as the stick hands it on: without L (its LEN says it) and link CRCs.</summary>
    public static byte[] Indicate(ReadOnlySpan<byte> bareTelegram, int dbm)
    {
        var raw = (byte)Math.Clamp(45 + ((dbm + 100) * 2), 0, 229);
        byte[] body = [0xC2, 0x03, (byte)(bareTelegram.Length - 1), .. bareTelegram[1..], raw];
        return Closed(body);
    }

    /// <summary>Without power it forgets its mode and what was half said.</summary>
    public void PowerOff()
    {
        _mode = 0;
        _input.Clear();
    }

    private byte[] Answer(int endpoint, byte message, byte[] payload)
    {
        if (endpoint != 1)
        {
            return [];
        }

        Answered++;
        return message switch
        {
            0x01 => Closed([0x81, 0x02, 0x00]),
            0x0F => Closed([0x81, 0x10, 0x08, 0x33, 0x00, 0x14, 0x01, 0x78, 0x56, 0x34, 0x12]),
            0x05 => Closed([0x81, 0x06, 0x04, 0x02, _mode, 0x30, 0x01]),
            0x03 => Closed([0x81, 0x04, 0x01, Configure(payload)]),
            0x07 => Reset(),
            _ => [],
        };
    }

    /// <summary>NVM flag, then a bit map and its fields in the order of the bits; only the link mode matters here.</summary>
    private byte Configure(byte[] payload)
    {
        if (payload.Length < 3 || (payload[1] & 0x02) == 0)
        {
            return 1;
        }

        _mode = payload[2 + ((payload[1] & 0x01) != 0 ? 1 : 0)];
        return 0;
    }

    private byte[] Reset()
    {
        _mode = 0; // settings in RAM are gone
        return Closed([0x81, 0x08, 0x00]);
    }

    /// <summary>Start octet in front, FCS behind: CRC-16/X.25, low octet first.</summary>
    private static byte[] Closed(byte[] body)
    {
        var register = 0xFFFF;
        foreach (var octet in body)
        {
            register ^= octet;
            for (var bit = 0; bit < 8; bit++)
            {
                register = (register & 1) == 1 ? (register >> 1) ^ 0x8408 : register >> 1;
            }
        }

        register ^= 0xFFFF;
        return [0xA5, .. body, (byte)register, (byte)(register >> 8)];
    }
}
