using Metering;

namespace Protocols.Dlms.Model;

/// <summary>What the bits of a profile's status mean.</summary>
public enum StatusSet : byte
{
    /// <summary>Not known: the octets are kept, no flag is set.</summary>
    None,
    /// <summary>IDIS: 7 power down, 5 clock adjusted, 3 daylight saving, 2 data not valid, 1 clock invalid, 0 critical error.</summary>
    Idis,
    /// <summary>DSMR: as IDIS, and 6 recovered value.</summary>
    Dsmr,
}

/// <summary>Status octets to flags.</summary>
public static class StatusSets
{
    /// <summary>The flags of a status; only its lowest octet has bits that are defined.</summary>
    public static StatusFlags Flags(StatusSet set, uint status)
    {
        if (set == StatusSet.None)
        {
            return StatusFlags.None;
        }

        var flags = StatusFlags.None;
        flags |= (status & 0x80) != 0 ? StatusFlags.PowerDown : 0;
        flags |= (status & 0x40) != 0 && set == StatusSet.Dsmr ? StatusFlags.Recovered : 0;
        flags |= (status & 0x20) != 0 ? StatusFlags.ClockAdjusted : 0;
        flags |= (status & 0x08) != 0 ? StatusFlags.SummerTime : 0;
        flags |= (status & 0x04) != 0 ? StatusFlags.DataNotValid : 0;
        flags |= (status & 0x02) != 0 ? StatusFlags.ClockInvalid : 0;
        flags |= (status & 0x01) != 0 ? StatusFlags.CriticalError : 0;
        return flags;
    }
}
