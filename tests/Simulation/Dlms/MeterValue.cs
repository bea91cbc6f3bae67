using System.Globalization;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Simulation.Dlms;

/// <summary>One value as it stands in a row: its type on the wire, and its number or, of a time, its ticks.</summary>
public readonly record struct MeterValue(AXdrTag Type, long Number)
{
    public static MeterValue UInt32(uint value) => new(AXdrTag.UInt32, value);

    public static MeterValue UInt16(ushort value) => new(AXdrTag.UInt16, value);

    public static MeterValue UInt8(byte value) => new(AXdrTag.UInt8, value);

    public static MeterValue Enum(byte value) => new(AXdrTag.Enum, value);

    public static MeterValue Truth(bool value) => new(AXdrTag.Boolean, value ? 1 : 0);

    /// <summary>A capture time.</summary>
    public static MeterValue Instant(DateTime utc) => new(AXdrTag.OctetString, utc.Ticks);

    private DateTime At => new(Number, DateTimeKind.Utc);

    /// <summary>As Data.</summary>
    public DataWriter WriteTo(DataWriter to, MeterClock clock) => Type switch
    {
        AXdrTag.UInt8 => to.UInt8((byte)Number),
        AXdrTag.UInt16 => to.UInt16((ushort)Number),
        AXdrTag.Enum => to.Enum((byte)Number),
        AXdrTag.Boolean => to.Boolean(Number != 0),
        AXdrTag.OctetString => to.Octets(clock.Octets(At)),
        _ => to.UInt32((uint)Number),
    };

    /// <summary>As a subscriber reads it.</summary>
    public string Text(MeterClock clock) => Type == AXdrTag.OctetString ? clock.Text(At) : Type == AXdrTag.Boolean ? (Number != 0 ? "true" : "false") : Number.ToString(CultureInfo.InvariantCulture);
}
