namespace Protocols.Dlms.Hdlc;

/// <summary>Where a link stands.</summary>
public enum HdlcLinkState
{
    /// <summary>NDM: nothing but SNRM passes.</summary>
    Disconnected,
    /// <summary>SNRM was sent.</summary>
    Connecting,
    /// <summary>NRM, and the turn is ours.</summary>
    Ready,
    /// <summary>NRM, and the turn is the other side's.</summary>
    Waiting,
    /// <summary>DISC was sent.</summary>
    Disconnecting,
}
