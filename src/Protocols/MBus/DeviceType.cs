namespace Protocols.MBus;

/// <summary>Device types of EN 13757-7 (table 13) in words, and the OBIS medium (value group A, EN 13757-1) of each.</summary>
public static class DeviceType
{
    /// <summary>The medium as a word; <c>unknown</c> for types the standard does not name.</summary>
    public static string Name(byte type) => type switch
    {
        0x00 => "other", 0x01 => "oil", 0x02 => "electricity", 0x03 => "gas", 0x04 => "heat", 0x05 => "steam", 0x06 => "warm water", 0x07 => "water",
        0x08 => "heat cost allocator", 0x09 => "compressed air", 0x0A => "cooling outlet", 0x0B => "cooling inlet", 0x0C => "heat inlet",
        0x0D => "heat/cooling", 0x0E => "bus/system", 0x10 => "irrigation", 0x11 => "water data logger", 0x12 => "gas data logger",
        0x13 => "gas converter", 0x14 => "calorific", 0x15 => "hot water", 0x16 => "cold water", 0x17 => "dual water", 0x18 => "pressure",
        0x19 => "A/D converter", 0x1A => "smoke detector", 0x1B => "room sensor", 0x1C => "gas detector", 0x20 => "breaker", 0x21 => "valve",
        0x25 => "customer unit", 0x28 => "waste water", 0x29 => "garbage", 0x2A => "carbon dioxide", 0x30 => "service tool", 0x31 => "gateway",
        0x32 => "unidirectional repeater", 0x33 => "bidirectional repeater", 0x36 => "radio converter (system side)",
        0x37 => "radio converter (meter side)", 0x38 => "bus converter", _ => "unknown",
    };

    /// <summary>OBIS value group A of the type; 0 where EN 13757-1 has none.</summary>
    internal static byte ObisMedium(byte type) => type switch
    {
        0x02 => 1,
        0x08 => 4,
        0x0A or 0x0B => 5,
        0x04 or 0x0C or 0x0D => 6,
        0x03 => 7,
        0x07 or 0x16 => 8,
        0x06 or 0x15 => 9,
        _ => 0,
    };
}
