namespace Protocols.Usi.Prime;

/// <summary>What a message between the host and a PRIME modem is: the first octet of its payload, its highest bit a bit of the length (plc-modems.md, 3.1, 3.6).</summary>
public enum PrimeCommand : byte
{
    NullEstablishRequest = 0x01, NullEstablishIndication = 0x02, NullEstablishConfirm = 0x03, NullEstablishResponse = 0x04,
    NullReleaseRequest = 0x05, NullReleaseIndication = 0x06, NullReleaseConfirm = 0x07, NullReleaseResponse = 0x08,
    NullJoinRequest = 0x09, NullJoinIndication = 0x0A, NullJoinResponse = 0x0B, NullJoinConfirm = 0x0C,
    NullLeaveRequest = 0x0D, NullLeaveConfirm = 0x0E, NullLeaveIndication = 0x0F,
    NullDataRequest = 0x10, NullDataConfirm = 0x11, NullDataIndication = 0x12,
    PhyResetRequest = 0x13, PhyResetConfirm = 0x14, PhySleepRequest = 0x15, PhySleepConfirm = 0x16, PhyResumeRequest = 0x17, PhyResumeConfirm = 0x18,
    PhyGetRequest = 0x1B, PhyGetConfirm = 0x1C, PhySetRequest = 0x1D, PhySetConfirm = 0x1E,
    PromoteRequest = 0x25, PromoteConfirm = 0x26,
    ResetRequest = 0x2B, ResetConfirm = 0x2C, GetRequest = 0x2D, GetConfirm = 0x2E, ListGetRequest = 0x2F, ListGetConfirm = 0x30, SetRequest = 0x31, SetConfirm = 0x32,
    EstablishRequest = 0x33, EstablishConfirm = 0x34, ReleaseRequest = 0x35, ReleaseConfirm = 0x36,
    DataRequest = 0x37, DataIndication = 0x38, DataConfirm = 0x39, JoinIndication = 0x3A, LeaveIndication = 0x3B, RedirectResponse = 0x3C,
    FirmwareClearTargets = 0x3D, FirmwareAddTarget = 0x3E, FirmwareSetIdentity = 0x3F, FirmwareSetOptions = 0x40, FirmwareInitFile = 0x41, FirmwareFrame = 0x42, FirmwareCheckCrc = 0x43,
    FirmwareAbort = 0x44, FirmwareStart = 0x45, FirmwareMatchRule = 0x46, FirmwareGetVersion = 0x47, FirmwareGetState = 0x48, FirmwareAck = 0x49, FirmwareStatus = 0x4A, FirmwareError = 0x4B,
    FirmwareVersion = 0x4C, FirmwareKilled = 0x4D, FirmwareSignature = 0x4E,
    NetworkEvent = 0x4F,
    ProfileGet = 0x50, ProfileSet = 0x51, ProfileReset = 0x52, ProfileReboot = 0x53, ProfileGetEnhanced = 0x54, ProfileAck = 0x55, ProfileGetResponse = 0x56, ProfileGetEnhancedResponse = 0x57,
    ProfileZeroCross = 0x58, ProfileZeroCrossRequest = 0x59, ProfileZeroCrossDifference = 0x5A,
    WhiteListAdd = 0x5B, WhiteListRemove = 0x5C, WhiteListAck = 0x5D,
    ChannelPromoteRequest = 0x6E, ChannelPromoteConfirm = 0x6F,
}
