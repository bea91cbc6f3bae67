namespace Protocols.Dlms.Hdlc;

/// <summary>Why a link is disconnected.</summary>
public enum HdlcLinkEnd
{
    /// <summary>It never was connected, or it is.</summary>
    None,
    /// <summary>We asked for it, or the other side did with DISC.</summary>
    Closed,
    /// <summary>The other side answered DM: it knows of no link, or wants none.</summary>
    DisconnectedMode,
    /// <summary>The other side answered FRMR.</summary>
    Rejected,
    /// <summary>SNRM or UA stated limits that the profile does not allow.</summary>
    BadParameters,
    /// <summary>The other side answered nothing, or nothing that went on, however often it was asked.</summary>
    Silent,
    /// <summary>The other side said that it is busy (RNR) for longer than we wait.</summary>
    Busy,
    /// <summary>A message was longer than we take or had no LLC header.</summary>
    BadMessage,
}
