namespace Protocols.Dlms.Hdlc;

/// <summary>What a control field says (IEC 62056-46, 6.4.3); this profile has no REJ.</summary>
public enum HdlcFrameKind
{
    /// <summary>A control field the profile does not know.</summary>
    Unknown,
    /// <summary>I: information, numbered.</summary>
    Information,
    /// <summary>RR.</summary>
    ReceiveReady,
    /// <summary>RNR.</summary>
    ReceiveNotReady,
    /// <summary>SNRM.</summary>
    SetNormalResponseMode,
    /// <summary>DISC.</summary>
    Disconnect,
    /// <summary>UA.</summary>
    UnnumberedAcknowledge,
    /// <summary>DM.</summary>
    DisconnectedMode,
    /// <summary>FRMR.</summary>
    FrameReject,
    /// <summary>UI: information, not numbered and not acknowledged.</summary>
    UnnumberedInformation,
}
