namespace Protocols.Usi;

/// <summary>Which of a modem's interfaces a frame belongs to: the six low bits of its header. Numbers that are not here are kept as they came.</summary>
public enum UsiProtocol : byte
{
    ManagementGetQuery = 0x00, ManagementGetResponse = 0x01, ManagementSet = 0x02, ManagementReset = 0x03, ManagementReboot = 0x04, ManagementFirmware = 0x05,
    ManagementGetQueryEnhanced = 0x06, ManagementGetResponseEnhanced = 0x07,
    PrimeSniffer = 0x13, PrimePhy = 0x1F, PhyTester = 0x22, G3Sniffer = 0x23, G3Mac = 0x24, G3Adp = 0x25, G3Coordinator = 0x26, MicroPlcPhy = 0x27, Rf215Phy = 0x28,
    Prime = 0x30, MetersAndMore = 0x31,
}

/// <summary>Properties of protocols, as a table.</summary>
internal static class UsiProtocols
{
    /// <summary>Octets of the check sum behind the payload.</summary>
    internal static int CheckLength(UsiProtocol protocol) => protocol switch
    {
        <= UsiProtocol.ManagementGetResponseEnhanced => 4,
        UsiProtocol.PrimeSniffer or UsiProtocol.PrimePhy or UsiProtocol.PhyTester or UsiProtocol.G3Sniffer or UsiProtocol.G3Mac or UsiProtocol.G3Adp or UsiProtocol.G3Coordinator or UsiProtocol.Rf215Phy => 2,
        _ => 1,
    };

    /// <summary>The highest bit of the first payload octet is that of the length.</summary>
    internal static bool HasLongLength(UsiProtocol protocol) => protocol is UsiProtocol.G3Adp or UsiProtocol.G3Coordinator or UsiProtocol.Prime or UsiProtocol.MetersAndMore;
}
