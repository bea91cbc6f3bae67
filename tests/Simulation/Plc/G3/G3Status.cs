namespace Simulation.Plc.G3;

/// <summary>Status octets of a G3 modem (plc-modems 2.2).</summary>
internal static class G3Status
{
    internal const byte Success = 0x00;

    /// <summary>Of STATUS.</summary>
    internal const byte NotAllowed = 1, UnknownCommand = 2, BadParameter = 3;

    /// <summary>Of the adaptation layer.</summary>
    internal const byte InvalidPacket = 0xA3, RouteError = 0xA5, Timeout = 0xA6, InvalidIndex = 0xA7, InvalidParameter = 0xA8, NoBeacon = 0xA9, ReadOnly = 0xB0, Unsupported = 0xB1,
        IncompletePath = 0xB2, Busy = 0xB3, NoBuffers = 0xB4;

    /// <summary>Of the MAC.</summary>
    internal const byte AlternatePan = 0x80, CounterError = 0xDB, MacInvalidParameter = 0xE8, UnavailableKey = 0xF3, MacUnsupported = 0xF4, MacInvalidIndex = 0xF9, MacReadOnly = 0xFB;

    /// <summary>Of the bootstrap (LBP).</summary>
    internal const byte BootstrapUnsupported = 2, BootstrapIndex = 3, BootstrapLength = 4;
}
