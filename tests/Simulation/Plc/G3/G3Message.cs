namespace Simulation.Plc.G3;

/// <summary>Messages between a host and a G3 modem, by their command octet (plc-modems 2.1 and 2.2).</summary>
public enum G3Message : byte
{
    Status = 0x00,

    // Host to modem.
    Initialize = 0x0A, DataRequest = 0x0B, DiscoveryRequest = 0x0C, NetworkStart = 0x0D, NetworkJoin = 0x0E, NetworkLeave = 0x0F, Reset = 0x10, Set = 0x11, Get = 0x12,
    RouteDiscovery = 0x14, PathDiscovery = 0x15, MacSet = 0x16, MacGet = 0x17, DataWithoutIp = 0x18,
    BootstrapSet = 0x3C, ForceRegister = 0x3D, Kick = 0x3E, Rekey = 0x3F, RekeyPhase = 0x40, ActivateNewKey = 0x41, AssignAddress = 0x42,

    // Modem to host.
    DataConfirm = 0x1E, DataIndication = 0x1F, NetworkStatus = 0x20, DiscoveryConfirm = 0x21, NetworkStartConfirm = 0x22, NetworkJoinConfirm = 0x23, NetworkLeaveConfirm = 0x24,
    ResetConfirm = 0x26, SetConfirm = 0x27, GetConfirm = 0x28, RouteDiscoveryConfirm = 0x2B, PathDiscoveryConfirm = 0x2C, MacSetConfirm = 0x2D, MacGetConfirm = 0x2E,
    BufferIndication = 0x2F, DiscoveryIndication = 0x30, BootstrapSetConfirm = 0x46, JoinRequest = 0x47, JoinComplete = 0x48, LeaveIndication = 0x49,
}
