using System.Globalization;
using System.Text;
using Metering;

namespace Simulation.Dlms.Push;

/// <summary>A simulated meter with a P1 port, and a gas meter behind it, as telegrams of DSMR 5, written from the document.</summary>
public sealed class P1Meter(int number, int seed, Func<DateTime> now)
{
    private readonly uint _base = (uint)new Random(unchecked((seed * 15_485_863) + number)).Next(1_000_000, 90_000_000);

    /// <summary>Its equipment identifier.</summary>
    public string Name => $"E0099{number:D12}";

    /// <summary>The gas meter's.</summary>
    public string GasName => $"G0099{number:D12}";

    /// <summary>A telegram of now.</summary>
    internal PushOut Telegram()
    {
        var time = new DateTime(now().Ticks - (now().Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
        var five = new DateTime(time.Ticks - (time.Ticks % (5 * TimeSpan.TicksPerMinute)), DateTimeKind.Utc);
        var seconds = (uint)((time - DateTime.UnixEpoch).TotalSeconds % 10_000_000);
        var (energy, power, volts, gas) = (_base + (seconds / 4), seconds % 4000, 2290 + (seconds % 30), (_base / 100) + ((uint)(five - DateTime.UnixEpoch).TotalMinutes % 100_000));
        var text = new StringBuilder("/SIM5\\2CONCENTRATOR\r\n\r\n1-3:0.2.8(50)\r\n").Append(CultureInfo.InvariantCulture, $"0-0:1.0.0({Stamp(time)})\r\n0-0:96.1.1({Hex(Name)})\r\n")
            .Append(CultureInfo.InvariantCulture, $"1-0:1.8.1({Places(energy, 3, 10)}*kWh)\r\n0-0:96.14.0(0002)\r\n1-0:1.7.0({Places(power, 3, 6)}*kW)\r\n0-0:96.7.21(00004)\r\n")
            .Append("1-0:99.97.0(1)(0-0:96.7.19)(260101120000W)(0000000240*s)\r\n")
            .Append(CultureInfo.InvariantCulture, $"0-0:96.13.0()\r\n1-0:32.7.0({Places(volts, 1, 5)}*V)\r\n")
            .Append(CultureInfo.InvariantCulture, $"0-1:24.1.0(003)\r\n0-1:96.1.0({Hex(GasName)})\r\n0-1:24.2.1({Stamp(five)})({Places(gas, 3, 9)}*m3)\r\n!").ToString();
        var (meter, device) = (PushedValue.Instant(time), PushedValue.Instant(five));
        return new PushOut(System.Text.Encoding.ASCII.GetBytes($"{text}{Crc(System.Text.Encoding.ASCII.GetBytes(text)):X4}\r\n"), [
            (Name, meter, new(1, Obis.Parse("1-3:0.2.8*255"), 2, "50")), (Name, meter, new(1, Obis.Parse("0-0:96.1.1*255"), 2, Name)),
            (Name, meter, new(3, Obis.Parse("1-0:1.8.1*255"), 2, Text(energy), 0, "Wh")), (Name, meter, new(1, Obis.Parse("0-0:96.14.0*255"), 2, "0002")),
            (Name, meter, new(3, Obis.Parse("1-0:1.7.0*255"), 2, Text(power), 0, "W")), (Name, meter, new(1, Obis.Parse("0-0:96.7.21*255"), 2, "4")),
            (Name, meter, new(3, Obis.Parse("1-0:32.7.0*255"), 2, Text(volts), -1, "V")),
            (GasName, device, new(72, Obis.Parse("0-1:24.1.0*255"), 9, "3")), (GasName, device, new(4, Obis.Parse("0-1:24.2.1*255"), 2, Text(gas), -3, "m3")),
        ]);
    }

    /// <summary>Dutch local time, with the letter that tells summer from winter.</summary>
    private static string Stamp(DateTime utc) => utc.AddHours(MeterClock.IsSummer(utc) ? 2 : 1).ToString("yyMMddHHmmss", CultureInfo.InvariantCulture) + (MeterClock.IsSummer(utc) ? "S" : "W");

    private static string Hex(string text) => Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(text));

    private static string Places(uint number, int places, int width) => ((decimal)number / (decimal)Math.Pow(10, places)).ToString("F" + places.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).PadLeft(width, '0');

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Polynomial x^16 + x^15 + x^2 + 1, bit by bit, least significant first.</summary>
    private static ushort Crc(byte[] octets)
    {
        var register = 0;
        foreach (var octet in octets)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var feedback = (register ^ (octet >> bit)) & 1;
                register >>= 1;
                register ^= feedback == 1 ? 0xA001 : 0;
            }
        }

        return (ushort)register;
    }
}
