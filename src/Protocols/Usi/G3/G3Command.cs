namespace Protocols.Usi.G3;

/// <summary>The first octet of a message of protocol 25. Numbers that are not here are kept as they came.</summary>
public enum G3Command : byte
{
    Status = 0x00,
    Initialize = 0x0A, DataRequest = 0x0B, DiscoveryRequest = 0x0C, NetworkStartRequest = 0x0D, NetworkJoinRequest = 0x0E, NetworkLeaveRequest = 0x0F, ResetRequest = 0x10,
    SetRequest = 0x11, GetRequest = 0x12, RouteDiscoveryRequest = 0x14, PathDiscoveryRequest = 0x15, MacSetRequest = 0x16, MacGetRequest = 0x17, NoIpDataRequest = 0x18,
    DataConfirm = 0x1E, DataIndication = 0x1F, NetworkStatusIndication = 0x20, DiscoveryConfirm = 0x21, NetworkStartConfirm = 0x22, NetworkJoinConfirm = 0x23,
    NetworkLeaveConfirm = 0x24, NetworkLeaveIndication = 0x25, ResetConfirm = 0x26, SetConfirm = 0x27, GetConfirm = 0x28, RouteDiscoveryConfirm = 0x2B, PathDiscoveryConfirm = 0x2C,
    MacSetConfirm = 0x2D, MacGetConfirm = 0x2E, BufferIndication = 0x2F, DiscoveryIndication = 0x30, PathRequestIndication = 0x31, RouteNotFoundIndication = 0x33,
    LbpSetRequest = 0x3C, ForceRegister = 0x3D, Kick = 0x3E, Rekey = 0x3F, SetRekeyPhase = 0x40, ActivateNewKey = 0x41, ShortAddressAssign = 0x42,
    LbpSetConfirm = 0x46, JoinRequestIndication = 0x47, JoinCompleteIndication = 0x48, LeaveIndication = 0x49,
}
