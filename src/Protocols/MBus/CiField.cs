namespace Protocols.MBus;

/// <summary>Which transport header a CI field brings.</summary>
public enum TransportHeader : byte
{
    None, Short, Long,
}

/// <summary>What stands behind the transport header.</summary>
internal enum ApplicationKind : byte
{
    Unknown, Records, CompactFrame, FormatFrame, Empty, ApplicationError, Alarm, Dlms, ToMeter, Maker, Service,
}

/// <summary>The CI field (EN 13757-7 table 1).</summary>
internal static class CiField
{
    internal static (TransportHeader Header, ApplicationKind Kind) Of(byte ci) => ci switch
    {
        0x72 => (TransportHeader.Long, ApplicationKind.Records),
        0x7A => (TransportHeader.Short, ApplicationKind.Records),
        0x78 => (TransportHeader.None, ApplicationKind.Records),
        0x73 => (TransportHeader.Long, ApplicationKind.CompactFrame),
        0x7B => (TransportHeader.Short, ApplicationKind.CompactFrame),
        0x79 => (TransportHeader.None, ApplicationKind.CompactFrame),
        0x69 => (TransportHeader.None, ApplicationKind.FormatFrame),
        0x6A => (TransportHeader.Short, ApplicationKind.FormatFrame),
        0x6B => (TransportHeader.Long, ApplicationKind.FormatFrame),
        0x8A => (TransportHeader.Short, ApplicationKind.Empty),
        0x8B => (TransportHeader.Long, ApplicationKind.Empty),
        0x80 => (TransportHeader.Long, ApplicationKind.ToMeter),
        0x6E => (TransportHeader.Short, ApplicationKind.ApplicationError),
        0x6F => (TransportHeader.Long, ApplicationKind.ApplicationError),
        0x70 => (TransportHeader.None, ApplicationKind.ApplicationError),
        0x71 => (TransportHeader.None, ApplicationKind.Alarm),
        0x74 => (TransportHeader.Short, ApplicationKind.Alarm),
        0x75 => (TransportHeader.Long, ApplicationKind.Alarm),
        <= 0x1F => (TransportHeader.None, ApplicationKind.Dlms),
        0x7C => (TransportHeader.Long, ApplicationKind.Dlms),
        0x7D => (TransportHeader.Short, ApplicationKind.Dlms),
        0x7E => (TransportHeader.Long, ApplicationKind.Dlms),
        0x7F => (TransportHeader.Short, ApplicationKind.Dlms),
        0x50 or 0x51 or 0x54 => (TransportHeader.None, ApplicationKind.ToMeter),
        0x5A or 0x61 or 0x65 => (TransportHeader.Short, ApplicationKind.ToMeter),
        0x52 or 0x53 or 0x55 or 0x5B or 0x5C or 0x5F or 0x60 or 0x64 or 0x6C or 0x6D or 0x82 or 0x84 or 0x85 => (TransportHeader.Long, ApplicationKind.ToMeter),
        0x66 or 0x83 or 0x89 => (TransportHeader.None, ApplicationKind.Service),
        0x67 or 0x88 or 0x9E or 0xC1 or 0xC4 => (TransportHeader.Short, ApplicationKind.Service),
        0x68 or 0x87 or 0x9F or 0xC2 or 0xC5 => (TransportHeader.Long, ApplicationKind.Service),
        >= 0xA0 and <= 0xB7 => (TransportHeader.None, ApplicationKind.Maker),
        >= 0xB8 and <= 0xBF or 0xC0 or 0xC3 => (TransportHeader.Long, ApplicationKind.ToMeter),
        _ => (TransportHeader.None, ApplicationKind.Unknown),
    };
}
