namespace Protocols.Im871a;

/// <summary>What the stick listens to; the number is its link mode code.</summary>
public enum Im871aLinkMode : byte
{
    S1 = 0, T1 = 3, C1 = 7,
    /// <summary>C1 and T1 at once; firmware 0x14 and later.</summary>
    C1T1 = 10,
}

/// <summary>The messages this product speaks, byte-exact. Host messages go without FCS.</summary>
public static class Im871aMessages
{
    /// <summary>Device management message ids.</summary>
    public const byte PingResponse = 0x02, SetConfigResponse = 0x04, DeviceInfoResponse = 0x10;

    /// <summary>Radio link: a received telegram, from its C field on, link CRCs removed.</summary>
    public const byte TelegramIndication = 0x03;

    /// <summary>Lowest firmware that listens to C1 and T1 at once.</summary>
    public const byte FirstFirmwareForC1T1 = 0x14;

    /// <summary>Are you there?</summary>
    public static ReadOnlyMemory<byte> Ping { get; } = new byte[] { 0xA5, 0x01, 0x01, 0x00 };

    /// <summary>Who are you?</summary>
    public static ReadOnlyMemory<byte> GetDeviceInfo { get; } = new byte[] { 0xA5, 0x01, 0x0F, 0x00 };

    /// <summary>Sets the link mode in RAM, with RSSI attached and no time stamp: 00 = RAM, 02 = link mode follows, 30 = RSSI and time-stamp settings follow.</summary>
    public static ReadOnlyMemory<byte> SetLinkMode(Im871aLinkMode mode) => new byte[] { 0xA5, 0x01, 0x03, 0x06, 0x00, 0x02, (byte)mode, 0x30, 0x01, 0x00 };
}

/// <summary>Answer to the device info request.</summary>
/// <param name="ModuleType">0x33 iM871A, 0x36 iM170A.</param>
/// <param name="Firmware">Firmware version octet.</param>
/// <param name="UniqueId">The stick's serial number.</param>
public sealed record Im871aDeviceInfo(byte ModuleType, byte Firmware, uint UniqueId)
{
    /// <summary>The module's name; null for one this driver does not know.</summary>
    public string? ModuleName => ModuleType switch { 0x33 => "iM871A", 0x36 => "iM170A", _ => null };

    /// <summary>Reads the payload: type, mode, firmware, HCI version, id (LE). Null where it is too short.</summary>
    public static Im871aDeviceInfo? TryParse(ReadOnlySpan<byte> payload) =>
        payload.Length >= 8 ? new Im871aDeviceInfo(payload[0], payload[2], BitConverter.ToUInt32(payload[4..8])) : null;
}
