using Metering;

namespace Protocols.MBus.Records;

/// <summary>
/// Dates and times of EN 13757-3 annex A: G (2 octets), J (3), F (4), I (6). The meter's own clock, without zone.
/// <code>
/// F: minute 0-5, invalid 7 | hour 0-4, century 5-6, summer 7 | day 0-4, year low 5-7 | month 0-3, year high 4-7
/// I: second 0-5 | minute 0-5, invalid 7 | hour 0-4, weekday 5-7 | day, year low | month, year high | week 0-5, summer time hours 6-7
/// </code>
/// </summary>
internal static class DateReader
{
    internal static bool TryRead(ReadOnlySpan<byte> data, out DeviceTime time)
    {
        time = default;
        switch (data.Length)
        {
            case 2:
                time = Date(data, 0) with { Flags = Flags(data, 0, 0, DeviceTimeFlags.DateOnly) };
                return true;
            case 3:
                time = new DeviceTime(0, 0, 0, (byte)(data[2] & 0x1F), (byte)(data[1] & 0x3F), (byte)(data[0] & 0x3F), 0, 0, DeviceTimeFlags.TimeOnly | DeviceTimeFlags.HasSeconds);
                return true;
            case 4:
                var periodic = (data[0] & 0x3F) == 63 || (data[1] & 0x1F) == 31;
                time = Date(data[2..], data[1] >> 5 & 3) with
                {
                    Minute = (byte)(data[0] & 0x3F),
                    Hour = (byte)(data[1] & 0x1F),
                    Flags = Flags(data[2..], data[0] & 0x80, data[1] & 0x80, periodic ? DeviceTimeFlags.Periodic : DeviceTimeFlags.None),
                };
                return true;
            case 6:
                time = Date(data[3..], 0) with
                {
                    Second = (byte)(data[0] & 0x3F),
                    Minute = (byte)(data[1] & 0x3F),
                    Hour = (byte)(data[2] & 0x1F),
                    Flags = Flags(data[3..], data[1] & 0x80, data[5] & 0xC0, DeviceTimeFlags.HasSeconds),
                };
                return true;
            default:
                return false;
        }
    }

    private static DeviceTime Date(ReadOnlySpan<byte> data, int century)
    {
        var year = (data[0] >> 5) | (data[1] >> 4 << 3);
        var full = century > 0 ? 1900 + (100 * century) + year : year <= 80 ? 2000 + year : 1900 + year;
        return new DeviceTime((ushort)full, (byte)(data[1] & 0x0F), (byte)(data[0] & 0x1F), 0, 0, 0, 0, 0, DeviceTimeFlags.None);
    }

    private static DeviceTimeFlags Flags(ReadOnlySpan<byte> date, int invalid, int summer, DeviceTimeFlags flags)
    {
        flags |= invalid != 0 || (date[0] == 0xFF && date[1] == 0xFF) ? DeviceTimeFlags.Invalid : DeviceTimeFlags.None;
        flags |= summer != 0 ? DeviceTimeFlags.SummerTime : DeviceTimeFlags.None;
        var every = (date[0] & 0x1F) == 0 || (date[1] & 0x0F) is 0 or 15 || ((date[0] >> 5) | (date[1] >> 4 << 3)) == 127;
        return every ? flags | DeviceTimeFlags.Periodic : flags;
    }
}
