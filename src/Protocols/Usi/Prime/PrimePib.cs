namespace Protocols.Usi.Prime;

/// <summary>Attributes of a PRIME modem (plc-modems.md, 3.4).</summary>
public enum PrimePib : ushort
{
    MinSwitchSearch = 0x0010, Lnid = 0x0020, Lsid = 0x0021, Sid = 0x0022, Sna = 0x0023, MacState = 0x0024, ScpLength = 0x0025, HierarchyLevel = 0x0026, Capabilities = 0x002C, FrameLength = 0x002D,
    DataSent = 0x0040, DataReceived = 0x0041, ControlSent = 0x0042, ControlReceived = 0x0043, ChannelAccessFailures = 0x0044, ChannelBusy = 0x0045,
    RegisteredDevices = 0x0050, ActiveConnections = 0x0051, MulticastEntries = 0x0052, SwitchTable = 0x0053, AvailableSwitches = 0x0056, ActiveConnectionsExtended = 0x0058, PhyCommunication = 0x0059,
    ActionUnregister = 0x0064, ActionPromote = 0x0065, ActionDemote = 0x0066, AliveTime = 0x0068, FirmwareVersion = 0x0075, Vendor = 0x0076, Product = 0x0077,
    PhyVersion = 0x8080, TransmitChannel = 0x8090, ChannelList = 0x8092, OwnEui = 0x8100, PlcState = 0x8101, WriteSna = 0x8123, MacVersion = 0x8126, BeaconScheme = 0x8133, AliveType = 0x8134,
    SecurityProfile = 0x8137, DeviceUniqueKeys = 0x8140, ProfileUsed = 0x8141, WhiteList = 0x8150, WhiteListEnabled = 0x8151, ClearNetwork = 0x8152, LlcState = 0x8200, LlcNodes = 0x8250,
    FirmwareUpgrades = 0x8350,
}
