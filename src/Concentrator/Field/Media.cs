using System.Globalization;
using Metering;

namespace Concentrator.Field;

/// <summary>Media in words, from the device type at the end of an M-Bus identity (EN 13757-7 device types).</summary>
internal static class Media
{
    private static readonly Dictionary<byte, string> Words = new()
    {
        [0x00] = "other", [0x01] = "oil", [0x02] = "electricity", [0x03] = "gas", [0x04] = "heat", [0x05] = "steam", [0x06] = "warm water", [0x07] = "water",
        [0x08] = "heat cost allocator", [0x09] = "compressed air", [0x0A] = "cooling", [0x0B] = "cooling", [0x0C] = "heat", [0x0D] = "heat/cooling",
        [0x0E] = "bus/system", [0x0F] = "unknown", [0x15] = "hot water", [0x16] = "cold water", [0x17] = "dual water", [0x18] = "pressure",
        [0x19] = "A/D converter", [0x1A] = "smoke detector", [0x1B] = "room sensor", [0x1C] = "gas detector", [0x20] = "breaker", [0x21] = "valve",
        [0x25] = "customer unit", [0x28] = "waste water", [0x29] = "garbage", [0x31] = "communication controller", [0x32] = "repeater", [0x33] = "repeater",
        [0x36] = "radio converter", [0x37] = "radio converter",
    };

    internal static string Of(MeterId meter) =>
        meter.Text.Length >= 2 && byte.TryParse(meter.Text.AsSpan(meter.Text.Length - 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var type)
            && meter.Text.Length > 3 && meter.Text[^3] == '-'
            ? Words.GetValueOrDefault(type, "unknown")
            : "electricity";
}
