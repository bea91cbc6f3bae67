using Metering;

namespace Protocols.MBus.Records;

/// <summary>What a record means beyond its number.</summary>
public static class ReadingMeaning
{
    /// <summary>Its OBIS code; none where EN 13757-1 has none.</summary>
    public static Obis Obis(byte deviceType, in MBusRecord record) => ObisMap.Of(deviceType, record);
}
