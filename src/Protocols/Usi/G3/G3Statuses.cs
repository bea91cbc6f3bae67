namespace Protocols.Usi.G3;

/// <summary>What STATUS says. Numbers that are not here are kept as they came.</summary>
public enum ModemStatus : byte
{
    Success = 0, NotAllowed = 1, UnknownCommand = 2, InvalidParameter = 3,
}

/// <summary>What ADP confirms say. Numbers that are not here are kept as they came.</summary>
public enum AdpStatus : byte
{
    Success = 0x00, InvalidRequest = 0xA1, Failed = 0xA2, InvalidIpv6Frame = 0xA3, NotPermitted = 0xA4, RouteError = 0xA5, Timeout = 0xA6, InvalidIndex = 0xA7, InvalidParameter = 0xA8,
    NoBeacon = 0xA9, ReadOnly = 0xB0, UnsupportedAttribute = 0xB1, IncompletePath = 0xB2, Busy = 0xB3, NoBuffers = 0xB4, TrickleRedundant = 0xB5, Internal = 0xFF,
}

/// <summary>What confirms of MAC attributes and network status indications say. Numbers that are not here are kept as they came.</summary>
public enum MacStatus : byte
{
    Success = 0x00, AlternatePanId = 0x80, QueueFull = 0xD0, CounterError = 0xDB, UnsupportedSecurity = 0xDF, ChannelAccessFailure = 0xE1, Denied = 0xE2, SecurityError = 0xE4, FrameTooLong = 0xE5,
    InvalidHandle = 0xE7, InvalidParameter = 0xE8, NoAcknowledgement = 0xE9, NoShortAddress = 0xEC, TransactionOverflow = 0xF1, UnavailableKey = 0xF3, UnsupportedAttribute = 0xF4,
    InvalidIndex = 0xF9, LimitReached = 0xFA, ReadOnly = 0xFB,
}

/// <summary>What confirms of LBP attributes say. Numbers that are not here are kept as they came.</summary>
public enum LbpStatus : byte
{
    Success = 0, Failed = 1, UnsupportedParameter = 2, InvalidIndex = 3, InvalidLength = 4, InvalidValue = 5,
}

/// <summary>The words for statuses, as tables.</summary>
public static class G3StatusNames
{
    /// <summary>What STATUS says, in words.</summary>
    public static string Text(this ModemStatus status) => status switch
    {
        ModemStatus.Success => "success",
        ModemStatus.NotAllowed => "not allowed now",
        ModemStatus.UnknownCommand => "unknown command",
        ModemStatus.InvalidParameter => "invalid parameter",
        _ => $"status {(byte)status:X2}",
    };

    /// <summary>What ADP says, in words.</summary>
    public static string Text(this AdpStatus status) => status switch
    {
        AdpStatus.Success => "success",
        AdpStatus.InvalidRequest => "invalid request",
        AdpStatus.Failed => "failed",
        AdpStatus.InvalidIpv6Frame => "invalid IPv6 frame",
        AdpStatus.NotPermitted => "not permitted",
        AdpStatus.RouteError => "route error",
        AdpStatus.Timeout => "timeout",
        AdpStatus.InvalidIndex => "invalid index",
        AdpStatus.InvalidParameter => "invalid parameter",
        AdpStatus.NoBeacon => "no beacon",
        AdpStatus.ReadOnly => "read only",
        AdpStatus.UnsupportedAttribute => "unsupported attribute",
        AdpStatus.IncompletePath => "incomplete path",
        AdpStatus.Busy => "busy",
        AdpStatus.NoBuffers => "no buffers",
        AdpStatus.TrickleRedundant => "redundant broadcast",
        AdpStatus.Internal => "internal error",
        _ => $"status {(byte)status:X2}",
    };

    /// <summary>What the MAC says, in words.</summary>
    public static string Text(this MacStatus status) => status switch
    {
        MacStatus.Success => "success",
        MacStatus.AlternatePanId => "another network with this PAN id, or another PAN id",
        MacStatus.QueueFull => "queue full",
        MacStatus.CounterError => "counter error",
        MacStatus.UnsupportedSecurity => "unsupported security",
        MacStatus.ChannelAccessFailure => "channel access failure",
        MacStatus.Denied => "denied",
        MacStatus.SecurityError => "security error",
        MacStatus.FrameTooLong => "frame too long",
        MacStatus.InvalidHandle => "invalid handle",
        MacStatus.InvalidParameter => "invalid parameter",
        MacStatus.NoAcknowledgement => "no acknowledgement",
        MacStatus.NoShortAddress => "no short address",
        MacStatus.TransactionOverflow => "transaction overflow",
        MacStatus.UnavailableKey => "unavailable key",
        MacStatus.UnsupportedAttribute => "unsupported attribute",
        MacStatus.InvalidIndex => "invalid index",
        MacStatus.LimitReached => "limit reached",
        MacStatus.ReadOnly => "read only",
        _ => $"status {(byte)status:X2}",
    };

    /// <summary>What LBP says, in words.</summary>
    public static string Text(this LbpStatus status) => status switch
    {
        LbpStatus.Success => "success",
        LbpStatus.Failed => "failed",
        LbpStatus.UnsupportedParameter => "unsupported parameter",
        LbpStatus.InvalidIndex => "invalid index",
        LbpStatus.InvalidLength => "invalid length",
        LbpStatus.InvalidValue => "invalid value",
        _ => $"status {(byte)status:X2}",
    };
}
