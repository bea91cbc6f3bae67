using Metering;

namespace Protocols.MBus;

/// <summary>The status octet of the transport header (EN 13757-7 clause 7.5.6).</summary>
public static class StatusOctet
{
    /// <summary>What its bits mean; the three highest are the maker's own.</summary>
    public static StatusFlags Flags(byte status) =>
        (status & 3) switch { 1 => StatusFlags.Busy, 2 => StatusFlags.ApplicationError, 3 => StatusFlags.Alarm, _ => StatusFlags.None }
        | ((status & 0x04) != 0 ? StatusFlags.PowerLow : 0)
        | ((status & 0x08) != 0 ? StatusFlags.PermanentError : 0)
        | ((status & 0x10) != 0 ? StatusFlags.TemporaryError : 0);
}
