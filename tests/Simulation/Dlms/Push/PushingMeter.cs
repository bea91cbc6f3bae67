using System.Globalization;
using Metering;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Push;

/// <summary>A simulated meter that speaks by itself: bodies of three shapes that meters in the field have, and one as a P1 telegram.</summary>
public sealed class PushingMeter
{
    private static readonly Obis DeviceName = new(0, 0, 42, 0, 0, 255), Time = new(0, 0, 1, 0, 0, 255), Import = new(1, 0, 1, 8, 0, 255), Export = new(1, 0, 2, 8, 0, 255), Power = new(1, 0, 1, 7, 0, 255),
        Voltage = new(1, 0, 32, 7, 0, 255), Alarm = new(0, 0, 97, 98, 0, 255), Setup = new(0, 0, 25, 9, 0, 255);

    private readonly MeterClock _clock;
    private readonly MeterSecurity _security;
    private readonly uint _base;
    private uint _id;

    /// <summary>Builds it.</summary>
    /// <param name="now">The true time.</param>
    public PushingMeter(int number, int seed, Func<DateTime> now)
    {
        var random = new Random(unchecked((seed * 104_729) + number));
        Number = number;
        Name = $"SIM{number:D13}";
        _base = (uint)random.Next(100_000, 90_000_000);
        _clock = new MeterClock(now);
        var (key, authentication) = (new byte[16], new byte[16]);
        random.NextBytes(key);
        random.NextBytes(authentication);
        Keys = new MeterKeys { Title = [.. "SIM"u8, 1, (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number], Guek = key, Gak = authentication };
        _security = new MeterSecurity(Keys);
    }

    /// <summary>Its serial number.</summary>
    public int Number { get; }

    /// <summary>Logical device name.</summary>
    public string Name { get; }

    /// <summary>What it is known by where it does not tell its name.</summary>
    public string TitleName => "ST-" + Convert.ToHexString(Keys.Title);

    /// <summary>Its keys.</summary>
    public MeterKeys Keys { get; }

    /// <summary>A line of a keys file: whoever hears a ciphered push knows the system title and nothing else.</summary>
    public string KeyLine => $"{TitleName} dlms client=1 suite=0 guek={Convert.ToHexString(Keys.Guek)} gak={Convert.ToHexString(Keys.Gak)}";

    /// <summary>Number of the last notification.</summary>
    internal uint LastId => _id;

    /// <summary>A customer interface as in the Nordic countries: an array of {name, value, {scaler, unit}}, ciphered; the meter is known by its system title.</summary>
    internal PushOut HanList()
    {
        var (now, energy) = (Now, Energy);
        var body = new DataWriter().Array(4).Structure(2).Name(Time).Octets(_clock.Octets(now))
            .Structure(3).Name(Power).UInt32(energy % 4000).Structure(2).Int8(0).Enum(27)
            .Structure(3).Name(Import).UInt32(energy).Structure(2).Int8(0).Enum(30)
            .Structure(3).Name(Voltage).UInt16((ushort)(2300 + (energy % 20))).Structure(2).Int8(-1).Enum(35).ToArray();
        return Out(Protect(Notification(body, false)), TitleName, now, [
            new(3, Power, 2, Text(energy % 4000), 0, "W"), new(3, Import, 2, Text(energy), 0, "Wh"), new(3, Voltage, 2, Text(2300 + (energy % 20)), -1, "V"),
        ]);
    }

    /// <summary>What it pushes over the network on interval and on alarm: names and values, ciphered, to be confirmed.</summary>
    /// <param name="alarms">Bits of its alarm register.</param>
    internal PushOut Report(uint alarms)
    {
        var (now, energy) = (Now, Energy);
        var body = new DataWriter().Structure(5).Structure(2).Name(Time).Octets(_clock.Octets(now))
            .Structure(2).Name(DeviceName).Octets(System.Text.Encoding.ASCII.GetBytes(Name))
            .Structure(2).Name(Alarm).UInt32(alarms)
            .Structure(3).Name(Import).UInt32(energy).Structure(2).Int8(0).Enum(30)
            .Structure(3).Name(Export).UInt32(energy / 10).Structure(2).Int8(1).Enum(30).ToArray();
        return Out(Protect(Notification(body, true)), Name, now, [
            new(1, DeviceName, 2, NameInHex), new(1, Alarm, 2, Text(alarms)), new(3, Import, 2, Text(energy), 0, "Wh"), new(3, Export, 2, Text(energy / 10), 1, "Wh"),
        ]);
    }

    /// <summary>What it tells when an alarm rises: an EVENT-NOTIFICATION with its time and its alarm register, ciphered; nobody confirms it, and it is known by its system title.</summary>
    /// <param name="alarms">Bits of its alarm register.</param>
    internal PushOut Event(uint alarms)
    {
        var now = Now;
        byte[] apdu =
        [
            0xC2, 0x01, 0x0C, .. _clock.Octets(now), 0x00, 0x01, Alarm.A, Alarm.B, Alarm.C, Alarm.D, Alarm.E, Alarm.F, 0x02, .. new DataWriter().UInt32(alarms).ToArray(),
        ];
        return Out(Protect(apdu), TitleName, now, [new(1, Alarm, 2, Text(alarms))]);
    }

    /// <summary>The same in clear, with the push object list in front of the values.</summary>
    internal PushOut Listed()
    {
        var (now, energy) = (Now, Energy);
        (ushort ClassId, Obis Name, sbyte Attribute)[] objects = [(40, Setup, 2), (1, DeviceName, 2), (8, Time, 2), (3, Import, 2), (3, Import, 3)];
        var body = new DataWriter().Structure(objects.Length).Array(objects.Length);
        foreach (var (classId, name, attribute) in objects)
        {
            body.Structure(4).UInt16(classId).Name(name).Int8(attribute).UInt16(0);
        }

        body.Octets(System.Text.Encoding.ASCII.GetBytes(Name)).Octets(_clock.Octets(now)).UInt32(energy).Structure(2).Int8(0).Enum(30);
        return Out(Notification(body.ToArray(), true), Name, now, [new(1, DeviceName, 2, NameInHex), new(3, Import, 2, Text(energy), 0, "Wh")]);
    }

    /// <summary>True where an answer confirms the last notification; ciphered ones are opened.</summary>
    internal bool IsConfirmation(byte[] apdu)
    {
        var plain = apdu is [0xDB, 8, ..] ? _security.Open(apdu, default).Plain.ToArray() : apdu;
        return plain is [0x10, _, _, _, _, ..] && ((plain[2] << 16) | (plain[3] << 8) | plain[4]) == _id;
    }

    private DateTime Now => new(_clock.Now.Ticks - (_clock.Now.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);

    private uint Energy => _base + (uint)(long)((_clock.Now - DateTime.UnixEpoch).TotalSeconds / 4 % 10_000_000);

    private string NameInHex => Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(Name));

    private byte[] Notification(byte[] body, bool confirmed)
    {
        _id = (_id + 1) & 0xFFFFFF;
        return [0x0F, confirmed ? (byte)0x40 : (byte)0, (byte)(_id >> 16), (byte)(_id >> 8), (byte)_id, 0x00, .. body];
    }

    private byte[] Protect(byte[] apdu) => _security.Protect(apdu, new HostProtection(1, false, 0x30));

    private static PushOut Out(byte[] octets, string meter, DateTime at, PushedValue[] values) => new(octets, [.. values.Select(value => (meter, PushedValue.Instant(at), value))]);

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
