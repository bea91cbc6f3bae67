using System.Buffers.Binary;
using Metering;

namespace Protocols.Dlms.Model;

/// <summary>Which way a meter counts the deviation of its clock.</summary>
public enum DeviationSign : byte
{
    /// <summary>UTC = local + deviation, as the standard says: -60 in winter in Central Europe.</summary>
    Standard,
    /// <summary>UTC = local - deviation, as some meters do.</summary>
    Inverted,
}

/// <summary>
/// date-time as twelve octets (IEC 62056-6-2 clause 4.1.6.1):
/// <code>year u16 | month | day | day of week | hour | minute | second | hundredths | deviation i16 in minutes | clock status</code>
/// FF means not specified or every.
/// </summary>
public static class CosemTime
{
    /// <summary>Octets of a date-time.</summary>
    public const int Size = 12;

    /// <summary>Clock status bits: invalid, doubtful, other clock base, invalid status, daylight saving.</summary>
    public const byte Invalid = 0x01, Doubtful = 0x02, OtherBase = 0x04, InvalidStatus = 0x08, Daylight = 0x80;

    private const short NoDeviation = unchecked((short)0x8000);
    private const byte Any = 0xFF;

    /// <summary>Reads a date-time. False where it has not twelve octets.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, DeviationSign sign, out DeviceTime time)
    {
        time = default;
        if (octets.Length != Size)
        {
            return false;
        }

        var year = BinaryPrimitives.ReadUInt16BigEndian(octets);
        var deviation = BinaryPrimitives.ReadInt16BigEndian(octets[9..]);
        var status = octets[11] == Any ? (byte)0 : octets[11];
        var flags = (status & (Invalid | InvalidStatus)) != 0 ? DeviceTimeFlags.Invalid : DeviceTimeFlags.None;
        flags |= (status & Daylight) != 0 ? DeviceTimeFlags.SummerTime : 0;
        flags |= deviation is not NoDeviation and >= -840 and <= 840 ? DeviceTimeFlags.HasOffset : 0;
        flags |= octets[7] != Any ? DeviceTimeFlags.HasSeconds : 0;
        flags |= year == 0xFFFF || octets[2] >= 0xFD || octets[3] >= 0xFD || octets[5] == Any || octets[6] == Any ? DeviceTimeFlags.Periodic : 0;
        var offset = (flags & DeviceTimeFlags.HasOffset) == 0 ? (short)0 : sign == DeviationSign.Standard ? (short)-deviation : deviation;
        time = new DeviceTime(
            year, octets[2], octets[3], octets[5], octets[6], octets[7] == Any ? (byte)0 : octets[7], octets[8] == Any ? (byte)0 : octets[8], offset, flags);
        return true;
    }

    /// <summary>Writes a date-time; gives its octets.</summary>
    /// <param name="status">Clock status; daylight saving is added from the time.</param>
    public static byte[] Write(in DeviceTime time, DeviationSign sign = DeviationSign.Standard, byte status = 0)
    {
        var octets = new byte[Size];
        BinaryPrimitives.WriteUInt16BigEndian(octets, time.Year);
        (octets[2], octets[3]) = (time.Month, time.Day);
        octets[4] = time.IsCalendar ? DayOfWeek(time.ToLocal()) : Any;
        (octets[5], octets[6]) = (time.Hour, time.Minute);
        octets[7] = (time.Flags & DeviceTimeFlags.HasSeconds) != 0 ? time.Second : Any;
        octets[8] = (time.Flags & DeviceTimeFlags.HasSeconds) != 0 ? time.Hundredths : Any;
        var deviation = (time.Flags & DeviceTimeFlags.HasOffset) == 0 ? NoDeviation : sign == DeviationSign.Standard ? (short)-time.OffsetMinutes : time.OffsetMinutes;
        BinaryPrimitives.WriteInt16BigEndian(octets.AsSpan(9), deviation);
        octets[11] = (byte)(status | ((time.Flags & DeviceTimeFlags.SummerTime) != 0 ? Daylight : 0) | ((time.Flags & DeviceTimeFlags.Invalid) != 0 ? Invalid : 0));
        return octets;
    }

    /// <summary>A device time of a local time and its offset.</summary>
    public static DeviceTime Of(DateTime local, short offsetMinutes, bool summerTime) => new(
        (ushort)local.Year, (byte)local.Month, (byte)local.Day, (byte)local.Hour, (byte)local.Minute, (byte)local.Second, (byte)(local.Millisecond / 10), offsetMinutes,
        DeviceTimeFlags.HasOffset | DeviceTimeFlags.HasSeconds | (summerTime ? DeviceTimeFlags.SummerTime : 0));

    /// <summary>How far a row's clock may be believed, from the clock status octet.</summary>
    public static RowClock ClockOf(byte status) =>
        status == Any ? RowClock.Ok : (status & (Invalid | InvalidStatus)) != 0 ? RowClock.Invalid : (status & (Doubtful | OtherBase)) != 0 ? RowClock.Doubtful : RowClock.Ok;

    private static byte DayOfWeek(DateTime local) => local.DayOfWeek == System.DayOfWeek.Sunday ? (byte)7 : (byte)local.DayOfWeek;
}
